"""When a notice takes effect, by whom it is given and how (RULEBOOK 1.2, 1.3, 1.5, 4.3).

A notice runs from its receipt. The day of receipt does not count; a month ends on the same day
number, or on the last day of a shorter month. Notices do not move when they end on a Sunday or a
holiday: only the delays of a procedure do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from caracol.core.periods import add_months, end_of_duration, french_day
from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, doubtful, refused

RESIDENT, MANAGER = "RESIDENT", "MANAGER"
ORDINARY, NON_RENEWAL, OBJECTIVE_CAUSE = "ORDINARY", "NON_RENEWAL", "OBJECTIVE_CAUSE"
BREACH, AT_TERM = "BREACH", "AT_TERM"
UNSAID = "notice-unsaid"
LRAR, BAILIFF, HAND = "LRAR", "BAILIFF", "HAND"
AWAITED, SIGNED, REFUSED, UNCLAIMED = "AWAITED", "SIGNED", "REFUSED", "UNCLAIMED"

AT_THE_END = frozenset({NON_RENEWAL, AT_TERM})
_SERVICE = "CPC art. 668-669"


@dataclass(frozen=True)
class Delay:
    """A delay of notice: months first, then days."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """Return the last day of the delay that a day starts without counting."""
        return add_months(day, self.months) + timedelta(days=self.days)

    def latest_start(self, end: date) -> date:
        """Return the last day that may start it for it to be over by `end`."""
        day = add_months(end, -self.months) - timedelta(days=self.days)
        while self.after(day + timedelta(days=1)) <= end:
            day += timedelta(days=1)
        while self.after(day) > end:
            day -= timedelta(days=1)
        return day

    @property
    def words(self) -> str:
        """Say it in French: "un mois", "15 jours"."""
        parts = []
        if self.months:
            parts.append("un mois" if self.months == 1 else f"{self.months} mois")
        if self.days:
            parts.append("un jour" if self.days == 1 else f"{self.days} jours")
        return " et ".join(parts) or "sans délai"

    @property
    def of_words(self) -> str:
        """Say it after a noun: "d'un mois", "de 15 jours"."""
        return f"d'{self.words}" if self.words.startswith("un ") else f"de {self.words}"


@dataclass(frozen=True)
class Clauses:
    """What the contract itself says of its days, its notices and the causes to end it."""

    starts_on: date
    ends_on: date
    resident_months: int | None = None
    resident_days: int | None = None
    manager_months: int | None = None
    objective_causes: str = ""
    renews_itself: bool = False
    usage_accepted: bool = False
    """Somebody has said before why the usual notice applies, where the contract sets none."""


@dataclass(frozen=True)
class Letter:
    """A notice as it was given: who, why, how, and what became of the letter."""

    given_by: str
    basis: str = ORDINARY
    delivery: str = LRAR
    outcome: str = SIGNED
    sent_on: date | None = None
    received_on: date | None = None
    reduced_reason: str = ""
    reason: str = ""

    @property
    def by_manager(self) -> bool:
        """Whether the association gives it."""
        return self.given_by == MANAGER


@dataclass(frozen=True)
class Answer:
    """What a notice does: the day the contract ends, why, and what stands in its way.

    `effective_on` is None as long as nobody has received it. `latest_receipt`: the last day on
    which it may be received, when there is one. `must_be_served`: the letter did not reach its
    addressee, an act of a commissaire de justice is needed.
    """

    effective_on: date | None
    sentences: tuple[str, ...]
    article: str
    verdicts: tuple[Verdict, ...] = ()
    latest_receipt: date | None = None
    must_be_served: bool = False

    @property
    def rule(self) -> str:
        """The rule applied, in one line to keep with the notice."""
        text = " ".join((*self.sentences, f"({self.article})"))
        return text if len(text) <= 300 else f"{text[:299]}…"


def delay_of(rule: TypeRule, clauses: Clauses, letter: Letter) -> Delay | None:
    """Return the delay that applies, or None when the association may not give notice at all."""
    if letter.by_manager:
        months = clauses.manager_months if rule.notice_by_contract else None
        months = months or rule.manager_notice_months
        return Delay(months) if months else None
    if rule.notice_by_contract and (clauses.resident_months or clauses.resident_days):
        return Delay(clauses.resident_months or 0, clauses.resident_days or 0)
    if letter.reduced_reason and rule.resident_notice_reduced_months:
        return Delay(rule.resident_notice_reduced_months)
    return Delay(rule.resident_notice_months or 0, rule.resident_notice_days or 0)


def bases_of(rule: TypeRule, given_by: str) -> tuple[str, ...]:
    """Return the grounds on which a party may give notice under a type."""
    if given_by == RESIDENT:
        return (ORDINARY,)
    if rule.manager_notice_at_term:
        return (AT_TERM,)
    if rule.notice_by_contract:
        return (ORDINARY, NON_RENEWAL, OBJECTIVE_CAUSE, BREACH)
    if rule.manager_notice_months:
        return (NON_RENEWAL, OBJECTIVE_CAUSE, BREACH)
    return ()


def answer(rule: TypeRule, clauses: Clauses, letter: Letter) -> Answer:
    """Return when a notice takes effect, with its reasons; None of it is decided before receipt."""
    delay = delay_of(rule, clauses, letter)
    if delay is None:
        text = f"{rule.label} : l'association ne donne pas congé, ce contrat finit à son terme."
        return Answer(None, (), rule.source, (refused("no-notice", text, rule.source),))
    at_the_end = letter.by_manager and letter.basis in AT_THE_END
    latest = delay.latest_start(clauses.ends_on) if at_the_end else None
    verdicts = tuple(_verdicts(rule, clauses, letter, latest))
    if letter.outcome != SIGNED or letter.received_on is None:
        return _not_received(rule, letter, delay, latest, verdicts)
    effective = clauses.ends_on if at_the_end else delay.after(letter.received_on)
    effective = min(effective, clauses.ends_on)
    sentences = tuple(_why(clauses, letter, delay, latest, effective))
    return Answer(effective, sentences, rule.source, verdicts, latest)


def _not_received(
    rule: TypeRule,
    letter: Letter,
    delay: Delay,
    latest: date | None,
    verdicts: tuple[Verdict, ...],
) -> Answer:
    if letter.outcome in {REFUSED, UNCLAIMED}:
        what = "refusée" if letter.outcome == REFUSED else "non réclamée"
        text = (
            f"Lettre {what} : le préavis n'a pas commencé. Faites signifier le congé par "
            "commissaire de justice."
        )
        return Answer(None, (text,), _SERVICE, verdicts, latest, must_be_served=True)
    wait = f"Le préavis {delay.of_words} commencera à la réception."
    if latest is not None:
        wait += f" Elle doit avoir lieu le {french_day(latest)} au plus tard."
    return Answer(None, (wait,), rule.source, verdicts, latest)


def _why(
    clauses: Clauses, letter: Letter, delay: Delay, latest: date | None, effective: date
) -> Iterator[str]:
    cut = latest is None and delay.after(letter.received_on or effective) > effective
    if letter.received_on:
        yield f"Reçu le {french_day(letter.received_on)}."
    if latest is not None:
        yield (
            f"Donné au moins {delay.words} avant le terme, il prend effet au terme : le "
            f"{french_day(effective)}."
        )
        return
    short = ", réduit," if letter.reduced_reason and not letter.by_manager else ""
    yield (
        f"Préavis {delay.of_words}{short} à compter de la réception, dont le jour ne compte pas : "
        f"fin le {french_day(effective)}."
        if not cut
        else f"Préavis {delay.of_words} à compter de la réception, mais le contrat finit avant : "
        f"le {french_day(clauses.ends_on)}."
    )
    if effective.weekday() >= 5 and not cut:
        yield "Un préavis ne se reporte pas quand il finit un samedi, un dimanche ou un jour férié."


# --- What stands in the way ---------------------------------------------------------------------
def _verdicts(
    rule: TypeRule, clauses: Clauses, letter: Letter, latest: date | None
) -> Iterator[Verdict]:
    yield from _dates(clauses, letter)
    if letter.by_manager:
        yield from _manager(rule, clauses, letter, latest)
    else:
        yield from _resident(rule, letter)
    if rule.notice_by_contract and not clauses.usage_accepted and not _said(clauses, letter):
        text = (
            "Le contrat ne dit pas quel est ce préavis : c'est l'usage de ce type qui est appliqué."
        )
        yield doubtful(UNSAID, text, rule.source)


def _said(clauses: Clauses, letter: Letter) -> bool:
    if letter.by_manager:
        return clauses.manager_months is not None
    return clauses.resident_months is not None or clauses.resident_days is not None


def _dates(clauses: Clauses, letter: Letter) -> Iterator[Verdict]:
    received = letter.received_on
    if letter.outcome == SIGNED and received is None:
        yield refused("receipt-missing", "Indiquez le jour de la réception.", topic="received_on")
    if received is None:
        return
    if letter.sent_on and received < letter.sent_on:
        text = f"Une lettre partie le {french_day(letter.sent_on)} n'est pas reçue avant."
        yield refused("received-before-sent", text, topic="received_on")
    if received > clauses.ends_on:
        text = f"Le contrat a fini le {french_day(clauses.ends_on)} : ce congé n'a plus d'objet."
        yield refused("after-the-end", text, topic="received_on")
    if received < clauses.starts_on:
        text = f"Le contrat ne commence que le {french_day(clauses.starts_on)}."
        yield refused("before-the-start", text, topic="received_on")


def _resident(rule: TypeRule, letter: Letter) -> Iterator[Verdict]:
    if letter.basis != ORDINARY:
        text = "Le congé du résident ne se fonde sur aucun motif."
        yield refused("resident-basis", text, rule.source, "basis")
    if letter.reduced_reason and not rule.resident_notice_reduced_months:
        text = f"{rule.label} : le préavis ne se réduit pas."
        yield refused("not-reduced", text, rule.source, "reduced_reason")
    if letter.delivery == HAND and rule.manager_notice_after_months:
        text = (
            "Ce contrat demande une lettre recommandée : une remise en main propre se discute. "
            "Gardez le récépissé signé."
        )
        yield doubtful("hand-delivery", text, rule.source, "delivery")


def _manager(
    rule: TypeRule, clauses: Clauses, letter: Letter, latest: date | None
) -> Iterator[Verdict]:
    if letter.basis not in bases_of(rule, MANAGER):
        yield refused("basis", _wrong_basis(rule, letter), rule.source, "basis")
        return
    if not letter.reason.strip() and letter.basis not in {ORDINARY, NON_RENEWAL}:
        text = "Ce congé se motive : écrivez le motif."
        yield refused("reason-missing", text, rule.source, "reason")
    if letter.delivery == HAND and rule.manager_notice_after_months:
        text = "Ce congé part par lettre recommandée ou par commissaire de justice."
        yield refused("hand-delivery", text, rule.source, "delivery")
    if letter.basis == OBJECTIVE_CAUSE and not clauses.objective_causes.strip():
        text = "Le contrat n'écrit aucune cause objective de résiliation : le congé se contestera."
        yield doubtful("cause-unwritten", text, rule.source, "basis")
    yield from _too_early(rule, clauses, letter)
    yield from _too_late(rule, clauses, letter, latest)


def _wrong_basis(rule: TypeRule, letter: Letter) -> str:
    if rule.manager_notice_at_term:
        return (
            f"{rule.label} : l'association ne donne congé que pour le terme, avec un motif légal. "
            "Un manquement passe par la clause résolutoire."
        )
    return (
        f"{rule.label} : le congé de l'association se fonde sur le non-renouvellement, une cause "
        "objective du contrat ou un manquement."
    )


def _too_early(rule: TypeRule, clauses: Clauses, letter: Letter) -> Iterator[Verdict]:
    """No notice for an objective cause within the first months; for a breach it is unsettled."""
    months = rule.manager_notice_after_months
    day = letter.received_on or letter.sent_on
    if not months or day is None or letter.basis in AT_THE_END:
        return
    last = end_of_duration(clauses.starts_on, months)
    if day > last:
        return
    text = (
        f"Les {months} premiers mois courent jusqu'au {french_day(last)} : l'association ne "
        "résilie qu'au-delà."
    )
    if letter.received_on is None:
        text += " Reçue plus tôt, la lettre serait sans effet."
        yield doubtful("too-early", text, rule.source, "sent_on")
    elif letter.basis == BREACH:
        text += " Pour un manquement, la question n'est pas tranchée."
        yield doubtful("too-early", text, rule.source, "received_on")
    else:
        yield refused("too-early", text, rule.source, "received_on")


def _too_late(
    rule: TypeRule, clauses: Clauses, letter: Letter, latest: date | None
) -> Iterator[Verdict]:
    """A notice for the term reaches its addressee in time, or the contract goes on."""
    day = letter.received_on or letter.sent_on
    if latest is None or day is None or day <= latest:
        return
    text = (
        f"Pour le terme du {french_day(clauses.ends_on)}, ce congé devait être reçu le "
        f"{french_day(latest)} au plus tard."
    )
    if clauses.renews_itself or rule.manager_notice_at_term:
        yield refused("too-late", f"{text} Le contrat se poursuit.", rule.source, "received_on")
    else:
        text += " Le contrat finit de toute façon à son terme, sans se renouveler."
        yield doubtful("too-late", text, rule.source, "received_on")
