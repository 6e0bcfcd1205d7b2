"""The lists of homes, rooms, owners and agreements."""

from colocations.lists.agreements import AGREEMENTS
from colocations.lists.homes import HOMES
from colocations.lists.owners import OWNERS
from colocations.lists.rooms import ROOMS

__all__ = ["AGREEMENTS", "HOMES", "OWNERS", "ROOMS"]
