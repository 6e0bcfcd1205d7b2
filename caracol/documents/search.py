"""Documents found by Ctrl-K, by their number: AE-2026-00012."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.core.registries import SearchHit, search_provider
from caracol.documents import registry
from caracol.documents.models import Document

GROUP = "Documents"
_NUMBER = re.compile(r"[A-Z]{1,4}-?\d{2,4}", re.IGNORECASE)


@search_provider("documents.documents")
def find_documents(user: Any, words: str, limit: int) -> Iterator[SearchHit]:
    """Documents by the beginning of their number, for who may read their kind."""
    typed = words.strip().upper()
    if not _NUMBER.match(typed):
        return
    found = Document.objects.filter(number__startswith=typed).filter(_readable(user))
    for document in found.order_by("-issued_on", "number")[:limit]:
        url = reverse("documents:document-download", args=[document.number])
        label, day = document.kind_label, document.issued_on
        yield SearchHit(
            GROUP, document.number, f"{label} du {day:%d/%m/%Y}", f"{url}?inline=1",
            icon="file-text",
        )  # fmt: skip


def _readable(user: Any) -> Q:
    """Condition of the documents whose kind one of the user's roles may read, on its territory."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind in registry.kinds():
        kinds[kind.read_key].append(kind.code)
    condition = Q(pk__in=[])
    for key, codes in kinds.items():
        roles = PAGES.get(key, frozenset())
        if user.roles & roles:
            seen = Document.objects.filter(kind__in=codes).visible_to(user, roles)
            condition |= Q(pk__in=seen.values("pk"))
    return condition
