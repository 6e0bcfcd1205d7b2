"""What is neither forbidden nor usual: shown, then accepted with a reason that history keeps."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from caracol.core.errors import Refused


@dataclass(frozen=True)
class Doubt:
    """A doubtful point: its sentence, and a code that changes when its facts do."""

    code: str
    message: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Acceptance:
    """The points a person was shown and accepts, and why."""

    reason: str = ""
    codes: frozenset[str] = field(default_factory=frozenset)


NOTHING_ACCEPTED = Acceptance()


class Doubtful(Refused):
    """Points to accept with a reason before the act is done."""

    def __init__(self, doubts: Iterable[Doubt]) -> None:
        self.doubts = tuple(doubts)
        super().__init__(" ".join(doubt.message for doubt in self.doubts))


def settle(doubts: Iterable[Doubt], acceptance: Acceptance) -> None:
    """Raise Doubtful unless every point was shown as it is now, and accepted with a reason."""
    doubts = tuple(doubts)
    shown = all(doubt.code in acceptance.codes for doubt in doubts)
    if doubts and not (shown and acceptance.reason.strip()):
        raise Doubtful(doubts)
