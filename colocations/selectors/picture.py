"""The picture of the homes in words: what each bar says, how it looks, where it leads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from caracol.core.money import NBSP, euros, number
from caracol.core.periods import Span
from caracol.ui.atoms import short_day
from colocations.calculations.picture import HomeMarks, Mark, Moment, RoomMarks
from colocations.calculations.vacancy import OVERDUE, UNSAID, Loss, Piece, State, Tally, loss_of
from colocations.enums import VoidCause
from colocations.models import OwnerAgreement
from colocations.selectors.occupancy import Lodging
from colocations.selectors.vacancies import CAUSES, HomeMonths, RoomMonths

# The word and the letter of each cause: what a bar says when it has room for no more.
SHORT: dict[str, tuple[str, str]] = {
    VoidCause.TO_LET: ("à attribuer", "A"),
    VoidCause.WORKS: ("travaux", "T"),
    VoidCause.RESERVED: ("réservée", "R"),
    VoidCause.UNFIT: ("inhabitable", "I"),
    VoidCause.CLOSING: ("fermeture", "F"),
    VoidCause.OTHER: ("autre", "+"),
    OVERDUE: ("contrat échu", "!"),
    UNSAID: ("sans motif", "?"),
}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Key:
    """A line of the legend: how a kind of days looks, and its name."""

    look: str
    pattern: str
    name: str
    letter: str = ""


def look_of(cause: str) -> str:
    """Return the class of a cause."""
    return f"is-{cause.lower().replace('_', '-')}"


def legend(homes: Iterable[HomeMonths]) -> list[Key]:
    """Return the kinds of days that the picture shows, and those only."""
    pieces = [piece for home in homes for room in home.rooms for piece in room.pieces]
    states = {piece.state for piece in pieces}
    causes = {piece.cause for piece in pieces if piece.state == State.VOID}
    known = (
        (State.LIVED, Key("is-lived", "", "occupée")),
        (State.NOTICE, Key("is-notice", "occ-notice", "préavis en cours", "P")),
        (State.ARRIVING, Key("is-arriving", "", "arrivée à venir")),
    )
    keys = [key for state, key in known if state in states]
    for cause, (_word, letter) in SHORT.items():
        if cause in causes:
            look = look_of(cause)
            keys.append(Key(f"is-void {look}", f"occ{look[2:]}", CAUSES[cause], letter))
    if State.AHEAD in states:
        keys.append(Key("is-ahead", "", "libre ensuite, rien de prévu"))
    if states & {State.SHUT, State.GONE}:
        keys.append(Key("is-shut", "occ-shut", "pas ouverte, fermée ou rendue"))
    return keys


def home_marks(months: HomeMonths, window: Span, today: date) -> HomeMarks:
    """Return a home ready to be laid out."""
    home = months.home
    tally = months.tally
    return HomeMarks(
        key=home.pk,
        name=home.name,
        url=reverse("colocations:home-occupancy", args=[home.pk]),
        detail=home.site.city,
        figures=figures(tally, priced=months.priced),
        short_figures=rate(tally),
        rooms=[_room(line, home, window, today) for line in months.rooms],
        moments=_moments(months, window),
    )


def rate(tally: Tally) -> str:
    """Write an occupancy rate: "92,3 %"."""
    if tally.rate is None:
        return "–"
    whole = tally.rate == tally.rate.to_integral_value()
    return f"{number(tally.rate, 0 if whole else 1)}{NBSP}%"


def figures(tally: Tally, *, priced: bool) -> str:
    """Sum a home up: "occupation 92,3 % · 41 jours vides · 312,50 € perdus"."""
    if tally.rate is None:
        return ""
    parts = [f"occupation {rate(tally)}"]
    empty = tally.empty
    if empty.days:
        parts.append(f"{days(empty.days)} vide{'s' if empty.days > 1 else ''}")
        if priced:
            parts.append(f"{euros(empty.cost)} perdus")
    return " · ".join(parts)


def days(count: int) -> str:
    """Write a number of days."""
    return f"{count}{NBSP}jour{'s' if count > 1 else ''}"


def _room(line: RoomMonths, home: Any, window: Span, today: date) -> RoomMarks:
    room = line.room
    url = reverse("colocations:room-detail", args=[room.pk])
    writer = _Writer(line, f"Chambre {room.number}, {home.name}", url, window, today)
    return RoomMarks(
        label=f"Chambre {room.number}",
        short=str(room.number),
        url=url,
        marks=[writer.mark(piece) for piece in line.pieces],
    )


@dataclass(frozen=True)
class _Writer:
    """Says what the bars of a room are."""

    line: RoomMonths
    place: str
    url: str
    window: Span
    today: date

    def mark(self, piece: Piece) -> Mark:
        """Return the mark of a piece."""
        write = {
            State.LIVED: self._lived,
            State.NOTICE: self._notice,
            State.ARRIVING: self._arriving,
            State.VOID: self._void,
            State.AHEAD: self._ahead,
            State.SHUT: self._shut,
            State.GONE: self._gone,
        }
        return write[piece.state](piece)

    def _lodging(self, piece: Piece) -> Lodging:
        assert piece.stay is not None  # noqa: S101 (a piece lived in has its stay)
        return self.line.lodgings[piece.stay.key]

    def _lived(self, piece: Piece) -> Mark:
        lodging = self._lodging(piece)
        texts = _names(lodging.label) or ("occupée",)
        title = f"{self.place} : {self._who(lodging)}"
        return Mark(piece.span, "is-lived", title, texts, lodging.url or self.url)

    def _who(self, lodging: Lodging) -> str:
        if not lodging.key:
            return lodging.label or "occupée"
        span = f"du {short_day(lodging.first)} au {short_day(lodging.last)}"
        contract = f" · contrat {lodging.contract}, {lodging.state}" if lodging.contract else ""
        return f"{lodging.label or 'occupée'}, {span}{contract}"

    def _notice(self, piece: Piece) -> Mark:
        lodging = self._lodging(piece)
        leaves = lodging.leaves_on or lodging.last
        words = "préavis"
        texts: tuple[str, ...] = (f"préavis, départ le {short_day(leaves)}", words, "P")
        if piece.span.first == self.window.first:
            texts = tuple(f"{name} · {words}" for name in _names(lodging.label)) + texts[1:]
        title = f"{self.place} : {self._who(lodging)} · préavis, départ le {short_day(leaves)}"
        if not lodging.key:
            title = f"{self.place} : occupée, départ annoncé"
            texts = ("départ annoncé", *texts[1:])
        return Mark(
            piece.span, "is-notice", title, texts, lodging.url or self.url, pattern="occ-notice"
        )

    def _arriving(self, piece: Piece) -> Mark:
        lodging = self._lodging(piece)
        on = short_day(lodging.first)
        texts = (
            *(f"{name}, arrivée le {on}" for name in _names(lodging.label)[:1]),
            *_names(lodging.label)[:2],
            f"arrivée le {on}",
            "arrivée",
            "→",
        )
        title = f"{self.place} : arrivée à venir, {self._who(lodging)}"
        if not lodging.key:
            title = f"{self.place} : arrivée le {on}"
        return Mark(piece.span, "is-arriving", title, texts, lodging.url or self.url)

    def _void(self, piece: Piece) -> Mark:
        word, letter = SHORT[piece.cause]
        loss = loss_of(piece.span, self.line.monthly, self.today)
        total = loss.days + loss.days_ahead
        short_days = f"{total}{NBSP}j"
        texts: tuple[str, ...] = (f"{word} · {short_days}", word, letter)
        if self.line.priced and loss.cost:
            texts = (f"{word} · {short_days} · {euros(loss.cost)}", *texts)
        look = look_of(piece.cause)
        title = f"{self.place} : {void_words(self.line, piece, self.window)}"
        said = loss_words(loss, priced=self.line.priced)
        return Mark(
            piece.span,
            f"is-void {look}",
            f"{title} · {said}" if said else title,
            texts,
            self.url,
            pattern=f"occ{look[2:]}",
        )

    def _ahead(self, piece: Piece) -> Mark:
        title = f"{self.place} : libre à partir du {short_day(piece.span.first)}, rien de prévu"
        return Mark(piece.span, "is-ahead", title, ("libre",), self.url)

    def _shut(self, piece: Piece) -> Mark:
        opens = self.line.days.opens_on
        if piece.span.last < opens:
            words, short = f"ouvre le {short_day(opens)}", "pas encore ouverte"
        else:
            words, short = "fermée", "fermée"
        title = f"{self.place} : {words}"
        return Mark(piece.span, "is-shut", title, (short,), self.url, pattern="occ-shut")

    def _gone(self, piece: Piece) -> Mark:
        title = f"{self.place} : rendue au propriétaire, sa convention finit avant"
        return Mark(
            piece.span, "is-shut", title, ("rendue au propriétaire", "rendue"), self.url,
            pattern="occ-shut",
        )  # fmt: skip


def void_words(line: RoomMonths, piece: Piece, window: Span) -> str:
    """Say why days are empty and from when to when: the true dates, not those of the window."""
    void = line.voids.get(piece.gap.key) if piece.gap else None
    first = void.starts_on if void and piece.span.first == window.first else piece.span.first
    last = void.ends_on if void and piece.span.last == window.last else piece.span.last
    if piece.begun_before:
        span = f"depuis avant le {short_day(first)}, jusqu'au {short_day(piece.span.last)}"
    elif last is None:
        span = f"depuis le {short_day(first)}, sans fin prévue"
    else:
        span = f"du {short_day(first)} au {short_day(last)}"
    said = line.note(piece)
    note = f" ({said})" if said else ""
    return f"vacante {span}, {CAUSES[piece.cause]}{note}"


def loss_words(loss: Loss, *, priced: bool) -> str:
    """Say how long and how much: "52 jours, 312,50 € perdus à ce jour ; 27 jours à venir"."""
    parts = []
    if loss.days:
        cost = f", {euros(loss.cost)} non perçus à ce jour" if priced else ""
        parts.append(f"{days(loss.days)}{cost}")
    if loss.days_ahead:
        cost = f", {euros(loss.cost_ahead)}" if priced else ""
        parts.append(f"{days(loss.days_ahead)} à venir{cost}")
    return " ; ".join(parts)


def _names(label: str) -> tuple[str, ...]:
    """Return what a household may be called, the longest first, initials last."""
    if not label:
        return ()
    main = label.split(" et ", maxsplit=1)[0]
    family = " ".join(word for word in main.split() if word.isupper()) or main.split()[-1]
    initials = "".join(word[0] for word in main.split() if word[0].isalpha())[:2].upper()
    return tuple(dict.fromkeys((label, main, family, initials)))


# --- The days of a home -------------------------------------------------------------------------
def _moments(months: HomeMonths, window: Span) -> list[Moment]:
    home, found = months.home, []
    if home.opens_on > window.first:
        title = f"Ouverture de la colocation le {short_day(home.opens_on)}"
        found.append(Moment(home.opens_on, "is-opening", title, ("ouverture",)))
    if home.closes_on:
        title = f"Fermeture de la colocation le {short_day(home.closes_on)}"
        found.append(
            Moment(home.closes_on + _DAY, "is-closing", title, ("fermeture",), is_end=True)
        )
    for rank, agreement in enumerate(months.agreements):
        is_last = rank == len(months.agreements) - 1
        found += _agreement_moments(agreement, months, is_last=is_last)
    return found


def _agreement_moments(
    agreement: OwnerAgreement, months: HomeMonths, *, is_last: bool
) -> list[Moment]:
    found = []
    for extension in months.extensions.get(agreement.pk, []):
        title = (
            f"Fin du propriétaire prévue le {short_day(extension.previous_ends_on)}, prolongée "
            f"jusqu'au {short_day(extension.ends_on)} (signé le {short_day(extension.signed_on)})"
        )
        found.append(
            Moment(extension.previous_ends_on + _DAY, "is-extension", title, ("prolongée",))
        )
    on = short_day(agreement.ends_on)
    if not is_last:
        title = f"Convention du propriétaire jusqu'au {on}, une autre la suit"
        found.append(Moment(agreement.ends_on + _DAY, "is-extension", title, ("renouvelée",)))
        return found
    title = f"Fin de la convention du propriétaire le {on}"
    if agreement.extension_undocumented:
        title += ", prolongation à documenter"
    texts = (f"fin du propriétaire, {on}", "fin du propriétaire")
    found.append(Moment(agreement.ends_on + _DAY, "is-owner-end", title, texts, is_end=True))
    return found
