"""The keys of a bank line: what each does to this very line, and the way back to the last one."""

from typing import Any

from payments.calculations.match_facts import Certainty
from payments.enums import OPEN_LINES, BankLineState, MatchRule
from payments.models import BankLine
from payments.services.proposing import Proposal

TRAIL = "bank_trail"
LONGEST = 30
Keys = list[tuple[str, str]]


def leave_trail(session: Any, line: BankLine) -> None:
    """Remember, for the way back, that something was just done with a line."""
    before = [pk for pk in session.get(TRAIL, []) if pk != line.pk]
    session[TRAIL] = [*before, line.pk][-LONGEST:]


def came_from(session: Any, line: BankLine) -> list[int]:
    """Return the lines that one worked on before this one, the last first."""
    trail = session.get(TRAIL, [])
    upto = trail.index(line.pk) if line.pk in trail else len(trail)
    return list(reversed(trail[:upto]))


def sets_aside(line: BankLine, proposal: Proposal, recorded: list[Any]) -> bool:
    """Whether accepting means setting aside: what was before, a debit that nothing ties to us."""
    if proposal.rule == MatchRule.FOREIGN:
        return True
    unknown = proposal.certainty == Certainty.NONE and proposal.rule == MatchRule.NONE
    return line.amount < 0 and unknown and not recorded


def nothing_to_accept(context: dict[str, Any]) -> str:
    """Return why `a` does nothing on an open line; "" when it does something."""
    if not context["is_visible"]:
        return "Cette ligne semble être d'un autre territoire : rien à accepter ici."
    proposal: Proposal = context["proposal"]
    is_known = proposal.recorded and any(
        one.entry == proposal.recorded for one in context["recorded"]
    )
    if context["sets_aside"] or proposal.settler or is_known:
        return ""
    if any(choice.is_part for choice in context["choices"]):
        return ""
    return f"Rien à accepter. {proposal.reason} Cherchez (r), répartissez (s) ou attendez (t)."


def keys_of(line: BankLine, context: dict[str, Any]) -> Keys:
    """Return the keys that do something here, each with what it does."""
    found: Keys = []
    if context["next_url"]:
        found.append(("j", "ligne suivante"))
    if context["previous_url"]:
        found.append(
            ("k", "ligne précédente" if not context["is_back"] else "revenir à la dernière")
        )
    if not context["may_decide"]:
        return found
    if line.state in OPEN_LINES:
        return found + _open(context)
    if line.state == BankLineState.HELD:
        found.append(("a", "l'écarter"))
        return [*found, ("p", "la prendre dans les comptes")] if context["may_take"] else found
    if line.state == BankLineState.DISCARDED:
        return [*found, ("u", "la retenir de nouveau")]
    undoes = line.state in (BankLineState.SETTLED, BankLineState.SET_ASIDE)
    return [*found, ("u", "défaire")] if undoes else found


def _open(context: dict[str, Any]) -> Keys:
    keys: Keys = []
    if not context["says"]:
        keys.append(("a", "mettre hors gestion" if context["sets_aside"] else "accepter"))
    shown = [choice for choice in context["choices"] if choice.key]
    if shown and not context["proposal"].settler:
        keys.append((f"1…{len(shown)}" if len(shown) > 1 else "1", "choisir ce contrat"))
    keys += [("r", "chercher une personne"), ("s", "répartir"), ("t", "laisser en attente")]
    keys.append(("h", "hors gestion locative"))
    return [*keys, ("u", "la sortir des comptes")] if context["may_put_back"] else keys
