"""The day's work and the search, gathered from what every application registers."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse

from caracol.accounts.policy import may
from caracol.core.registries import (
    Act,
    KeyFigure,
    SearchHit,
    WorkGroup,
    acts,
    figure_providers,
    search_providers,
    work_providers,
)
from caracol.core.text import sort_key
from caracol.dashboard.recent import recent_hits
from caracol.parameters.selectors import parameters_at_once

PER_GROUP = 8
PER_GROUP_WHOLE = 50
LINES = 3  # of each block of the day: more would not be read at the end of one
SHORTEST = 2
STARTING_ACTS = 6
LONGEST = 80


@dataclass(frozen=True)
class Day:
    """What a person finds on « Aujourd'hui »."""

    figures: list[KeyFigure]
    groups: list[WorkGroup]


def day_of(user: Any, today: date) -> Day:
    """Gather the work and the figures of a person, what is urgent first.

    A fixed number of queries.
    """
    with parameters_at_once():
        groups = [provider(user, today) for provider in work_providers.values()]
        figures = [
            figure for provider in figure_providers.values() for figure in provider(user, today)
        ]
    kept = [_calm(group) for group in groups if group is not None and group.total]
    return Day(
        figures=sorted(figures, key=lambda figure: figure.order),
        groups=sorted(kept, key=lambda group: (not group.is_urgent, group.order)),
    )


def _calm(group: WorkGroup) -> WorkGroup:
    """Keep a few lines, say once what they say alike, link to the others if there are any."""
    items, notes = group.items[:LINES], [group.note]
    if len(items) > 1:
        if len({item.why for item in items}) == 1:
            notes.append(items[0].why)
            items = [replace(item, why="") for item in items]
        if len({item.otherwise for item in items}) == 1:
            notes.append(items[0].otherwise)
            items = [replace(item, otherwise="") for item in items]
    url = "" if group.total <= len(items) else group.url
    return replace(group, items=items, url=url, note=" ".join(filter(None, notes)))


@dataclass(frozen=True)
class Found:
    """The answers of one kind."""

    label: str
    items: list[SearchHit]


_ORDER = (
    *("Sur un contrat", "Personnes", "Colocations", "Chambres", "Contrats"),
    *("Documents", "Papiers", "Actes"),
)


def search(user: Any, words: str, limit: int = PER_GROUP) -> list[Found]:
    """Return what the user may see that answers the words, by groups."""
    words = " ".join(words[:LONGEST].split())
    if len(words) < SHORTEST:
        return []
    groups: dict[str, list[SearchHit]] = {}
    for provider in search_providers.values():
        for hit in provider(user, words, limit):
            groups.setdefault(hit.group, []).append(hit)
    _say_papers_once(groups)
    done = _acts(user, words)
    if done:
        groups["Actes"] = done
    known = {label: index for index, label in enumerate(_ORDER)}
    labels = sorted(groups, key=lambda label: known.get(label, len(known)))
    return [Found(label, groups[label][:limit]) for label in labels]


def _say_papers_once(groups: dict[str, list[SearchHit]]) -> None:
    """Leave out documents that an application found too, where they are explained."""
    better = {hit.label for hit in groups.get("Papiers", ())}
    rest = [hit for hit in groups.pop("Documents", ()) if hit.label not in better]
    if rest:
        groups["Documents"] = rest


def starters(user: Any, today: date) -> list[Found]:
    """Return what the search offers before anything is typed: read lately, then acts."""
    recent = recent_hits(user, today)
    done = [
        SearchHit("Actes", act.label, act.detail, url, icon=act.icon)
        for act in sorted(acts, key=lambda each: each.order)
        if may(user, act.url_name) and (url := _address(act))
    ]
    found = [Found("Consultés récemment", recent), Found("Actes", done[:STARTING_ACTS])]
    return [group for group in found if group.items]


def _acts(user: Any, words: str) -> list[SearchHit]:
    wanted = sort_key(words).split()
    hits = []
    for act in acts:
        text = sort_key(f"{act.label} {act.words}")
        if wanted and all(word in text for word in wanted) and may(user, act.url_name):
            url = _address(act)
            if url:
                hits.append(SearchHit("Actes", act.label, act.detail, url, icon=act.icon))
    return hits


def _address(act: Act) -> str:
    try:
        address = reverse(act.url_name)
    except NoReverseMatch:
        return ""
    return f"{address}?{act.query}" if act.query else address
