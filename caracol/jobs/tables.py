"""The list of jobs."""

from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.accounts.models import User
from caracol.core.money import NBSP
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job
from caracol.jobs.selectors import TONES
from caracol.ui import atoms


class JobTable(tables.Table):
    """What was asked, by whom, and where it stands."""

    title = tables.Column(
        linkify=("jobs:job-detail", {"pk": tables.A("pk")}), attrs={"td": {"class": "lead"}}
    )
    state = tables.Column()
    progress = tables.Column(verbose_name="Avancement", orderable=False, empty_values=())
    requested_by = tables.Column(
        order_by=("requested_by__last_name", "requested_by__first_name"),
        default="Automatique",
    )
    created_at = tables.Column()

    class Meta:
        model = Job
        fields = ("title", "state", "progress", "requested_by", "created_at")
        order_by = "-created_at"
        attrs = {"caption": "Traitements"}
        empty_text = "Aucun traitement"

    def render_state(self, record: Job) -> SafeString:
        """Say the state with its colour."""
        state = JobState(record.state)
        return atoms.status(state.label.capitalize(), TONES[state])

    def render_progress(self, record: Job) -> SafeString | str:
        """Draw how far it is, or what stopped it."""
        if record.is_stopped:
            return record.error
        if not record.total or record.is_over:
            return str(record.result.get("message", "")) or "–"
        return format_html(
            '{} / {} <progress max="{}" value="{}" aria-label="{}"></progress>',
            record.progress,
            record.total,
            str(record.total),
            str(record.progress),
            f"Avancement : {record.title}",
        )

    def render_requested_by(self, value: User) -> str:
        """Name the person."""
        return str(value)

    def render_created_at(self, value: Any) -> SafeString:
        """Write the day and the hour: several are asked on one day."""
        local = timezone.localtime(value)
        hour = f"{local.hour}{NBSP}h{NBSP}{local:%M}"
        return format_html('{}<span class="cell-note">{}</span>', atoms.day(value), hour)
