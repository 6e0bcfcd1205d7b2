"""Write the association, owners, sites, agreements, homes and rooms of a workbook."""

from datetime import date, timedelta
from typing import Any

from caracol.accounts.enums import Role
from caracol.accounts.models import Invitation
from caracol.core.periods import end_of_duration
from caracol.core.text import plain
from caracol.parameters.models import Association
from caracol.takeover.checks import Rules
from caracol.takeover.difference import Change, Difference
from caracol.takeover.known import Known
from caracol.takeover.rows import HomeRow, SiteRow, key
from caracol.takeover.services.writing import put
from colocations.calculations.departments import department_of
from colocations.enums import LegalBasis
from colocations.models import Colocation, Owner, OwnerAgreement, Room, Site


def write_association(difference: Difference, known: Known, taken_on: date) -> None:
    """Write the association's identity, in force from the day after the takeover."""
    held = {"": known.association} if known.association else {}
    wanted = {}
    for code, row in difference.touched("Association").items():
        wanted[code] = {
            "name": row.name,
            "address": row.address,
            "siret": row.siret,
            "creditor_id": row.creditor_id,
            "iban": row.iban,
            "bic": row.bic,
            "signatory": row.signatory,
        }
        if not held:
            wanted[code]["valid_from"] = taken_on + timedelta(days=1)
    put(Association, wanted, held)


def write_homes(difference: Difference, known: Known, rules: Rules) -> None:
    """Write owners, sites, their agreements, homes and rooms."""
    sites: dict[str, SiteRow] = difference.touched("Sites")
    put(Owner, _owners(sites, known), known.owners)
    put(Site, {code: _site(row, known) for code, row in sites.items()}, known.sites)
    put(
        OwnerAgreement,
        {code: _agreement(code, row, known, rules) for code, row in sites.items()},
        known.agreements,
    )
    _write_homes(difference, known)
    rooms = {
        code: {
            "colocation": known.homes[key(row.home)],
            "number": row.number,
            "surface_m2": row.surface,
            "fee": row.fee,
            "charges": row.charges,
            "deposit": row.deposit,
        }
        for code, row in difference.touched("Chambres").items()
    }
    put(Room, rooms, known.rooms)


def _owners(sites: dict[str, SiteRow], known: Known) -> dict[str, dict[str, Any]]:
    """Return the owners not known yet, each once however it is written."""
    wanted: dict[str, dict[str, Any]] = {}
    for row in sites.values():
        if plain(row.owner) not in known.owners:
            wanted.setdefault(plain(row.owner), {"name": row.owner})
    return wanted


def _site(row: SiteRow, known: Known) -> dict[str, Any]:
    return {
        "territory": known.territories[row.territory.upper()],
        "code": row.code,
        "name": row.name,
        "address": row.address,
        "postcode": row.postcode,
        "city": row.city,
        "department": department_of(row.postcode),
    }


def _agreement(code: str, row: SiteRow, known: Known, rules: Rules) -> dict[str, Any]:
    years = rules.longest_agreement(row.agreement_starts_on)
    is_elan = row.legal_basis == LegalBasis.ELAN_29
    longest = end_of_duration(row.agreement_starts_on, 12 * years) if is_elan and years else None
    return {
        "site": known.sites[code],
        "owner": known.owners[plain(row.owner)],
        "legal_basis": row.legal_basis,
        "starts_on": row.agreement_starts_on,
        "ends_on": row.agreement_ends_on,
        "notice_months": row.notice_months,
        "extension_undocumented": longest is not None and row.agreement_ends_on > longest,
    }


def _write_homes(difference: Difference, known: Known) -> None:
    homes: dict[str, HomeRow] = difference.touched("Colocations")
    new = difference.rows("Colocations", Change.NEW)
    wanted = {}
    for code, row in homes.items():
        wanted[code] = {
            "site": known.sites[key(row.site)],
            "code": row.code,
            "name": row.name,
            "opens_on": row.opens_on,
            "closes_on": row.closes_on,
            "mission_officer_email": row.officer_email,
        }
        moved = code in new or known.homes[code].mission_officer_email != row.officer_email
        if moved:
            wanted[code]["mission_officer"] = known.officers.get(row.officer_email)
    put(Colocation, wanted, known.homes)
    _invite(homes, known)


def _invite(homes: dict[str, HomeRow], known: Known) -> None:
    """Note the officers awaited, each once a territory. Again = no change."""
    awaited = {
        (row.officer_email, known.homes[code].site.territory_id)
        for code, row in homes.items()
        if row.officer_email and row.officer_email not in known.officers
    }
    Invitation.objects.bulk_create(
        (
            Invitation(email=email, role=Role.MISSION_OFFICER, territory_id=territory)
            for email, territory in sorted(awaited)
        ),
        ignore_conflicts=True,
    )
