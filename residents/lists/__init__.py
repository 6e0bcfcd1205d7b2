"""The lists of people and of contracts."""

from residents.lists import acts, certificates, messages
from residents.lists.contracts import CONTRACTS
from residents.lists.people import PEOPLE

__all__ = ["CONTRACTS", "PEOPLE", "acts", "certificates", "messages"]
