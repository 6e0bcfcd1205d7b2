"""Which lines of a CAF statement brought again are known, and which are new. Pure."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payments.calculations.caf import allocataire_key


@dataclass(frozen=True)
class Right:
    """What a line pays to whom, for which months: what it is known again by within a statement.

    Two equal rights of one statement are told apart by their rank only (FORMATS section 4).
    """

    number: str
    first: date
    last: date
    nature: str
    amount: Decimal

    @property
    def key(self) -> tuple[str, date, date, str]:
        """Whose right it is, for which months, of which nature."""
        return allocataire_key(self.number), self.first, self.last, self.nature


@dataclass(frozen=True)
class Compared:
    """What a statement brought again has in common with what is known under its number.

    `fresh`: positions of its lines that are new; `same`: how many are known as they are;
    `changed`: how many bear another amount; `missing`: how many known lines it has no more.
    """

    fresh: tuple[int, ...]
    same: int = 0
    changed: int = 0
    missing: int = 0

    @property
    def is_known(self) -> bool:
        """Whether it says the same, and all of it."""
        return not (self.fresh or self.changed or self.missing)

    @property
    def is_other(self) -> bool:
        """Whether it has nothing in common: a number that serves a second time."""
        return not (self.same or self.changed)

    @property
    def contradicts(self) -> bool:
        """Whether it changes or leaves out lines that are known."""
        return not self.is_other and bool(self.changed or self.missing)


def compare(known: Sequence[Right], given: Sequence[Right]) -> Compared:
    """Compare lines, whatever their order."""
    left = Counter((right.key, right.amount) for right in known)
    others: dict[object, list[int]] = defaultdict(list)
    for position, right in enumerate(given):
        if left[right.key, right.amount]:
            left[right.key, right.amount] -= 1
        else:
            others[right.key].append(position)
    remaining: Counter[object] = Counter()
    for (key, _amount), count in left.items():
        remaining[key] += count
    changed = {key: min(len(found), remaining[key]) for key, found in others.items()}
    fresh = [pos for key, found in others.items() for pos in found[changed[key] :]]
    total = sum(changed.values())
    return Compared(
        fresh=tuple(sorted(fresh)),
        same=len(given) - sum(map(len, others.values())),
        changed=total,
        missing=remaining.total() - total,
    )
