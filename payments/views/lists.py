"""What the lists of money share: pages, homes to choose among, files."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django_tables2 import RequestConfig

from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest

PER_PAGE = 50


def paginate(request: PageRequest, table: Any) -> Any:
    """Sort a table and cut it as the address asks; past the end, the last page."""
    RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)
    return table


def homes_in(labels: Iterable[Any]) -> list[tuple[str, str]]:
    """Return the homes of labels as choices, by name."""
    found = {str(label.home_id): label.home for label in labels if label.home_id}
    return sorted(found.items(), key=lambda pair: pair[1])


def answer_file(
    request: PageRequest,
    columns: Sequence[export.Column],
    rows: Sequence[Sequence[Any]],
    *,
    name: str,
    label: str,
    subject: Any = None,
) -> HttpResponse:
    """Answer with a list as a file, and write that it was exported."""
    record_access(
        actor=request.user,
        action="EXPORT",
        label=label,
        subject=subject,
        page=request.page_key,
        rows=len(rows),
    )
    day = f"{clock.today():%Y-%m-%d}"
    return export.answer(
        columns, rows, name=f"{name}-{day}", form=request.GET.get("format", "xlsx")
    )
