"""The rents of July for the CAFs: seen, as Excel, as a paper to send."""

import hashlib
from typing import Any

from django.http import Http404, HttpResponse

from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest, page, render_page
from caracol.documents.rendering import render
from caracol.notifications.services import sender
from payments.models import CafOffice
from payments.selectors.july_rents import OfficeRents, july_rents, last_july
from payments.views.lists import answer_file
from payments.views.scope import Scope

_COLUMNS = (
    export.Column("CAF"),
    export.Column("N° allocataire"),
    export.Column("Personnes"),
    export.Column("Contrat"),
    export.Column("Logement"),
    export.Column("Redevance de juillet", "money"),
    export.Column("Charges de juillet", "money"),
)


def _offices(request: PageRequest, year: int) -> list[OfficeRents]:
    if not 2018 <= year <= clock.today().year:
        raise Http404
    return july_rents(Scope(request).contracts(), year)


def _written(request: PageRequest, action: str, year: int, rows: int) -> None:
    record_access(
        actor=request.user,
        action=action,
        label=f"Loyers de juillet {year} pour les CAF",
        page=request.page_key,
        rows=rows,
    )


@page("payments:caf-july")
def caf_july(request: PageRequest, year: int) -> HttpResponse:
    """Show the rents of July of a year, by CAF; what is lacking is said."""
    offices = _offices(request, year)
    _written(request, "VIEW", year, sum(len(one.rows) for one in offices))
    last = last_july(clock.today())
    context = {
        "offices": offices,
        "year": year,
        "years": range(last, last - 3, -1),
        "scope": Scope(request),
    }
    return render_page(request, "payments/caf_july.html", context)


@page("payments:caf-july-export")
def caf_july_export(request: PageRequest, year: int) -> HttpResponse:
    """Export them for Excel."""
    rows = [
        (
            *(one.office.name, row.caf_number, row.label.people, row.label.number),
            *(row.label.place, row.fee, row.charges),
        )
        for one in _offices(request, year)
        for row in one.rows
    ]
    name = f"loyers-juillet-{year}"
    label = f"Loyers de juillet {year} pour les CAF"
    return answer_file(request, _COLUMNS, rows, name=name, label=label)


@page("payments:caf-july-paper")
def caf_july_paper(request: PageRequest, year: int, department: str) -> HttpResponse:
    """Write the paper that goes to one CAF, as a PDF."""
    found = [one for one in _offices(request, year) if one.office.department == department]
    one = found[0] if found else _empty(request, department)
    content = _pdf(one, year)
    _written(request, "PRINT", year, len(one.rows))
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="loyers-juillet-{year}-{department}.pdf"'
    return answer


def _empty(request: PageRequest, department: str) -> OfficeRents:
    """Return nothing to declare, for the CAF of a home of one's own. Raises Http404."""
    own = Scope(request).contracts().filter(terms__room__colocation__site__department=department)
    if not own.exists():
        raise Http404
    return OfficeRents(CafOffice(department=department, name=f"CAF {department}"), [])


def _pdf(one: OfficeRents, year: int) -> bytes:
    today = clock.today()
    us = sender()
    rows = [
        {
            "caf_number": row.caf_number or "à compléter",
            "people": row.label.names,
            "number": row.label.number,
            "place": row.label.place,
            "fee": str(row.fee),
            "charges": str(row.charges),
            "total": str(row.total),
        }
        for row in one.rows
    ]
    paper: dict[str, Any] = {
        "issuer": {
            "name": us.name, "address": us.address, "siret": us.siret, "logo": "",
            "phone": "", "email": "",
        },
        "recipient": {
            "names": [one.office.name],
            "lines": [one.office.address] if one.office.address else [],
            "postcode": one.office.postcode,
            "city": one.office.city,
        },
        "landlord_number": one.office.landlord_number,
        "signatory": us.signatory,
        "year": str(year),
        "rows": rows,
    }  # fmt: skip
    number = f"LJ-{year}-{one.office.department}"
    seal = hashlib.sha256(repr(paper).encode()).hexdigest()
    document = {"number": number, "issued_on": today.isoformat(), "fingerprint": seal}
    return render("july_rents.html", {"paper": paper, "document": document}, identifier=seal)
