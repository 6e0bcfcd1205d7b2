"""Reminders by e-mail: one digest a person and day, what is urgent at once, relays.

Each person's mails and reminders are written in one short transaction, under a lock of the
person: killed in between, nothing of it is written; run again, or by two workers at once, each is
written once. A mail waits in the outbox for the hour its reader chose.

Of a lead time that came on a day of rest, or while nothing ran, the next working day tells.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from caracol.accounts.models import User
from caracol.core import clock
from caracol.core.workdays import is_working_day, next_working_day
from caracol.deadlines.enums import Digest, ReminderCause
from caracol.deadlines.models import DeadlineRule, Reminder, ReminderPreference
from caracol.deadlines.models.reminders import USUAL_HOUR
from caracol.deadlines.selectors.addressed import (
    Absences,
    Addressed,
    Cue,
    absences_on,
    addressed_to,
)
from caracol.deadlines.selectors.agenda import own_day
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.services.digest import (
    Discretion,
    Group,
    group_of,
    groups_of,
    meetings_of,
    site_url,
)
from caracol.deadlines.subjects import names_of_people
from caracol.notifications.hours import next_allowed
from caracol.notifications.models import MailOut
from caracol.notifications.services import queue_mail
from caracol.ui import atoms

LOCK_CLASS = 0x72656D  # "rem"; the person is the second half of the lock
TEMPLATE = "deadlines/reminders"
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Reminded:
    """What a run wrote."""

    emails: int = 0
    reminders: int = 0

    def __add__(self, other: "Reminded") -> "Reminded":
        return Reminded(self.emails + other.emails, self.reminders + other.reminders)


@dataclass(frozen=True)
class Morning:
    """What is the same for everybody on a day."""

    on: date
    now: datetime
    opens: datetime
    rules: dict[str, DeadlineRule]
    absences: Absences
    preferences: dict[int, ReminderPreference]
    urgent_only: bool
    names: frozenset[str]

    def discretion(self, user: User) -> Discretion:
        """Return what the mails of a person keep quiet about."""
        return Discretion(self.absences.of(user), self.names)


class Words(NamedTuple):
    """What a mail is, and how it begins."""

    what: str
    subject: str
    opening: str


@dataclass(frozen=True)
class Letter:
    """A mail about to be written, and the reminders that it tells."""

    key: str
    words: Words
    groups: list[Group]
    cues: list[Cue]
    not_before: datetime


def send_reminders(
    *, on: date, urgent_only: bool = False, report: Report | None = None
) -> Reminded:
    """Remind everybody of what they mind on a day; again, or on a day of rest, writes nothing."""
    if not is_working_day(on):
        return Reminded()
    morning = _morning(on, urgent_only=urgent_only)
    people = list(_team().values_list("pk", flat=True))
    done = Reminded()
    for number, user_id in enumerate(people, start=1):
        done += _remind(user_id, morning)
        if report is not None:
            report(number, len(people))
    return done


def _team() -> Any:
    return User.objects.filter(is_active=True, memberships__isnull=False).distinct().order_by("pk")


def _morning(on: date, *, urgent_only: bool) -> Morning:
    rules = {kind: rule for kind, rule in rules_on(on).items() if rule.is_enabled}
    wished = {row.user_id: row for row in ReminderPreference.objects.all()}
    now = clock.now()
    return Morning(
        on,
        now,
        open_moment(now),
        rules,
        absences_on(on),
        wished,
        urgent_only,
        names_of_people(),
    )


@transaction.atomic
def _remind(user_id: int, morning: Morning) -> Reminded:
    """Write one person's mails with the reminders they tell, all or nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, user_id])
    user = User.objects.get(pk=user_id)
    found = addressed_to(user, morning.on, morning.rules, morning.absences)
    letters = list(_letters(user, found, morning))
    for letter in letters:
        _write(user, letter, morning)
    return Reminded(len(letters), sum(len(letter.cues) for letter in letters))


def _letters(user: User, found: Addressed, morning: Morning) -> Iterable[Letter]:
    relays = [cue for cue in found.cues if cue.cause == ReminderCause.RELAY]
    taken = {cue.line.pk for cue in relays}
    pressing = [cue for cue in found.cues if cue.is_urgent and cue not in relays]
    # What is told as a relay is not told a second time in the same breath.
    both = [cue for cue in pressing if cue.line.pk in taken]
    alone = [cue for cue in pressing if cue.line.pk not in taken]
    if relays:
        yield _relay(user, relays, both, morning)
    if alone:
        yield _urgent(user, alone, morning)
    calm = [cue for cue in found.cues if not cue.is_urgent and cue.cause == ReminderCause.LEAD]
    if _wants_digest(user, calm, morning):
        yield _digest(user, found, calm, morning)


def _wants_digest(user: User, calm: list[Cue], morning: Morning) -> bool:
    wished = morning.preferences.get(user.pk)
    choice = wished.digest if wished else Digest.WHEN_DUE
    if morning.urgent_only or choice == Digest.NONE or not (calm or choice == Digest.DAILY):
        return False
    key = _key("digest", user, morning)
    return not MailOut.objects.filter(dedup_key=key).exists()


def _relay(user: User, relays: list[Cue], both: list[Cue], morning: Morning) -> Letter:
    """Return the mail of what nobody did in time and this person takes over."""
    many = f"{len(relays)} échéances à reprendre"
    subject = many if len(relays) > 1 else "Une échéance à reprendre"
    opening = "Personne n'a agi dans le délai prévu : le relais vous revient."
    return _at_once(user, Words("relay", subject, opening), relays, [*relays, *both], morning)


def _urgent(user: User, cues: list[Cue], morning: Morning) -> Letter:
    """Return the mail of what cannot wait for the digest."""
    subject = f"{len(cues)} échéances urgentes" if len(cues) > 1 else "Une échéance urgente"
    opening = "Ceci ne peut pas attendre votre récapitulatif."
    return _at_once(user, Words("urgent", subject, opening), cues, cues, morning)


def _at_once(
    user: User, words: Words, shown: list[Cue], told: list[Cue], morning: Morning
) -> Letter:
    start = _key(words.what, user, morning)
    sent = Reminder.objects.filter(
        user=user, told_on=morning.on, mail_key__startswith=f"{start}:"
    ).values("mail_key")
    key = f"{start}:{sent.distinct().count() + 1}"
    group = group_of("À traiter", [cue.line for cue in shown], morning.discretion(user))
    return Letter(key, words, [group], told, morning.opens)


def _digest(user: User, found: Addressed, calm: list[Cue], morning: Morning) -> Letter:
    newly = [cue.line for cue in calm]
    due = groups_of(found.lines, newly, morning.on, morning.discretion(user))
    groups = meetings_of(own_day(user, morning.on)) + due
    subject = f"Vos échéances du {atoms.long_day(morning.on)}"
    opening = "" if groups else "Rien ne vous attend aujourd'hui ni dans les sept jours."
    key = _key("digest", user, morning)
    return Letter(key, Words("digest", subject, opening), groups, calm, _hour_of(user, morning))


def _hour_of(user: User, morning: Morning) -> datetime:
    """Return the hour the person chose, on the day itself; for another day, as soon as allowed."""
    wished = morning.preferences.get(user.pk)
    hour = wished.hour if wished else USUAL_HOUR
    chosen = timezone.make_aware(datetime.combine(morning.on, time(hour)))
    is_today = timezone.localtime(morning.now).date() == morning.on
    return chosen if is_today and chosen > morning.now else morning.opens


def open_moment(moment: datetime) -> datetime:
    """Return the moment itself, or the next one of a working day when people may be reached.

    Raises ParameterMissing.
    """
    allowed = next_allowed(moment)
    day = timezone.localtime(allowed).date()
    if is_working_day(day):
        return allowed
    return next_allowed(timezone.make_aware(datetime.combine(next_working_day(day), time())))


def _key(what: str, user: User, morning: Morning) -> str:
    return f"deadlines:{what}:{user.pk}:{morning.on:%Y-%m-%d}"


def _write(user: User, letter: Letter, morning: Morning) -> None:
    _note(user, letter.cues, morning, letter.key)
    queue_mail(
        dedup_key=letter.key,
        to=user.email,
        subject=letter.words.subject,
        template=TEMPLATE,
        context={
            "greeting": f"Bonjour {user.first_name}," if user.first_name else "Bonjour,",
            "opening": letter.words.opening,
            "groups": letter.groups,
            "list_url": site_url(reverse("deadlines:deadline-list")),
            "preferences_url": site_url(reverse("agenda:reminders")),
        },
        batch=f"deadlines:{morning.on:%Y-%m-%d}",
        not_before=letter.not_before,
    )


def _note(user: User, cues: Iterable[Cue], morning: Morning, key: str) -> None:
    """Write that a person was told, each once."""
    Reminder.objects.bulk_create(
        [
            Reminder(
                deadline=cue.line.deadline,
                due_on=cue.line.due_on,
                cause=cue.cause,
                lead=cue.lead,
                user=user,
                told_on=morning.on,
                mail_key=key,
            )
            for cue in cues
        ]
    )
