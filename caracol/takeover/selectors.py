"""A run as its page shows it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.urls import reverse

from caracol.accounts.models import User
from caracol.core.money import euros
from caracol.core.periods import french_day
from caracol.takeover.models import RunState, TakeoverRun
from caracol.takeover.sheets import SHEETS

SHOWN_LINES = 200
TONES = {
    RunState.DONE: "success",
    RunState.PREVIEWED: "warning",
    RunState.REFUSED: "danger",
    RunState.ABANDONED: "neutral",
}


@dataclass(frozen=True)
class SheetRemarks:
    """The errors, or the warnings and tasks, of one sheet."""

    sheet: str
    items: list[dict[str, Any]]


@dataclass(frozen=True)
class SheetChanges:
    """What becomes of one sheet's rows: how many, and those worth showing."""

    sheet: str
    new: int
    changed: int
    unchanged: int
    missing: int
    changed_lines: list[dict[str, Any]] = field(default_factory=list)
    new_lines: list[dict[str, Any]] = field(default_factory=list)
    missing_lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def unshown(self) -> int:
        """How many new rows are not shown one by one."""
        return self.new - len(self.new_lines)


@dataclass(frozen=True)
class ShownRun:
    """A run ready to be drawn."""

    run: TakeoverRun
    errors: list[SheetRemarks]
    warnings: list[SheetRemarks]
    tasks: list[SheetRemarks]
    changes: list[SheetChanges]
    figures: list[dict[str, str]]
    steps: list[dict[str, str]]

    @property
    def error_count(self) -> int:
        """How many errors there are."""
        return sum(len(group.items) for group in self.errors)

    @property
    def task_count(self) -> int:
        """How many tasks there are."""
        return sum(len(group.items) for group in self.tasks)

    @property
    def warning_count(self) -> int:
        """How many warnings there are."""
        return sum(len(group.items) for group in self.warnings)

    @property
    def new(self) -> int:
        """How many rows are new."""
        return sum(sheet.new for sheet in self.changes)

    @property
    def changed(self) -> int:
        """How many rows change."""
        return sum(sheet.changed for sheet in self.changes)

    @property
    def writes(self) -> bool:
        """Whether confirming would write anything."""
        return bool(self.new or self.changed)

    @property
    def changed_sheets(self) -> list[SheetChanges]:
        """The sheets of which rows change."""
        return [sheet for sheet in self.changes if sheet.changed_lines]

    @property
    def detailed_sheets(self) -> list[SheetChanges]:
        """The sheets of which rows are new, or no longer named."""
        return [sheet for sheet in self.changes if sheet.new_lines or sheet.missing_lines]

    @property
    def heading(self) -> str:
        """The title of the page."""
        return {
            RunState.DONE: "Reprise faite",
            RunState.PREVIEWED: "Vérifier avant de reprendre",
            RunState.REFUSED: "Classeur à corriger",
            RunState.ABANDONED: "Reprise abandonnée",
        }[RunState(self.run.state)]

    @property
    def verdict(self) -> str:
        """What the checks come to, in a few words."""
        if self.error_count:
            many = "1 erreur" if self.error_count == 1 else f"{self.error_count} erreurs"
            sheets = len(self.errors)
            return f"{many} dans {sheets} feuille{'s' if sheets > 1 else ''}"
        return "Aucune erreur : le classeur peut être repris"

    @property
    def promise(self) -> str:
        """What confirming will write."""
        parts = [
            _many(self.new, "ligne nouvelle sera ajoutée", "lignes nouvelles seront ajoutées"),
            _many(self.changed, "ligne sera modifiée", "lignes seront modifiées"),
        ]
        return " ; ".join(part for part in parts if part) + ". Tout sera écrit, ou rien."

    @property
    def totals_agree(self) -> bool:
        """Whether the books hold what the workbook says."""
        return self.run.opening_total == self.run.workbook_total


def show(run: TakeoverRun) -> ShownRun:
    """Return what the page of a run shows."""
    report = run.report
    remarks = report.get("remarks", [])
    return ShownRun(
        run=run,
        errors=_grouped(report.get("errors", [])),
        warnings=_grouped(one for one in remarks if one["kind"] == "warning"),
        tasks=_grouped(one for one in remarks if one["kind"] == "task"),
        changes=_changes(report),
        figures=_figures(run),
        steps=_steps(run),
    )


def recent_runs(user: User) -> Iterable[TakeoverRun]:
    """Return the last runs that the user may see."""
    runs = TakeoverRun.objects.visible_to(user).select_related("actor")
    return runs.order_by("-created_at", "-pk")[:10]


def tone(run: TakeoverRun) -> str:
    """Return the tone of a run's state."""
    return TONES[RunState(run.state)]


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}" if count else ""


def _grouped(remarks: Iterable[dict[str, Any]]) -> list[SheetRemarks]:
    groups = groupby(remarks, key=lambda one: one["sheet"])
    return [SheetRemarks(sheet, list(items)) for sheet, items in groups]


def _changes(report: dict[str, Any]) -> list[SheetChanges]:
    counts = report.get("sheets", {})
    lines = report.get("difference", [])

    def some(sheet: str, change: str) -> list[dict[str, Any]]:
        found = (one for one in lines if (one["sheet"], one["change"]) == (sheet, change))
        return [line for line, _number in zip(found, range(SHOWN_LINES), strict=False)]

    return [
        SheetChanges(
            sheet.name,
            **counts[sheet.name],
            changed_lines=some(sheet.name, "changed"),
            new_lines=some(sheet.name, "new"),
            missing_lines=some(sheet.name, "missing"),
        )
        for sheet in SHEETS
        if sheet.name in counts
    ]


def _figures(run: TakeoverRun) -> list[dict[str, str]]:
    names = {
        "homes": "Colocations",
        "rooms": "Chambres",
        "residents": "Résidents",
        "contracts": "Contrats",
    }
    figures = [
        {"label": label, "value": str(run.counts.get(name, 0))} for name, label in names.items()
    ]
    day = f"au {french_day(run.taken_on)}" if run.taken_on else ""
    figures.append({"label": "Soldes du classeur", "value": euros(run.workbook_total), "hint": day})
    if run.opening_total is not None:
        agree = run.opening_total == run.workbook_total
        figures.append(
            {
                "label": "Soldes dans les comptes",
                "value": euros(run.opening_total),
                "hint": "identiques au centime" if agree else "à vérifier",
                "tone": "success" if agree else "danger",
            }
        )
    return figures


def _steps(run: TakeoverRun) -> list[dict[str, str]]:
    checked = {RunState.REFUSED: "current", RunState.ABANDONED: "todo"}.get(
        RunState(run.state), "done"
    )
    confirmed = {RunState.PREVIEWED: "current", RunState.DONE: "done"}.get(
        RunState(run.state), "todo"
    )
    return [
        {"label": "Envoyer", "state": "done", "url": reverse("takeover:upload")},
        {"label": "Vérifier", "state": checked},
        {"label": "Confirmer", "state": confirmed},
        {"label": "Résultat", "state": "current" if run.state == RunState.DONE else "todo"},
    ]
