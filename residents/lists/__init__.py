"""The lists of people, of contracts and of insurances."""

from residents.lists import acts, certificates, messages
from residents.lists.contracts import CONTRACTS
from residents.lists.insurances import INSURANCES
from residents.lists.people import PEOPLE

__all__ = ["CONTRACTS", "INSURANCES", "PEOPLE", "acts", "certificates", "messages"]
