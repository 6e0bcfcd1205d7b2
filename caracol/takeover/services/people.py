"""Write the people of a workbook, and apart from them what few may read."""

from typing import Any

from caracol.core.text import sort_key
from caracol.takeover.difference import Difference
from caracol.takeover.known import Known
from caracol.takeover.rows import ResidentRow
from caracol.takeover.services.writing import put
from residents.enums import Civility
from residents.models import HousingRequest, Person, PersonStatus, ResidencePermit


def write_people(difference: Difference, known: Known) -> None:
    """Write people, their status, permits and housing requests."""
    touched: dict[str, ResidentRow] = difference.touched("Residents")
    put(Person, {code: _person(row) for code, row in touched.items()}, known.people)
    statuses = {
        code: {
            "person": known.people[code],
            "nationality": row.nationality,
            "protection_kind": row.protection,
        }
        for code, row in touched.items()
    }
    put(PersonStatus, statuses, known.statuses)
    permits = {
        code: {
            "person": known.people[code],
            "kind": row.permit_kind,
            "expires_on": row.permit_expires_on,
        }
        for code, row in touched.items()
        if row.permit_kind
    }
    put(ResidencePermit, permits, known.permits)
    requests = {
        code: {
            "person": known.people[code],
            "number": row.request_number,
            "expires_on": row.request_expires_on,
        }
        for code, row in touched.items()
        if row.request_number
    }
    put(HousingRequest, requests, known.requests)
    _remove_emptied(touched, known)


def _remove_emptied(touched: dict[str, ResidentRow], known: Known) -> None:
    """Remove the permits and requests that the workbook no longer gives."""
    permits = [
        known.permits[code].pk
        for code, row in touched.items()
        if not row.permit_kind and code in known.permits
    ]
    requests = [
        known.requests[code].pk
        for code, row in touched.items()
        if not row.request_number and code in known.requests
    ]
    if permits:
        ResidencePermit.objects.filter(pk__in=permits).delete()
    if requests:
        HousingRequest.objects.filter(pk__in=requests).delete()


def _person(row: ResidentRow) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "civility": row.civility or Civility.NONE,
        "last_name": row.last_name,
        "first_name": row.first_name,
        "search_key": sort_key(f"{row.last_name} {row.first_name}"),
        "birth_date": row.birth_date,
        "language": row.language,
        "phone": row.phone,
        "email": row.email,
        "email_consent": row.email_consent,
        "caf_number": row.caf_number,
        "caf_department": row.caf_department,
    }
