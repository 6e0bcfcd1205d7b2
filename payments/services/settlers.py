"""How other modules offer to settle a bank line, and settle it: the CAF's statements, SEPA files.

A settler is a class in its own module. To have it asked, add its dotted path to SETTLERS: it is
imported when first needed, so that nothing goes round in circles. `payments.services.proposing`
asks every settler before it looks for references, accounts and names; the first offer of a line
wins. `payments.services.reconciling` calls `settle` and `undo` inside its transaction, the line
locked, and keeps who, when, why, by which rule, and the state of the line: a settler writes to the
books (by `payments.services.posting`) and to its own tables, never to the line. It locks the
contracts it posts on (`lock_account`, in the order of their numbers); their terms are allocated
again, and the papers that are no longer true withdrawn, once `settle` or `undo` has returned. The
parts of the line are read from the entry returned: its postings on accounts of contracts; or told
by `parts(*, line, ref)`, where a settler has it: the parts then add up to the line.

    class CafSettler:
        key = "caf"
        rule = MatchRule.CAF
        def offers(self, lines): ...
        def settle(self, *, line, ref, on, today, actor): ...
        def undo(self, *, line, ref, entry, on, today, actor, reason): ...
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Protocol

from django.utils.module_loading import import_string

from caracol.accounts.models import User
from payments.calculations.match_facts import Certainty, Part
from payments.enums import MatchRule
from payments.models import BankLine, Entry

SETTLERS: tuple[str, ...] = (
    "payments.services.caf_settler.CafSettler",
    "payments.services.sepa_lines.SepaSettler",
)


@dataclass(frozen=True)
class Offer:
    """What a settler knows of a line.

    `ref` is what `settle` is given back (60 signs at most): the number of its statement or batch.
    `parts` only tell, by contract number, signed as the line; they need not be complete. An
    `AUTO` offer is settled without a person: it must be certain. `is_named`: the line bears a
    number of the settler's own, and no other reading of it is surer, even where a person decides.
    `reason` is a French sentence, `label` what it is called: "Relevé CAF 75 du 7 novembre".
    """

    ref: str
    certainty: Certainty
    reason: str
    label: str = ""
    parts: tuple[Part, ...] = ()
    is_named: bool = False


class Settler(Protocol):
    """A module that settles bank lines of its own."""

    key: str
    rule: MatchRule

    def offers(self, lines: Sequence[BankLine]) -> Mapping[int, Offer]:
        """Return an offer for each of the lines (by number) that it knows, in constant queries."""
        ...

    def settle(
        self, *, line: BankLine, ref: str, on: date, today: date, actor: User
    ) -> Entry | None:
        """Post what takes the line's amount out of the suspense account, and return that entry.

        `on` is the day to date it. None when the money is in the books already, so that nothing
        is to be posted: the line is only tied. Raises Refused with a French sentence.
        """
        ...

    def undo(
        self,
        *,
        line: BankLine,
        ref: str,
        entry: Entry | None,
        on: date,
        today: date,
        actor: User,
        reason: str,
    ) -> None:
        """Take back what `settle` did, by reversing entries (of `entry` among others)."""
        ...


@cache
def settlers() -> dict[str, Settler]:
    """Return the settlers by key."""
    made = [import_string(path)() for path in SETTLERS]
    return {settler.key: settler for settler in made}
