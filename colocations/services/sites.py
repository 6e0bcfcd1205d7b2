"""Create and change sites: the département decides the territory and the CAF."""

from typing import Any

from django.db import transaction

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core.errors import Refused
from colocations.calculations.departments import caf_of, department_of
from colocations.models import Diagnostic, Room, Site
from colocations.permissions import may_edit
from colocations.selectors.occupancy import contracts
from colocations.services.doubts import NOTHING_ACCEPTED, Acceptance, Doubt, settle
from colocations.services.saving import Invalid, both, current, locked, save

CREATED = history.label("colocations.site-created", "Site enregistré")
CHANGED = history.label("colocations.site-changed", "Site modifié")
DIAGNOSED = history.label("colocations.diagnostic-added", "Diagnostic enregistré")
DIAGNOSTIC_CHANGED = history.label("colocations.diagnostic-changed", "Diagnostic modifié")
DIAGNOSTIC_REMOVED = history.label("colocations.diagnostic-removed", "Diagnostic retiré")

FIELDS = (
    "code", "name", "address", "postcode", "city", "department", "insee_code", "initial_use",
    "surface_m2",
)  # fmt: skip
DIAGNOSTIC_FIELDS = ("kind", "done_on", "valid_until", "finding")


class TerritoryMoveRefused(Refused):
    """The département belongs to another territory, and contracts live on the site."""


@transaction.atomic
def create_site(*, actor: User, acceptance: Acceptance = NOTHING_ACCEPTED, **facts: Any) -> Site:
    """Record a site in the territory of its département. Raises Invalid, Doubtful."""
    with history.act(CREATED, actor=actor, reason=acceptance.reason):
        site = Site(**facts, territory=_territory(facts["department"], actor))
        settle(_doubts(site), acceptance)
        save(site)
    return site


@transaction.atomic
def edit_site(
    *,
    site: Site,
    actor: User,
    seen: str = "",
    acceptance: Acceptance = NOTHING_ACCEPTED,
    **facts: Any,
) -> Site:
    """Change a site. Raises Invalid, ChangedMeanwhile, TerritoryMoveRefused, Doubtful."""
    with history.act(CHANGED, actor=actor, reason=acceptance.reason):
        before, held = both(site, facts, seen)
        doubts = _doubts(held)
        if held.department != before.department:
            held.territory = _territory(held.department, actor)
            doubts += _move(before, held)
        settle(doubts, acceptance)
        save(held, {*facts, "territory"})
    return held


def _territory(department: str, actor: User) -> Territory:
    """Return the territory of a département, where the actor must be allowed to build."""
    found = Territory.objects.filter(departments__contains=[department]).first()
    if found is None:
        raise Invalid(
            {
                "department": [
                    f"Le département {department} n'appartient à aucun territoire du réseau. "
                    "Vérifiez-le, ou demandez à la direction de l'ajouter à un territoire."
                ]
            }
        )
    if not may_edit(actor, found.pk):
        raise Invalid(
            {
                "department": [
                    f"Le département {department} relève du territoire {found.name}, qui n'est "
                    "pas le vôtre : seule son équipe peut y enregistrer un site."
                ]
            }
        )
    return found


def _doubts(site: Site) -> list[Doubt]:
    """Say what looks like a slip of the hand: a postcode of another département."""
    wanted = department_of(site.postcode)
    if wanted == site.department:
        return []
    text = (
        f"Le code postal {site.postcode} est d'habitude du département {wanted}, pas "
        f"{site.department} : la {caf_of(site.department)} serait compétente."
    )
    return [Doubt(f"postcode:{site.postcode}:{site.department}", text)]


def _move(before: Site, after: Site) -> list[Doubt]:
    """Refuse a change of territory under living contracts; say that the CAF changes."""
    rooms = Room.objects.filter(colocation__site=before)
    living = contracts().living(rooms.values("pk"))
    if not living:
        return []
    many = f"{living} contrats en cours y sont" if living > 1 else "1 contrat en cours y est"
    if before.territory_id != after.territory_id:
        raise TerritoryMoveRefused(
            f"Ce site ne peut pas passer au territoire {after.territory.name} : {many} "
            f"rattachés au territoire {before.territory.name}, à sa CAF et à ses comptes. "
            "Terminez ces contrats d'abord, ou enregistrez un nouveau site à la nouvelle adresse."
        )
    text = (
        f"{many.capitalize()} : la {caf_of(after.department)} remplacera la "
        f"{caf_of(before.department)} pour leurs aides au logement. Il faudra la prévenir."
    )
    return [Doubt(f"caf:{after.department}:{living}", text)]


@transaction.atomic
def add_diagnostic(*, site: Site, actor: User, **facts: Any) -> Diagnostic:
    """Record a diagnostic. Raises Invalid."""
    with history.act(DIAGNOSED, actor=actor):
        diagnostic = Diagnostic(site=site, **facts)
        save(diagnostic)
    return diagnostic


@transaction.atomic
def edit_diagnostic(
    *, diagnostic: Diagnostic, actor: User, seen: str = "", **facts: Any
) -> Diagnostic:
    """Change a diagnostic. Raises Invalid, ChangedMeanwhile."""
    with history.act(DIAGNOSTIC_CHANGED, actor=actor):
        held: Diagnostic = current(diagnostic, facts, seen)
        save(held, facts)
    return held


@transaction.atomic
def remove_diagnostic(*, diagnostic: Diagnostic, actor: User) -> None:
    """Take away a diagnostic recorded by mistake; the history keeps it."""
    with history.act(DIAGNOSTIC_REMOVED, actor=actor):
        locked(diagnostic).delete()
