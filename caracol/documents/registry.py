"""What kinds of documents the product issues. Each application registers its own in `papers.py`.

A kind says its series (numbers run without a gap per series and year), its template, the page
whose roles may read it, and how long it is kept.
"""

from dataclasses import dataclass


class UnknownKind(LookupError):
    """No application registered this kind of document."""


@dataclass(frozen=True, kw_only=True)
class DocumentKind:
    """A kind of document.

    `read_key`: the page of the rights table whose roles may read it. `file_stem`: the first word
    of its file name. `kept_years`: after the year it was issued.
    """

    code: str
    label: str
    series: str
    template: str
    read_key: str
    file_stem: str
    kept_years: int = 10


_kinds: dict[str, DocumentKind] = {}


def register_kind(kind: DocumentKind) -> DocumentKind:
    """Register a kind; its code and its series are its own."""
    known = _kinds.get(kind.code)
    if known is not None and known != kind:
        raise ValueError(f"{kind.code}: registered twice")
    if any(other.series == kind.series for other in _kinds.values() if other.code != kind.code):
        raise ValueError(f"{kind.series}: two kinds share a series")
    _kinds[kind.code] = kind
    return kind


def kind_of(code: str) -> DocumentKind:
    """Return the kind of a code. Raises UnknownKind."""
    try:
        return _kinds[code]
    except KeyError as error:
        raise UnknownKind(code) from error


def kinds() -> list[DocumentKind]:
    """Return every kind, by code."""
    return [_kinds[code] for code in sorted(_kinds)]
