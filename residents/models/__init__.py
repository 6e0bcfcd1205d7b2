"""People, their contracts, and what follows from them."""

from residents.models.contracts import (
    Amendment,
    Contract,
    ContractHolder,
    ContractTerms,
)
from residents.models.insurance import Insurance, InsuranceCase, InsuranceStep
from residents.models.messages import ResidentMessage
from residents.models.notices import AcceptedWarning, Notice
from residents.models.occupants import Occupant
from residents.models.people import (
    HousingRequest,
    Person,
    PersonStatus,
    ResidencePermit,
)
from residents.models.rules import ContractTypeRule

__all__ = [
    "AcceptedWarning",
    "Amendment",
    "Contract",
    "ContractHolder",
    "ContractTerms",
    "ContractTypeRule",
    "HousingRequest",
    "Insurance",
    "InsuranceCase",
    "InsuranceStep",
    "Notice",
    "Occupant",
    "Person",
    "PersonStatus",
    "ResidencePermit",
    "ResidentMessage",
]
