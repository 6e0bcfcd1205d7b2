"""The lists of homes and of rooms."""

from colocations.lists.homes import HOMES
from colocations.lists.rooms import ROOMS

__all__ = ["HOMES", "ROOMS"]
