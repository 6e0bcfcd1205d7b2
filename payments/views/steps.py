"""The five steps of a month: where each stands, and which one is next."""

from dataclasses import dataclass
from typing import Any

from caracol.core.money import euros
from caracol.core.periods import Month
from payments.selectors.month import MonthState

DONE, CURRENT, TODO, BLOCKED = "done", "current", "todo", "blocked"
# Which of the steps not done is the next useful act: receipts ready come before late payers.
_ORDER = ("close", "notices", "receipts", "collect", "lock")


@dataclass
class Step:
    """A step of the bar and the state of its card."""

    code: str
    label: str
    state: str
    detail: str = ""
    count: str = ""

    @property
    def url(self) -> str:
        """Where its card is on the page."""
        return f"#{self.code}"


def month_steps(state: MonthState, to_post: int | None, today: Month) -> dict[str, Step]:
    """Return the steps of a month in order. `to_post` is None before the takeover."""
    steps = [_close(state, to_post), _notices(state), _collect(state), _receipts(state)]
    steps.append(_lock(state, today))
    by_code = {step.code: step for step in steps}
    for code in _ORDER:
        if by_code[code].state == TODO:
            by_code[code].state = CURRENT
            break
    return by_code


def _plural(count: int, word: str, words: str = "") -> str:
    return f"{count} {word if count < 2 else words or word + 's'}"


def _close(state: MonthState, to_post: int | None) -> Step:
    step = Step("close", "Clôturer", TODO)
    if to_post is None:
        step.state, step.detail = BLOCKED, "avant la reprise"
    elif to_post:
        step.detail = f"{_plural(to_post, 'échéance')} à inscrire"
    elif state.terms:
        step.state, step.detail = DONE, _plural(state.terms, "échéance")
    else:
        step.state, step.detail = BLOCKED, "aucun contrat ce mois-ci"
    return step


def _notices(state: MonthState) -> Step:
    step = Step("notices", "Avis d'échéance", BLOCKED, "après la clôture")
    if state.notices_due:
        step.state, step.detail = TODO, f"{state.notices_due} à émettre"
    elif state.notices.living:
        step.state, step.detail = DONE, f"{_plural(state.notices.living, 'émis', 'émis')}"
    return step


def _collect(state: MonthState) -> Step:
    step = Step("collect", "Encaisser", BLOCKED, "après la clôture")
    if state.terms:
        step.state = DONE if state.paid == state.total else TODO
        step.detail = f"{state.collected} % payé"
    return step


def _receipts(state: MonthState) -> Step:
    step = Step("receipts", "Quittances et reçus", BLOCKED, "après les paiements")
    if state.receipts_due:
        step.state, step.detail = TODO, f"{state.receipts_due} à émettre"
    elif state.receipts:
        step.state, step.detail = DONE, f"{_plural(state.receipts, 'émis', 'émis')}"
    return step


def _lock(state: MonthState, today: Month) -> Step:
    step = Step("lock", "Verrouiller", BLOCKED, "quand le mois est fini")
    if state.is_locked:
        step.state, step.detail = DONE, "verrouillé"
    elif state.month < today and state.terms:
        step.state, step.detail = TODO, "rouvert" if state.lock else "à contrôler"
    return step


def figures(state: MonthState, urls: dict[str, str]) -> list[dict[str, Any]]:
    """Return the key figures of a month."""
    return [
        {
            "label": "Facturé",
            "value": euros(state.total),
            "hint": _plural(state.terms, "échéance"),
            "url": urls["terms"] if state.terms else "",
        },
        {
            "label": "Payé sur ce mois",
            "value": euros(state.paid),
            "hint": f"{state.collected} %" if state.terms else "",
            "url": f"{urls['terms']}{urls['and']}etat=paid" if state.terms else "",
        },
        {"label": "Aide attendue de la CAF", "value": euros(state.awaited)},
        {
            "label": "Reste à payer",
            "value": euros(state.left),
            "tone": "warning" if state.left > 0 else "",
            "hint": _plural(state.unpaid + state.in_part, "échéance"),
            "url": f"{urls['terms']}{urls['and']}etat=open" if state.terms else "",
        },
    ]
