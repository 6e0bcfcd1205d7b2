"""What an amendment would make of a contract: its versions, its people, what the rules say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from caracol.accounts.models import User
from caracol.core.periods import Span, french_day
from colocations.models import Room
from residents.calculations.amounts import Asked, check_amounts
from residents.calculations.place import check_room
from residents.calculations.renewal import Life, check_renewal
from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, doubtful, refused
from residents.enums import LIVING, AmendmentKind, ContractStatus
from residents.models import Amendment, Contract, ContractHolder, ContractTerms, Person
from residents.selectors.contracts import upstream_end
from residents.selectors.effects import Version
from residents.selectors.proposals import person_conflicts, room_conflicts, room_facts
from residents.selectors.rules import rule_binding, rule_in_force, surfaces_on

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """What an amendment changes from a day on; what is None stays as it is.

    `leaves`: holders who go; `main`: who becomes the main holder.
    """

    effective_on: date
    room: Room | None = None
    fee: Decimal | None = None
    charges: Decimal | None = None
    expected_aid: Decimal | None = None
    aid_payee: str | None = None
    ends_on: date | None = None
    joins: tuple[Person, ...] = ()
    leaves: tuple[Person, ...] = ()
    main: Person | None = None
    signed_on: date | None = None
    kind: str = ""
    words: str = ""


@dataclass(frozen=True)
class Plan:
    """The contract as the amendment would leave it."""

    kind: str
    rule: TypeRule
    last: ContractTerms
    new: Version
    versions: tuple[Version, ...]
    ends_on: date
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def room_id(self) -> int:
        """The room lived in from then on."""
        return self.new.room_id or self.last.room_id


def plan_change(
    contract: Contract, change: Change, today: date, *, reader: User | None = None
) -> Plan:
    """Return what a change would make of a contract, with the verdict of every rule on it.

    Of other contracts, the verdicts name those that the reader may see.
    """
    rows = list(
        ContractTerms.objects.filter(contract=contract)
        .select_related("room__colocation__site")
        .order_by("starts_on")
    )
    last = rows[-1]
    ends_on = change.ends_on or contract.ends_on
    new = Version(
        change.effective_on,
        ends_on,
        _or(change.fee, last.fee),
        _or(change.charges, last.charges),
        _or(change.expected_aid, last.expected_aid),
        change.aid_payee or last.aid_payee,
        change.room.pk if change.room else last.room_id,
    )
    kinds = _kinds(contract, last, new, change)
    rule = _rule(contract, change, kinds)
    plan = Plan(
        kind=change.kind or (kinds[0] if len(kinds) == 1 else AmendmentKind.OTHER),
        rule=rule,
        last=last,
        new=new,
        versions=(*_before(rows, change.effective_on), new),
        ends_on=ends_on,
    )
    dates = _check_dates(contract, last, change, ends_on, today)
    if not kinds:
        text = "Rien ne change : modifiez au moins un point."
        dates.append(refused("nothing", text))
    plan.verdicts.extend(dates)
    if not any(verdict.is_refused for verdict in dates):
        plan.verdicts.extend(_check_content(contract, plan, change, reader))
    return plan


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def _rule(contract: Contract, change: Change, kinds: Sequence[str]) -> TypeRule:
    """Return the law that judges: a renewal takes that of its first day."""
    if AmendmentKind.RENEWAL in kinds:
        return rule_in_force(contract.kind, change.effective_on)
    return rule_binding(contract)


def _kinds(
    contract: Contract, last: ContractTerms, new: Version, change: Change
) -> list[AmendmentKind]:
    """Return all that changes."""
    found = []
    if new.room_id != last.room_id:
        found.append(AmendmentKind.ROOM)
    amounts = ("fee", "charges", "expected_aid")
    if any(getattr(new, name) != getattr(last, name) for name in amounts):
        found.append(AmendmentKind.AMOUNT)
    if new.aid_payee != last.aid_payee:
        found.append(AmendmentKind.PAYEE)
    if new.ends_on != contract.ends_on:
        later = change.effective_on > contract.ends_on
        found.append(AmendmentKind.RENEWAL if later else AmendmentKind.END)
    if change.joins or change.leaves or change.main:
        found.append(AmendmentKind.HOLDERS)
    return found


def _before(rows: Sequence[ContractTerms], effective_on: date) -> list[Version]:
    """Return the versions in force before the change, the last one cut the day before it."""
    return [
        Version(
            row.starts_on,
            min(row.ends_on, effective_on - _DAY),
            row.fee,
            row.charges,
            row.expected_aid,
            row.aid_payee,
            row.room_id,
        )
        for row in rows
    ]


def _check_dates(
    contract: Contract, last: ContractTerms, change: Change, ends_on: date, today: date
) -> list[Verdict]:
    if contract.status not in LIVING:
        state = ContractStatus(contract.status).label
        return [refused("state", f"Un contrat {state} ne se modifie pas par avenant.")]
    found = []
    on = change.effective_on
    if on <= last.starts_on:
        what = f"l'avenant n° {last.amendment.number}" if last.amendment else "le contrat"
        text = (
            f"{what.capitalize()} prend effet le {french_day(last.starts_on)} : un avenant prend "
            "effet après, car le passé ne se réécrit pas."
        )
        found.append(refused("order", text, topic="effective_on"))
    if on > contract.ends_on + _DAY or on > ends_on:
        text = f"Le contrat finit le {french_day(contract.ends_on)} : c'est trop tard."
        if on <= contract.ends_on + _DAY:
            text = (
                f"La fin choisie, le {french_day(ends_on)}, précède le {french_day(on)}, où cet "
                "acte prend effet."
            )
        found.append(refused("after-end", text, topic="effective_on"))
    if change.signed_on and change.signed_on > today:
        text = "Une signature ne se date pas de l'avenir."
        found.append(refused("signed-ahead", text, topic="signed_on"))
    if change.signed_on and on < change.signed_on:
        text = (
            f"L'avenant prend effet le {french_day(on)}, avant sa signature : les mois déjà "
            "facturés seront régularisés."
        )
        found.append(doubtful("retroactive", text, topic="effective_on"))
    return found


def _check_content(
    contract: Contract, plan: Plan, change: Change, reader: User | None
) -> list[Verdict]:
    room = change.room or plan.last.room
    span = Span(change.effective_on, plan.ends_on)
    found = []
    moved = room.pk != plan.last.room_id
    if moved or plan.ends_on > contract.ends_on:
        found += room_conflicts(room, span, contract)
    if moved:
        found += _check_move(contract, plan, room, span, change)
    priced = change.fee is not None or change.charges is not None
    # A renewal takes the law of its day: the amounts must fit it too.
    if priced or change.effective_on > contract.ends_on:
        asked = Asked(
            plan.new.fee,
            plan.new.charges,
            charges_mode=contract.charges_mode,
            distress_rate=contract.distress_rate,
        )
        found += check_amounts(plan.rule, asked)
    if plan.ends_on != contract.ends_on:
        found += _check_end(contract, plan, room)
    elif moved:
        found += _check_owner(room, plan.ends_on)
    return [*found, *_check_people(contract, plan, change, span, reader)]


def _check_move(
    contract: Contract, plan: Plan, room: Room, span: Span, change: Change
) -> list[Verdict]:
    site, before = room.colocation.site, plan.last.room.colocation.site
    if site.territory_id != contract.territory_id:
        text = "Cette chambre est dans un autre territoire : il y faut un nouveau contrat."
        return [refused("territory", text, topic="room")]
    people = len(holders_on(contract, change.effective_on)) + len(change.joins)
    found = check_room(room_facts(room), span, people, surfaces_on(change.effective_on))
    if site.department != before.department:
        text = (
            f"Le logement change de département ({before.department} → {site.department}) : la CAF "
            "compétente change, et le numéro d'allocataire peut changer."
        )
        found.append(doubtful("caf-changes", text, "CCH R823-1", "room"))
    return found


def _check_owner(room: Room, ends_on: date) -> list[Verdict]:
    owner_end = upstream_end(room.colocation.site_id)
    if owner_end is not None and ends_on <= owner_end:
        return []
    until = f"que jusqu'au {french_day(owner_end)}" if owner_end else "pas"
    text = f"Le propriétaire ne prête le bâtiment {until} : changez aussi la date de fin."
    return [refused("owner-end", text, "convention avec le propriétaire", "ends_on")]


def _check_end(contract: Contract, plan: Plan, room: Room) -> list[Verdict]:
    if contract.status == ContractStatus.NOTICE_GIVEN:
        text = "Un congé est donné : retirez-le avant de changer la date de fin."
        return [refused("notice", text, topic="ends_on")]
    if plan.ends_on < contract.ends_on:
        return []
    return check_renewal(
        plan.rule,
        life_of(contract),
        plan.ends_on,
        upstream_end(room.colocation.site_id),
        extended=_extensions(contract),
    )


def _extensions(contract: Contract) -> int:
    moved = (AmendmentKind.END, AmendmentKind.RENEWAL)
    return Amendment.objects.filter(contract=contract, kind__in=moved, withdrawn_on=None).count()


def life_of(contract: Contract) -> Life:
    """Return what of a contract its renewals depend on."""
    return Life(
        contract.starts_on, contract.ends_on, contract.initial_months, contract.is_tacitly_renewed
    )


def holders_on(contract: Contract, day: date) -> list[ContractHolder]:
    """Return who holds a contract on a day, the main holder first."""
    rows = ContractHolder.objects.filter(
        contract=contract, starts_on__lte=day, ends_on__gte=min(day, contract.ends_on)
    )
    return list(rows.select_related("person").order_by("-is_main", "pk"))


def _check_people(
    contract: Contract, plan: Plan, change: Change, span: Span, reader: User | None
) -> list[Verdict]:
    present = {holder.person_id for holder in holders_on(contract, change.effective_on - _DAY)}
    found = person_conflicts(change.joins, span, contract, reader=reader)
    if plan.ends_on > contract.ends_on:
        staying = Person.objects.filter(pk__in=present - {p.pk for p in change.leaves})
        added = Span(contract.ends_on + _DAY, plan.ends_on)
        found += person_conflicts(list(staying), added, contract, reader=reader)
    if any(person.pk in present for person in change.joins):
        found.append(refused("already-holder", "Cette personne est déjà titulaire.", topic="joins"))
    left = (present | {p.pk for p in change.joins}) - {p.pk for p in change.leaves}
    if not left:
        text = "Un contrat garde au moins un titulaire : enregistrez plutôt le départ."
        found.append(refused("nobody-left", text, topic="leaves"))
        return found
    main = ContractHolder.objects.filter(contract=contract, is_main=True).first()
    after = change.main.pk if change.main else (main.person_id if main else None)
    if after not in left:
        text = "Le titulaire principal s'en va : dites qui le devient."
        found.append(refused("no-main", text, topic="main"))
    return found
