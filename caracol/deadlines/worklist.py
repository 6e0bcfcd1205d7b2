"""What « Aujourd'hui » says of deadlines late or due today, and of one's appointments."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from caracol.core import clock
from caracol.core.expressions import first_of
from caracol.core.registries import Act, WorkGroup, WorkItem, register_act, work_provider
from caracol.deadlines.models import Appointment, Deadline
from caracol.deadlines.selectors.lines import DueLine, lines_of
from caracol.deadlines.selectors.mine import mine, replaced_by
from caracol.deadlines.selectors.rules import rules_on

SHOWN = 3

register_act(
    Act("Voir mes échéances", "deadlines:deadline-list", "", "retard rappel", "calendar-due",
        "whose=moi", 15)
)  # fmt: skip
register_act(
    Act("Noter un rendez-vous", "agenda:appointment-new", "Agenda", "nouveau réunion visite",
        "calendar-event")
)  # fmt: skip
register_act(
    Act("Noter une tâche", "deadlines:task-new", "", "nouvelle à faire rappel", "clipboard-check")
)
register_act(
    Act(
        "Organiser un remplacement",
        "deadlines:stand-in-new",
        "Échéances",
        "absence congés",
        "users",
    )
)


@work_provider("deadlines.mine")
def due_now(user: Any, today: date) -> WorkGroup | None:
    """Deadlines late or due today that are the user's to act on."""
    if not user.roles:
        return None
    rules = rules_on(today)
    seen = Deadline.objects.visible_to(user, rules=rules.values()).open().awake(today)
    late = seen.filter(due_on__lte=today)
    rows = mine(late, user, today, rules, replaced_by(user, today))
    shown, total = first_of(rows.order_by("due_on", "kind", "pk"), SHOWN)
    return WorkGroup(
        code="deadlines",
        title="Mes échéances",
        icon="calendar-due",
        total=total,
        items=[_item(line) for line in lines_of(shown, today, rules)],
        url=f"{reverse('deadlines:deadline-list')}?whose=moi",
        order=5,
    )


def _item(line: DueLine) -> WorkItem:
    title = f"{line.label} · {line.about}" if line.about else line.label
    return WorkItem(
        kind="deadline",
        title=title,
        why=line.why,
        url=line.url or reverse("deadlines:deadline-detail", args=[line.pk]),
        due_on=line.due_on,
        otherwise=line.otherwise,
        tone="danger" if line.is_late else "warning",
        button=line.kind.button if line.kind else "Ouvrir",
    )


@work_provider("deadlines.appointments")
def appointments_near(user: Any, today: date) -> WorkGroup | None:
    """One's appointments of today and tomorrow that are not over."""
    if not user.roles:
        return None
    until = timezone.make_aware(datetime.combine(today + timedelta(days=2), time()))
    now = clock.now()
    rows = Appointment.objects.of(user).standing().filter(ends_at__gt=now, starts_at__lt=until)
    shown, total = first_of(rows.order_by("starts_at", "pk"), SHOWN)
    return WorkGroup(
        code="appointments",
        title="Mes rendez-vous",
        icon="calendar-event",
        total=total,
        items=[_met(row) for row in shown],
        url=f"{reverse('agenda:list')}?quoi=appointment&qui=moi",
        order=6,
    )


def _met(row: Appointment) -> WorkItem:
    starts = timezone.localtime(row.starts_at)
    said = f"{starts:%H:%M}, {row.place}" if row.place else f"{starts:%H:%M}"
    return WorkItem(
        kind="appointment",
        title=row.title,
        why=f"{row.get_kind_display()} à {said}.",
        url=reverse("agenda:appointment", args=[row.pk]),
        due_on=starts.date(),
        tone="info",
        button="Voir",
    )
