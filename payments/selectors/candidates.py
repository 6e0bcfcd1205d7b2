"""Which contracts a line of a statement may be for, found through indexes.

Matching among these alone gives what matching among all gives: every contract that a reference, a
room, a payer or a name of the line may lead to is there, and names are heard among those of all.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Upper

from colocations.models import Colocation
from payments.calculations.hearing import index_for
from payments.calculations.matching import payer_key
from payments.calculations.naming import NameIndex, words_of
from payments.calculations.rooms import LONGEST_CODE, joined
from payments.models import BankLine, KnownPayer, Mandate, TermPaper
from residents.enums import BINDING
from residents.models import Contract, ContractHolder, ContractTerms

LONGEST_REFERENCE = 4
"""How many words a reference may be cut into."""
_SERIES = re.compile(r"([A-Z]+)(\d{4})(\d+)")
_SEPARATORS = "-/\\ ._:,;+*#'()"


@dataclass(frozen=True)
class Candidates:
    """The contracts that a line may be for, and the index that hears its names.

    `signed`: those that a reference or a payer leads to; the others are led to by a name or a room.
    """

    contracts: frozenset[int]
    signed: frozenset[int]
    names: NameIndex


def candidates(line: BankLine) -> Candidates:
    """Return what a line may be for, in a constant number of queries."""
    texts = [line.text, line.end_to_end_id, *_told(line)]
    words = words_of(" ".join(texts))
    names = index_for([line.payer, *texts], _vocabulary())
    signed = _referred(words, line.mandate_id) | _paid_for(line)
    named = _named(names.meant([*words_of(line.payer), *words]))
    return Candidates(frozenset(signed | _lodged(words) | named), frozenset(signed), names)


def _told(line: BankLine) -> Iterable[str]:
    for detail in line.details:
        yield from detail.get("references", ())


def _runs(words: list[str], longest: int) -> Iterator[str]:
    """Yield a few words in a row as one, in capitals: banks break lines anywhere."""
    upper = [word.upper() for word in words]
    for start in range(len(upper)):
        for stop in range(start + 1, min(start + longest, len(upper)) + 1):
            yield "".join(upper[start:stop])


def document_forms(words: list[str]) -> set[str]:
    """Return what the words may be as the number of a paper of ours, which banks write bare."""
    found = set()
    for run in _runs(words, LONGEST_REFERENCE):
        if series := _SERIES.fullmatch(run):
            found.add("-".join(series.groups()))
    return found


def _referred(words: list[str], mandate: str) -> set[int]:
    """Return the contracts whose number, mandate or paper the words may be."""
    forms = {run for run in _runs(words, LONGEST_REFERENCE) if any(map(str.isdigit, run))}
    forms |= {joined(mandate)} - {""}
    found = set(_bare(Contract.objects.all(), "number", forms).values_list("pk", flat=True))
    mandates = _bare(Mandate.objects.all(), "reference", forms)
    found |= set(mandates.values_list("contract", flat=True))
    papers = TermPaper.objects.filter(document__number__in=document_forms(words))
    return found | set(papers.values_list("term__contract", flat=True))


def _bare(rows: QuerySet[Any], field: str, forms: Collection[str]) -> QuerySet[Any]:
    """Keep the rows of which a field, without what separates its parts, is one of some forms."""
    bare = Func(Upper(field), Value(_SEPARATORS), Value(""), function="translate")
    return rows.alias(bare=bare).filter(bare__in=forms)


def _paid_for(line: BankLine) -> set[int]:
    """Return the contracts that the payer was confirmed to pay for."""
    told = Q()
    if line.payer_index:
        told |= Q(iban_index=line.payer_index)
    if line.payer:
        told |= Q(name_key=payer_key(line.payer))
    if not told:
        return set()
    return set(KnownPayer.objects.alive().filter(told).values_list("contract", flat=True))


def _lodged(words: list[str]) -> set[int]:
    """Return the contracts of the homes whose code the words may be."""
    homes = _bare(Colocation.objects.all(), "code", set(_runs(words, LONGEST_CODE)))
    rows = ContractTerms.objects.filter(room__colocation__in=homes.values("pk"))
    return set(rows.values_list("contract", flat=True))


def _holders() -> QuerySet[Any]:
    """Return who holds the contracts that bind, with the words of their names."""
    words = Func(
        F("person__search_key"),
        Value(" "),
        function="string_to_array",
        output_field=ArrayField(TextField()),
    )
    return ContractHolder.objects.filter(contract__status__in=BINDING).annotate(words=words)


def _vocabulary() -> set[str]:
    """Return every word of the names of those who hold a contract."""
    each = Func(F("words"), function="unnest", output_field=TextField())
    return set(_holders().values_list(each, flat=True).distinct())


def _named(words: Collection[str]) -> set[int]:
    """Return the contracts of those whose name bears one of some words."""
    if not words:
        return set()
    rows = _holders().filter(words__overlap=sorted(words))
    return set(rows.values_list("contract", flat=True))
