"""What a rule answers: fine, doubtful (a person must say why), or refused (with the article)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a rule takes what is proposed."""

    FINE = "FINE"
    DOUBTFUL = "DOUBTFUL"
    REFUSED = "REFUSED"


@dataclass(frozen=True)
class Verdict:
    """The answer of one rule, in French, with the text it comes from.

    `code` names the point, always the same; `topic` the field of a form that it speaks of.
    """

    level: Level
    code: str
    message: str
    article: str = ""
    topic: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether the law forbids it."""
        return self.level is Level.REFUSED

    @property
    def is_doubtful(self) -> bool:
        """Whether a person must give a reason."""
        return self.level is Level.DOUBTFUL

    @property
    def sentence(self) -> str:
        """The message followed by its article."""
        return f"{self.message} ({self.article})" if self.article else self.message


def fine(code: str, message: str, article: str = "", topic: str = "") -> Verdict:
    """Return a verdict that lets it through."""
    return Verdict(Level.FINE, code, message, article, topic)


def doubtful(code: str, message: str, article: str = "", topic: str = "") -> Verdict:
    """Return a verdict that asks for a reason."""
    return Verdict(Level.DOUBTFUL, code, message, article, topic)


def refused(code: str, message: str, article: str = "", topic: str = "") -> Verdict:
    """Return a verdict that forbids."""
    return Verdict(Level.REFUSED, code, message, article, topic)


def refusals(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return what forbids, once each."""
    return list(dict.fromkeys(verdict for verdict in verdicts if verdict.is_refused))


def doubts(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return what asks for a reason, once each."""
    return list(dict.fromkeys(verdict for verdict in verdicts if verdict.is_doubtful))
