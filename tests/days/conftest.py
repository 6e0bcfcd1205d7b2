"""The days' own fixtures."""

from tests.days.people import eye, town

__all__ = ["eye", "town"]
