"""The mission officers that a home may be given to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.lists.definition import Reader
from colocations.models import Colocation
from colocations.services.homes import edit_home


def officers_of(homes: Sequence[Colocation]) -> list[User]:
    """Return the active mission officers of the territories of all these homes."""
    wanted = {home.site.territory_id for home in homes}
    found = User.objects.filter(
        Q(memberships__territory__in=wanted) | Q(memberships__territory=None),
        is_active=True,
        memberships__role=Role.MISSION_OFFICER,
    )
    kept = []
    for user in found.distinct().prefetch_related("memberships").order_by("last_name", "pk"):
        own = {m.territory_id for m in user.memberships.all() if m.role == Role.MISSION_OFFICER}
        if None in own or wanted <= own:
            kept.append(user)
    return kept


def control(reader: Reader, homes: Sequence[Colocation]) -> forms.Field:
    """Return the choice of an officer, or of nobody."""
    choices = [("", "personne"), *((str(user.pk), str(user)) for user in officers_of(homes))]
    return forms.ChoiceField(choices=choices, required=False)


def give(*, row: Colocation, value: str, seen: str, actor: User, today: Any) -> Colocation:
    """Give a home to an officer, or to nobody. Raises Invalid, ChangedMeanwhile."""
    officer = User.objects.filter(pk=value).first() if value else None
    return edit_home(
        home=row,
        actor=actor,
        seen=seen,
        mission_officer=officer,
        mission_officer_email=officer.email if officer else "",
    )


def shown(home: Colocation) -> str:
    """Name who follows a home, or the address awaited."""
    if home.mission_officer_id:
        return str(home.mission_officer)
    return home.mission_officer_email or "personne"
