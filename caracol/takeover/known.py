"""What the database holds, read in a constant number of queries, in the shape of the workbook."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from caracol.accounts.models import Territory, User
from caracol.core.money import ZERO
from caracol.core.text import plain
from caracol.parameters.models import Association, Parameter
from caracol.takeover import rows
from caracol.takeover.checks.rules import Rules, Stay, TypeRule
from caracol.takeover.rows import TakeoverBook, key, room_key
from colocations.models import Colocation, Owner, OwnerAgreement, Room, Site
from payments.enums import AccountKind, EntryKind, TermKind
from payments.models import Mandate, Posting, Term
from residents.enums import BINDING
from residents.models import (
    Contract,
    ContractHolder,
    ContractTerms,
    ContractTypeRule,
    HousingRequest,
    Insurance,
    Person,
    PersonStatus,
    ResidencePermit,
)

Shelf = dict[str, Any]


@dataclass
class Known:
    """The rows of the database by what the workbook finds them by."""

    association: Association | None = None
    territories: dict[str, Territory] = field(default_factory=dict)
    owners: dict[str, Owner] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    agreements: dict[str, OwnerAgreement] = field(default_factory=dict)
    homes: dict[str, Colocation] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    statuses: dict[str, PersonStatus] = field(default_factory=dict)
    permits: dict[str, ResidencePermit] = field(default_factory=dict)
    requests: dict[str, HousingRequest] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    holders: dict[str, ContractHolder] = field(default_factory=dict)
    terms: dict[str, list[ContractTerms]] = field(default_factory=lambda: defaultdict(list))
    mandates: dict[str, Mandate] = field(default_factory=dict)
    insurances: dict[str, Insurance] = field(default_factory=dict)
    openings: dict[str, tuple[date, Decimal]] = field(default_factory=dict)
    officers: dict[str, User] = field(default_factory=dict)


def read_known() -> Known:
    """Return all that the database holds of what a workbook may hold."""
    known = Known()
    known.association = Association.objects.order_by("-valid_from").first()
    known.territories = {row.code.upper(): row for row in Territory.objects.all()}
    known.officers = {user.email: user for user in User.objects.filter(is_active=True)}
    known.owners = {plain(row.name): row for row in Owner.objects.all()}
    _read_homes(known)
    _read_people(known)
    _read_contracts(known)
    return known


def rules_of(known: Known, book: TakeoverBook, today: date) -> Rules:
    """Return what the workbook is checked against."""
    named = {contract.key for contract in book.contracts}
    years = Parameter.objects.filter(key="agreement.max_years")
    return Rules(
        today=today,
        departments={code: frozenset(t.departments) for code, t in known.territories.items()},
        type_rules=[
            TypeRule(
                kind=rule.kind,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
                label=rule.get_kind_display(),
                min_months=rule.min_months,
                max_total_months=rule.max_total_months,
                fee_cap=rule.fee_cap,
                deposit_cap_months=rule.deposit_cap_months,
                needs_precarity_ground=rule.needs_precarity_ground,
            )
            for rule in ContractTypeRule.objects.all()
        ],
        agreement_years=[(row.valid_from, row.valid_to, int(row.value)) for row in years],
        officers=frozenset(known.officers),
        stays=[
            Stay(
                code,
                key(known.holders[code].person.reference),
                _key_of(terms.room),
                terms.starts_on,
                terms.ends_on,
            )
            for code, contract in known.contracts.items()
            if code not in named and contract.status in BINDING and code in known.holders
            for terms in known.terms[code]
        ],
        foreign_mandates=dict(Mandate.objects.values_list("reference", "contract__number")),
    )


def shelves_of(known: Known) -> dict[str, Shelf]:
    """Return the database's rows as the workbook would write them, by sheet and key."""
    return {
        "Association": {"": _association(known.association)} if known.association else {},
        "Sites": {
            code: _site(site, known.agreements[code])
            for code, site in known.sites.items()
            if code in known.agreements
        },
        "Colocations": {code: _home(home) for code, home in known.homes.items()},
        "Chambres": {code: _room(room) for code, room in known.rooms.items()},
        "Residents": {code: _resident(code, known) for code in known.people},
        "Contrats": {
            code: _contract(code, known) for code in known.contracts if code in known.holders
        },
        "Assurances": {code: _insurance(row) for code, row in known.insurances.items()},
        "Soldes": {
            code: rows.BalanceRow(row=0, contract=known.contracts[code].number, on=on, owed=owed)
            for code, (on, owed) in known.openings.items()
        },
    }


# --- Reading ------------------------------------------------------------------------------------
def _read_homes(known: Known) -> None:
    known.sites = {key(row.code): row for row in Site.objects.select_related("territory")}
    for agreement in OwnerAgreement.objects.select_related("owner", "site").order_by("ends_on"):
        known.agreements[key(agreement.site.code)] = agreement
    known.homes = {key(row.code): row for row in Colocation.objects.select_related("site")}
    known.rooms = {_key_of(row): row for row in Room.objects.select_related("colocation")}


def _read_people(known: Known) -> None:
    known.people = {key(row.reference): row for row in Person.objects.all()}
    codes = {person.pk: code for code, person in known.people.items()}
    for status in PersonStatus.objects.all():
        known.statuses[codes[status.person_id]] = status
    for permit in ResidencePermit.objects.order_by("expires_on", "pk"):
        known.permits[codes[permit.person_id]] = permit
    for request in HousingRequest.objects.order_by("expires_on", "pk"):
        known.requests[codes[request.person_id]] = request


def _read_contracts(known: Known) -> None:
    known.contracts = {key(row.number): row for row in Contract.objects.all()}
    codes = {contract.pk: code for code, contract in known.contracts.items()}
    for holder in ContractHolder.objects.filter(is_main=True).select_related("person"):
        known.holders[codes[holder.contract_id]] = holder
    for terms in ContractTerms.objects.select_related("room__colocation").order_by("starts_on"):
        known.terms[codes[terms.contract_id]].append(terms)
    for mandate in Mandate.objects.filter(revoked_on=None):
        known.mandates[codes[mandate.contract_id]] = mandate
    for insurance in Insurance.objects.select_related("contract"):
        known.insurances[_insurance(insurance).key] = insurance
    owed = dict(
        Posting.objects.filter(
            entry__kind=EntryKind.OPENING, account__kind=AccountKind.RECEIVABLE
        ).values_list("account__contract", "amount")
    )
    for contract_id, on in Term.objects.filter(kind=TermKind.OPENING).values_list(
        "contract", "starts_on"
    ):
        known.openings[codes[contract_id]] = on, owed.get(contract_id, ZERO)


def _key_of(room: Room) -> str:
    return room_key(room.colocation.code, room.number)


# --- Writing as the workbook does ---------------------------------------------------------------
def _association(row: Association) -> rows.AssociationRow:
    return rows.AssociationRow(
        row=0,
        name=row.name,
        address=row.address,
        siret=row.siret,
        creditor_id=row.creditor_id,
        iban=row.iban,
        bic=row.bic,
        signatory=row.signatory,
    )


def _site(site: Site, agreement: OwnerAgreement) -> rows.SiteRow:
    return rows.SiteRow(
        row=0,
        code=site.code,
        name=site.name,
        address=site.address,
        postcode=site.postcode,
        city=site.city,
        territory=site.territory.code,
        owner=agreement.owner.name,
        legal_basis=agreement.legal_basis,
        agreement_starts_on=agreement.starts_on,
        agreement_ends_on=agreement.ends_on,
        notice_months=agreement.notice_months,
    )


def _home(home: Colocation) -> rows.HomeRow:
    return rows.HomeRow(
        row=0,
        code=home.code,
        site=home.site.code,
        name=home.name,
        opens_on=home.opens_on,
        closes_on=home.closes_on,
        officer_email=home.mission_officer_email,
    )


def _room(room: Room) -> rows.RoomRow:
    return rows.RoomRow(
        row=0,
        home=room.colocation.code,
        number=room.number,
        surface=room.surface_m2,
        fee=room.fee,
        charges=room.charges,
        deposit=room.deposit,
    )


def _resident(code: str, known: Known) -> rows.ResidentRow:
    person, status = known.people[code], known.statuses.get(code)
    permit, request = known.permits.get(code), known.requests.get(code)
    return rows.ResidentRow(
        row=0,
        reference=person.reference,
        civility="" if person.civility == "NONE" else person.civility,
        last_name=person.last_name,
        first_name=person.first_name,
        birth_date=person.birth_date,
        nationality=status.nationality if status else "",
        protection=status.protection_kind if status else "NONE",
        language=person.language,
        phone=person.phone,
        email=person.email,
        caf_number=person.caf_number,
        caf_department=person.caf_department,
        permit_kind=permit.kind if permit else "",
        permit_expires_on=permit.expires_on if permit else None,
        request_number=request.number if request else "",
        request_expires_on=request.expires_on if request else None,
        email_consent=person.email_consent,
    )


def _contract(code: str, known: Known) -> rows.ContractRow:
    contract, holder = known.contracts[code], known.holders[code]
    mandate = known.mandates.get(code)
    last = known.terms[code][-1] if known.terms[code] else None
    return rows.ContractRow(
        row=0,
        number=contract.number,
        resident=holder.person.reference,
        home=last.room.colocation.code if last else "",
        room=last.room.number if last else "",
        kind=contract.kind,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        fee=last.fee if last else ZERO,
        charges=last.charges if last else ZERO,
        deposit=contract.deposit,
        payment_method=contract.payment_method,
        due_day=contract.due_day,
        aid=last.expected_aid if last else ZERO,
        iban=mandate.iban if mandate else "",
        mandate_reference=mandate.reference if mandate else "",
        mandate_signed_on=mandate.signed_on if mandate else None,
        precarity_ground=contract.precarity_ground,
    )


def _insurance(row: Insurance) -> rows.InsuranceRow:
    return rows.InsuranceRow(
        row=0,
        contract=row.contract.number,
        insurer=row.insurer,
        policy=row.policy_number,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )
