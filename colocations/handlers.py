"""What this application does when something happens below it."""

from caracol.accounts.models import User
from caracol.core.registries import on_arrival
from colocations.services.officers import assign_awaited_homes


@on_arrival
def welcome(user: User) -> None:
    """Give the awaited officer their homes."""
    assign_awaited_homes(user=user)
