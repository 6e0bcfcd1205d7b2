"""Write, check and publish the texts of the team; find the one in force; fill it."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import Max, Q

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.documents import filling, markup, texts
from caracol.documents.enums import TextState
from caracol.documents.models import TextRequirement, TextTemplate

DRAFTED = history.label("documents.text-drafted", "Brouillon d'un texte")
PUBLISHED = history.label("documents.text-published", "Texte publié")
DISCARDED = history.label("documents.text-discarded", "Brouillon abandonné")


class TextRefused(Refused):
    """The text cannot be kept: its `problems` say where and how to mend."""

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


class TextMissing(Refused):
    """No published text serves."""


class FactMissing(Refused):
    """The contract lacks facts that the text prints."""


# --- Writing ------------------------------------------------------------------------------------
def problems_of(code: str, body: str) -> list[markup.Problem]:
    """Return what is wrong with a text: its writing, then the names it uses."""
    parsed = markup.parse(body)
    if parsed.problems:
        return list(parsed.problems)
    if not parsed.blocks:
        return [markup.Problem(1, 1, "le texte est vide.")]
    return filling.unknown_names(parsed.blocks, texts.text_kind(code).words)


@transaction.atomic
def save_draft(
    *,
    code: str,
    variant: str,
    title: str,
    body: str,
    valid_from: date,
    note: str,
    actor: User | None,
) -> TextTemplate:
    """Keep the draft of a text, its only one; published versions stay. Raises TextRefused."""
    found = problems_of(code, body)
    if found:
        raise TextRefused(
            "Le texte n'est pas enregistré : corrigez ce qui suit.", [str(p) for p in found]
        )
    same = TextTemplate.objects.select_for_update(no_key=True, of=("self",)).filter(
        code=code, variant=variant
    )
    draft = same.filter(state=TextState.DRAFT).first()
    if draft is None:
        last = same.order_by("-version").values_list("version", flat=True).first() or 0
        draft = TextTemplate(code=code, variant=variant, version=last + 1, created_by=actor)
    draft.title, draft.body, draft.note = title, body, note
    draft.valid_from = valid_from
    with history.act(DRAFTED, actor=actor) if actor else nullcontext():
        draft.save()
    return draft


@transaction.atomic
def publish(*, template: TextTemplate, today: date, actor: User) -> TextTemplate:
    """Publish a draft for good. Raises TextRefused when it lacks what the law demands.

    What the law demands is read on the first day it will serve: its own, or today if later.
    """
    row = TextTemplate.objects.select_for_update(no_key=True, of=("self",)).get(pk=template.pk)
    if row.is_published:
        return row
    found = problems_of(row.code, row.body)
    if found:
        raise TextRefused("Ce texte ne se publie pas ainsi.", [str(p) for p in found])
    lacking = lacking_in(row, max(row.valid_from, today))
    if lacking:
        raise TextRefused("Ce texte ne peut pas être publié : il lui manque", lacking)
    row.state, row.published_at, row.published_by = TextState.PUBLISHED, clock.now(), actor
    with history.act(PUBLISHED, actor=actor, reason=row.note):
        row.save()
    return row


@transaction.atomic
def discard(*, template: TextTemplate, actor: User) -> None:
    """Abandon a draft; its history keeps it. A published text is refused by the database."""
    with history.act(DISCARDED, actor=actor):
        TextTemplate.objects.filter(pk=template.pk, state=TextState.DRAFT).delete()


def lacking_in(template: TextTemplate, on: date) -> list[str]:
    """Return what a text lacks of what is demanded on a day, each with its source."""
    parsed = markup.parse(template.body)
    demands = [row.demand for row in requirements(template.code, template.variant, on)]
    return [
        f"{demand.label} ({demand.source}) : {' ou '.join(demand.elements)}"
        for demand in filling.unmet(parsed.blocks, demands)
    ]


def requirements(code: str, variant: str, on: date) -> models.QuerySet[TextRequirement]:
    """Return what a text must hold on a day: what all must, and what its type must."""
    return (
        TextRequirement.objects.on(on)
        .filter(Q(variant="") | Q(variant=variant), code=code)
        .order_by("pk")
    )


# --- Reading ------------------------------------------------------------------------------------
def text_in_force(code: str, variant: str, on: date) -> TextTemplate:
    """Return the published text that serves a type on a day: its own, else the one of all types.

    Raises TextMissing.
    """
    published = TextTemplate.objects.filter(
        Q(variant=variant) | Q(variant=""),
        code=code,
        state=TextState.PUBLISHED,
        valid_from__lte=on,
    )
    found = published.order_by("-variant", "-valid_from", "-version").first()
    if found is None:
        kind = texts.text_kind(code)
        raise TextMissing(
            f"Aucun texte publié ne sert pour « {kind.label} », {kind.variant_label(variant)}, au "
            f"{on:%d/%m/%Y}. La direction en publie un dans l'administration, « Textes des "
            "documents »."
        )
    return found


def versions_of(template: TextTemplate) -> models.QuerySet[TextTemplate]:
    """Return every version of a text, latest first."""
    return (
        TextTemplate.objects.filter(code=template.code, variant=template.variant)
        .select_related("published_by", "created_by")
        .order_by("-version")
    )


def current_ids(on: date) -> list[int]:
    """Return the texts in force on a day and the drafts: one of each a code and a variant."""
    rows = TextTemplate.objects.filter(Q(state=TextState.DRAFT) | Q(valid_from__lte=on))
    latest = rows.values("code", "variant", "state").annotate(last=Max("version"))
    condition = Q(pk__in=[])
    for row in latest.order_by():
        condition |= Q(
            code=row["code"], variant=row["variant"], state=row["state"], version=row["last"]
        )
    return list(TextTemplate.objects.filter(condition).values_list("pk", flat=True))


def check_still_enough(template: TextTemplate, on: date) -> None:
    """Refuse a published text that the law of a contract's day asks more of. Raises TextRefused."""
    lacking = lacking_in(template, on)
    if lacking:
        raise TextRefused(
            f"« {template} » ne suffit plus pour un contrat conclu le {on:%d/%m/%Y}. La direction "
            f"publie une nouvelle version qui dise : {' ; '.join(lacking)}.",
            lacking,
        )


def fill_text(template: TextTemplate, values: filling.Values) -> tuple[dict[str, Any], ...]:
    """Return the blocks of a text, facts in place. Raises FactMissing, saying where to write it."""
    words = texts.text_kind(template.code).words
    try:
        return tuple(filling.fill(markup.parse(template.body).blocks, words, values))
    except filling.FactsLacking as lacking:
        raise FactMissing(_say_lacking(words, lacking.names)) from lacking


def _say_lacking(words: filling.Vocabulary, names: Sequence[str]) -> str:
    said = []
    for name in names:
        fact = words.facts.get(name)
        where = f" ({fact.where})" if fact and fact.where else ""
        said.append(f"{fact.label if fact else name}{where}")
    return f"Il manque, pour écrire ce document : {' ; '.join(said)}."
