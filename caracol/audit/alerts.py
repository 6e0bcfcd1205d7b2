"""What is unusual in the register of consultations: by night, on a day off, or a great many."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from caracol.audit.models import AccessRecord
from caracol.parameters.selectors import ParameterMissing, value

DAYS = 30
PEOPLE, ROWS, HOURS = (
    "access_alert.people_a_day",
    "access_alert.rows_a_day",
    "access_alert.office_hours",
)


@dataclass(frozen=True)
class Alert:
    """One user on one day, and what is unusual about it."""

    day: date
    user_id: int
    who: str
    reasons: tuple[str, ...]
    count: int

    @property
    def query(self) -> str:
        """The filters of the register that show it."""
        day = f"at__year={self.day.year}&at__month={self.day.month}&at__day={self.day.day}"
        return f"user__id__exact={self.user_id}&{day}"


@dataclass
class _Day:
    who: str = ""
    count: int = 0
    rows: int = 0
    subjects: set[tuple[int, int]] = field(default_factory=set)
    outside: int = 0

    def opened(self, kinds: Iterable[int]) -> int:
        """Return how many subjects of some kinds were read."""
        wanted = set(kinds)
        return sum(kind in wanted for kind, _pk in self.subjects)


def alerts(now: datetime) -> list[Alert]:
    """Return what is unusual in the last days, latest first. One query, whatever the volume."""
    today = timezone.localtime(now).date()
    hours = _known(HOURS, today, {"from": "07:00", "to": "21:00"})
    opens, closes = time.fromisoformat(hours["from"]), time.fromisoformat(hours["to"])
    days: dict[tuple[date, int], _Day] = defaultdict(_Day)
    since = now - timedelta(days=DAYS)
    found = AccessRecord.objects.filter(at__gte=since).values_list(
        *("at", "user_id", "user__first_name", "user__last_name", "action"),
        *("content_type_id", "object_id", "rows"),
    )
    for at, user_id, first, last, action, kind, pk, rows in found.iterator(chunk_size=5000):
        local = timezone.localtime(at)
        day = days[local.date(), user_id]
        day.who = f"{first} {last}".strip()
        day.count += 1
        day.rows += (rows or 0) if action == "EXPORT" else 0
        if pk is not None:
            day.subjects.add((kind, pk))
        if local.weekday() >= 5 or not opens <= local.time() < closes:
            day.outside += 1
    many, queues = int(_known(ROWS, today, 500)), _queues(today)
    most = int(_known(PEOPLE, today, 60))
    listed = [
        Alert(day, user_id, known.who, reasons, known.count)
        for (day, user_id), known in days.items()
        if (reasons := _reasons(known, most, many, queues))
    ]
    return sorted(listed, key=lambda alert: (alert.day, alert.count), reverse=True)


@dataclass(frozen=True)
class _Queue:
    """Subjects that are worked through one after the other, and how many a day are ordinary."""

    kind: int
    noun: str
    most: int


def _queues(today: date) -> list[_Queue]:
    """Return them: the models that name the parameter of their ordinary number, `alert_key`."""
    return [
        _Queue(
            ContentType.objects.get_for_model(model).pk,
            str(model._meta.verbose_name_plural),
            int(_known(model.alert_key, today, 1000)),
        )
        for model in apps.get_models()
        if hasattr(model, "alert_key")
    ]


def _reasons(day: _Day, most: int, many: int, queues: list[_Queue]) -> tuple[str, ...]:
    worked = {queue.kind: day.opened([queue.kind]) for queue in queues}
    opened = len(day.subjects) - sum(worked.values())
    said = [
        (opened > most, f"{opened} fiches ouvertes dans la journée"),
        *(
            (
                worked[queue.kind] > queue.most,
                f"{worked[queue.kind]} {queue.noun} ouvertes dans la journée",
            )
            for queue in queues
        ),
        (day.rows > many, f"{day.rows} lignes exportées"),
        (day.outside > 0, f"{day.outside} hors des heures habituelles"),
    ]
    return tuple(words for unusual, words in said if unusual)


def _known(key: str, on: date, otherwise: Any) -> Any:
    try:
        return value(key, on)
    except ParameterMissing:
        return otherwise
