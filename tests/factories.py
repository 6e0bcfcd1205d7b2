"""People of the team, homes, residents and contracts for every test: plain functions.

Each makes one thing with what it stands on; what a test does not say is plausible and distinct.
Dates are relative to the product's clock. A contract is in force unless told otherwise, with one
span of terms, one main holder, and an owner's agreement that covers it.
"""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from uuid import uuid4

from django.db import transaction

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory, User
from caracol.accounts.services import grant
from caracol.core import clock
from caracol.core.periods import Month, add_months, end_of_duration
from caracol.core.text import sort_key
from caracol.documents.models import Upload
from colocations.enums import LegalBasis, VoidCause
from colocations.models import Colocation, Owner, OwnerAgreement, Room, RoomVoid, Site
from residents.enums import ContractKind, ContractStatus, NoticeGiver, OccupantKind, PaymentMethod
from residents.models import (
    Amendment,
    Contract,
    ContractHolder,
    ContractTerms,
    Insurance,
    Notice,
    Occupant,
    Person,
    PersonStatus,
    ResidencePermit,
)

EVERYWHERE = "*"
_PLACES = {"IDF": ("93100", "Montreuil", "93"), "HDF": ("59000", "Lille", "59")}
_LAST = ("Diallo", "Haddad", "Tesfaye", "Karimi", "Martin", "Ndiaye", "Öztürk", "Lefèvre")
_FIRST = ("Amina", "Yusuf", "Selam", "Farid", "Claire", "Moussa", "Elif", "Hugo")
_numbers = count(1)


# --- The team -----------------------------------------------------------------------------------
def make_territory(code="IDF"):
    """The territory of that code; the network's own exist since the first migration."""
    territory, _created = Territory.objects.get_or_create(
        code=code, defaults={"name": f"Territoire {code}", "departments": ["99"]}
    )
    return territory


def make_user(role=Role.GLA_MANAGER, territory="IDF", *, email="", password=None, **fields):
    """Somebody of the team with one role; `territory="*"` is all of them, `role=None` no right."""
    number = next(_numbers)
    fields = {"first_name": "Camille", "last_name": f"Équipe {number}", **fields}
    user = User.objects.create_user(email or f"equipe{number}@example.org", password, **fields)
    if role is not None:
        where = None if territory in (None, EVERYWHERE) else _territory(territory)
        grant(user=user, role=Role(role), territory=where)
    return user


# --- Homes --------------------------------------------------------------------------------------
def make_site(territory="IDF", **fields):
    """A site in a territory, without agreement."""
    number = next(_numbers)
    where = _territory(territory)
    postcode, city, department = _PLACES.get(where.code, ("69001", "Lyon", "69"))
    return Site.objects.create(
        territory=where,
        **{
            "code": f"S{number:05}",
            "name": f"Site {number}",
            "address": f"{number} rue des Tilleuls",
            "postcode": postcode,
            "city": city,
            "department": department,
            **fields,
        },
    )


def make_agreement(site=None, *, starts_on=None, ends_on=None, owner=None, **fields):
    """The owner's agreement of a site, from two years ago to a year from now."""
    today = clock.today()
    starts_on = starts_on or add_months(today, -24)
    return OwnerAgreement.objects.create(
        site=site or make_site(),
        owner=owner or Owner.objects.create(name=f"Propriétaire {next(_numbers)}"),
        starts_on=starts_on,
        ends_on=ends_on or end_of_duration(max(starts_on, add_months(today, -24)), 36),
        **{"legal_basis": LegalBasis.ELAN_29, "notice_months": 3, **fields},
    )


def make_home(territory="IDF", *, site=None, rooms=0, officer=None, agreement=True, **fields):
    """A shared home with so many rooms, on a site with its agreement unless told otherwise."""
    number = next(_numbers)
    site = site or make_site(territory)
    if agreement and not site.agreements.exists():
        make_agreement(site)
    home = Colocation.objects.create(
        site=site,
        mission_officer=officer,
        **{
            "code": f"M{number:05}",
            "name": f"Maison {number}",
            "opens_on": add_months(clock.today(), -24),
            **fields,
        },
    )
    for index in range(1, rooms + 1):
        make_room(home, number=str(index))
    return home


def make_room(home=None, **fields):
    """A room of a home."""
    home = home or make_home()
    return Room.objects.create(
        colocation=home,
        **{
            "number": str(next(_numbers)),
            "surface_m2": Decimal("11.50"),
            "fee": Decimal("180.00"),
            **fields,
        },
    )


def make_void(room=None, *, starts_on=None, ends_on=None, cause=VoidCause.WORKS, **fields):
    """Days when a room houses nobody, open-ended unless told otherwise."""
    return RoomVoid.objects.create(
        room=room or make_room(),
        starts_on=starts_on or clock.today() - timedelta(days=20),
        ends_on=ends_on,
        cause=cause,
        **fields,
    )


# --- People and contracts -----------------------------------------------------------------------
def make_person(last_name="", first_name="", *, territory=None, **fields):
    """A person; with a territory, one whom that territory follows without a contract."""
    number = next(_numbers)
    last_name = last_name or _LAST[number % len(_LAST)]
    first_name = first_name or _FIRST[number // 3 % len(_FIRST)]
    return Person.objects.create(
        last_name=last_name,
        first_name=first_name,
        search_key=sort_key(f"{last_name} {first_name}"),
        territory=_territory(territory) if territory else None,
        **{
            "reference": f"R{number:05}",
            "phone": f"06 00 {number // 10000 % 100:02} {number // 100 % 100:02} {number % 100:02}",
            "email": f"resident{number}@example.org",
            **fields,
        },
    )


@transaction.atomic
def make_contract(
    room=None,
    person=None,
    *,
    co_holders=(),
    starts_on=None,
    ends_on=None,
    fee=None,
    charges=Decimal("0.00"),
    expected_aid=Decimal("0.00"),
    **fields,
):
    """A contract with its one span of terms and its holders, in force unless told otherwise.

    It runs for a year from the first day of the month half a year ago.
    """
    room = room or make_room()
    starts_on = starts_on or Month.of(clock.today()).plus(-6).first
    ends_on = ends_on or _default_end(room, starts_on)
    contract = Contract.objects.create(
        territory=room.colocation.site.territory,
        starts_on=starts_on,
        ends_on=ends_on,
        **{
            "number": f"C{next(_numbers):05}",
            "kind": ContractKind.CRT,
            "status": ContractStatus.IN_FORCE,
            "payment_method": PaymentMethod.TRANSFER,
            **fields,
        },
    )
    ContractTerms.objects.create(
        contract=contract,
        room=room,
        starts_on=starts_on,
        ends_on=ends_on,
        fee=room.fee if fee is None else Decimal(fee),
        charges=Decimal(charges),
        expected_aid=Decimal(expected_aid),
    )
    for index, holder in enumerate([person or make_person(), *co_holders]):
        ContractHolder.objects.create(
            contract=contract,
            person=holder,
            is_main=index == 0,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    return contract


@transaction.atomic
def make_amendment(contract, *, effective_on, room=None, reason="nouvelle redevance", **amounts):
    """An amendment that closes the last span of terms and opens the next one."""
    last = contract.terms.order_by("-starts_on").first()
    number = contract.amendments.count() + 1
    amendment = Amendment.objects.create(
        contract=contract, number=number, effective_on=effective_on, reason=reason
    )
    ends_on, last.ends_on = last.ends_on, effective_on - timedelta(days=1)
    last.save(update_fields=["ends_on"])
    before = {"fee": last.fee, "charges": last.charges, "expected_aid": last.expected_aid}
    ContractTerms.objects.create(
        contract=contract,
        amendment=amendment,
        room=room or last.room,
        starts_on=effective_on,
        ends_on=ends_on,
        **{**before, **amounts},
    )
    return amendment


def make_insurance(contract, *, starts_on=None, ends_on=None, **fields):
    """A certificate that covers a year from the contract's start."""
    starts_on = starts_on or contract.starts_on
    return Insurance.objects.create(
        contract=contract,
        starts_on=starts_on,
        ends_on=ends_on or end_of_duration(starts_on, 12),
        **{"insurer": "Mutuelle du Quartier", "policy_number": f"P{next(_numbers)}", **fields},
    )


def make_upload(subject, by, **fields):
    """A file kept about something: its row, its bytes lie nowhere."""
    token = uuid4()
    return Upload.objects.create(
        subject=subject,
        uploaded_by=by,
        **{
            "token": token,
            "kind": "INSURANCE_CERTIFICATE",
            "read_key": "residents:contract-insurance",
            "territory": make_territory(),
            "name": "Attestation",
            "media_type": "application/pdf",
            "file": f"essais/{token}.pdf",
            "sha256": "0" * 64,
            "size": 1000,
            "uploaded_at": clock.now(),
            **fields,
        },
    )


def make_occupant(contract, **fields):
    """A child who lives with the household from its start."""
    return Occupant.objects.create(
        contract=contract,
        **{
            "kind": OccupantKind.CHILD,
            "last_name": "Diallo",
            "first_name": f"Enfant {next(_numbers)}",
            "starts_on": contract.starts_on,
            **fields,
        },
    )


def make_notice(contract, *, received_on=None, effective_on=None, **fields):
    """Notice given by the resident a week ago, for a month later."""
    received_on = received_on or clock.today() - timedelta(days=7)
    return Notice.objects.create(
        contract=contract,
        received_on=received_on,
        effective_on=effective_on or add_months(received_on, 1),
        **{"given_by": NoticeGiver.RESIDENT, "rule": "Préavis d'un mois", **fields},
    )


def make_status(person, **fields):
    """The administrative situation of a person."""
    return PersonStatus.objects.create(
        person=person,
        **{"nationality": "Éthiopie", "protection_kind": "REFUGEE", **fields},
    )


def make_permit(person, *, expires_on=None, kind="CARTE_RESIDENT"):
    """A residence permit that expires in a year."""
    expires_on = expires_on or add_months(clock.today(), 12)
    return ResidencePermit.objects.create(person=person, kind=kind, expires_on=expires_on)


# --- Inside -------------------------------------------------------------------------------------
def _territory(value):
    return value if isinstance(value, Territory) else make_territory(value)


def _default_end(room, starts_on):
    end: date = end_of_duration(starts_on, 12)
    last = OwnerAgreement.objects.filter(site=room.colocation.site).order_by("-ends_on").first()
    return min(end, last.ends_on) if last else end
