"""The facts of the picture as tables: day by day, home by home, cause by cause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from caracol.core.periods import Span
from colocations.calculations.vacancy import UNSAID, Loss, Piece, State, Tally, loss_of
from colocations.selectors.vacancies import CAUSES, HomeMonths, RoomMonths

WORDS = {
    State.LIVED: "occupée",
    State.NOTICE: "occupée, préavis",
    State.ARRIVING: "arrivée à venir",
    State.VOID: "vide",
    State.AHEAD: "libre ensuite",
    State.SHUT: "pas ouverte",
    State.GONE: "rendue au propriétaire",
}
TONES = {
    State.LIVED: "success",
    State.NOTICE: "warning",
    State.ARRIVING: "info",
    State.VOID: "danger",
    State.AHEAD: "neutral",
    State.SHUT: "neutral",
    State.GONE: "neutral",
}


@dataclass(frozen=True)
class DayLine:
    """Some days of a room as a line of a table; amounts only where `priced`."""

    home: Any
    room: Any
    state: State
    words: str
    tone: str
    span: Span
    detail: str
    cause: str
    contract: str
    url: str
    why_url: str
    loss: Loss
    priced: bool

    @property
    def is_void(self) -> bool:
        """Whether the room stands empty."""
        return self.state == State.VOID


def day_lines(homes: Iterable[HomeMonths], today: date) -> list[DayLine]:
    """Return every span of days of every room, in order."""
    return [
        _day_line(months, line, piece, today)
        for months in homes
        for line in months.rooms
        for piece in line.pieces
    ]


def _day_line(months: HomeMonths, line: RoomMonths, piece: Piece, today: date) -> DayLine:
    lodging = line.lodgings.get(piece.stay.key) if piece.stay else None
    is_void = piece.state == State.VOID
    detail = CAUSES[piece.cause] if is_void else lodging.label if lodging else ""
    if note := line.note(piece):
        detail = f"{detail} ({note})"
    url = lodging.url if lodging and not is_void else ""
    return DayLine(
        home=months.home,
        room=line.room,
        state=piece.state,
        words=WORDS[piece.state],
        tone=TONES[piece.state],
        span=piece.span,
        detail=detail,
        cause=piece.cause,
        contract=lodging.contract if lodging and not is_void else "",
        url=url or reverse("colocations:room-detail", args=[line.room.pk]),
        why_url=_why(months, line, piece),
        loss=loss_of(piece.span, line.monthly, today) if is_void else Loss(),
        priced=months.priced,
    )


def _why(months: HomeMonths, line: RoomMonths, piece: Piece) -> str:
    """Return where one may say why days are empty, their dates filled in."""
    if piece.cause != UNSAID or not months.may_say:
        return ""
    address = reverse("colocations:void-new", args=[line.room.pk])
    return f"{address}?starts_on={piece.span.first}&ends_on={piece.span.last}"


@dataclass(frozen=True)
class SumLine:
    """The days of a home, or of all of them."""

    label: str
    url: str
    tally: Tally
    priced: bool


def home_sums(homes: Iterable[HomeMonths]) -> list[SumLine]:
    """Return each home's days."""
    return [
        SumLine(
            months.home.name,
            reverse("colocations:home-occupancy", args=[months.home.pk]),
            months.tally,
            months.priced,
        )
        for months in homes
    ]


def whole(homes: Iterable[HomeMonths]) -> SumLine:
    """Return the days of homes together; amounts when they are known of each."""
    homes = list(homes)
    total = sum((months.tally for months in homes), Tally())
    return SumLine("Ensemble", "", total, bool(homes) and all(months.priced for months in homes))


@dataclass(frozen=True)
class CauseLine:
    """What a cause costs."""

    code: str
    label: str
    loss: Loss


def cause_sums(total: Tally) -> list[CauseLine]:
    """Return the empty days by cause, the most first."""
    lines = [CauseLine(code, CAUSES[code], loss) for code, loss in total.losses.items()]
    return sorted(lines, key=lambda line: (-line.loss.days, -line.loss.days_ahead, line.label))
