"""Which contracts a line of a statement may be for, found through indexes.

Matching among these alone gives what matching among all gives, save for names written otherwise:
those are in what was proposed when the line came, which is read too.
"""

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from payments.calculations.matching import payer_key
from payments.calculations.naming import COMMON, words_of
from payments.models import BankLine, KnownPayer, LineProposal, Mandate, TermPaper
from residents.enums import BINDING
from residents.models import Contract, ContractHolder, ContractTerms, Person

MOST_PEOPLE = 60
MOST_WORDS = 8
SHORTEST_NAME = 3
LONGEST_REFERENCE = 4
"""How many words a reference may be cut into."""
_SERIES = re.compile(r"([A-Z]+)(\d{4})(\d+)")


def candidates(line: BankLine) -> set[int]:
    """Return the contracts that a line may be for, in a constant number of queries."""
    texts = [line.text, line.end_to_end_id, *_told(line)]
    words = words_of(" ".join(texts))
    forms = reference_forms(words) | {line.mandate_id}
    numbers = forms | _proposed_before(line)
    found = set(Contract.objects.filter(number__in=numbers).values_list("pk", flat=True))
    found |= set(Mandate.objects.filter(reference__in=forms).values_list("contract", flat=True))
    papers = TermPaper.objects.filter(document__number__in=forms)
    found |= set(papers.values_list("term__contract", flat=True))
    found |= _paid_for(line)
    found |= _lodged(forms)
    return found | _named([*words_of(line.payer), *words])


def _told(line: BankLine) -> Iterable[str]:
    for detail in line.details:
        yield from detail.get("references", ())


def reference_forms(words: list[str]) -> set[str]:
    """Return what a few words in a row may be as a reference of ours: joined, or with its dashes.

    Banks drop dashes and break lines anywhere: CRT2026 031 is CRT-2026-031.
    """
    upper = [word.upper() for word in words]
    found = set()
    for start in range(len(upper)):
        for stop in range(start + 1, min(start + LONGEST_REFERENCE, len(upper)) + 1):
            joined = "".join(upper[start:stop])
            if any(letter.isdigit() for letter in joined):
                series = _SERIES.fullmatch(joined)
                found |= {joined, "-".join(upper[start:stop])}
                found |= {"-".join(series.groups())} if series else set()
    return found


def _proposed_before(line: BankLine) -> set[str]:
    known = LineProposal.objects.filter(line=line).first()
    if known is None:
        return set()
    return {*known.others, *(part.get("contract", "") for part in known.parts)}


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


def _lodged(forms: set[str]) -> set[int]:
    """Return the contracts of the home whose code the words may be."""
    rows = ContractTerms.objects.filter(room__colocation__code__in=forms)
    return set(rows.values_list("contract", flat=True))


def _named(words: Iterable[str]) -> set[int]:
    """Return the contracts of the people whose name bears the most of the words."""
    kept = [
        word
        for word in dict.fromkeys(words)
        if len(word) >= SHORTEST_NAME and word not in COMMON and not word.isdigit()
    ][:MOST_WORDS]
    if not kept:
        return set()
    people: Any = Person.objects.filter(reduce(or_, (Q(search_key__contains=w) for w in kept)))
    hits = sum(
        (
            Case(When(search_key__contains=w, then=1), default=0, output_field=IntegerField())
            for w in kept
        ),
        start=Value(0),
    )
    best = people.order_by(hits.desc(), "pk").values("pk")[:MOST_PEOPLE]
    held = ContractHolder.objects.filter(contract__status__in=BINDING, person__in=best)
    return set(held.values_list("contract", flat=True))
