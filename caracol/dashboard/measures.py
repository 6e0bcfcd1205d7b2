"""The figures of the administration's first page: what a direction looks at once a week."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, Min, OuterRef
from django.urls import reverse
from django.utils import timezone

from caracol.accounts.models import Invitation, User
from caracol.accounts.services import SYSTEM_EMAIL
from caracol.accounts.services.protection import FACTORS
from caracol.audit.alerts import alerts
from caracol.core.periods import french_day
from caracol.core.registries import AdminFigure, admin_figure_provider
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job
from payments.enums import BankLineState
from payments.models import BankLine

WEEK = timedelta(days=7)
OLD = timedelta(days=30)


@admin_figure_provider("dashboard.jobs")
def stopped_jobs(now: datetime) -> Iterable[AdminFigure]:
    """Jobs that wait for a person."""
    count = Job.objects.filter(state__in=[JobState.FAILED, JobState.DEAD]).count()
    hint = "attendent quelqu'un" if count else "tout avance"
    tone = "danger" if count else "success"
    url = reverse("jobs:job-list")
    yield AdminFigure("Traitements arrêtés", count, hint, url, tone, order=20)


@admin_figure_provider("dashboard.suspense")
def unexplained(now: datetime) -> Iterable[AdminFigure]:
    """Money received that nobody has explained yet: the oldest line."""
    waiting = BankLine.objects.filter(state=BankLineState.TO_SETTLE)
    found = waiting.aggregate(count=Count("pk"), oldest=Min("booked_on"))
    oldest = found["oldest"]
    late = oldest is not None and timezone.localtime(now).date() - oldest > OLD
    value = french_day(oldest) if oldest else "aucun"
    hint = f"{found['count']} lignes à expliquer" if oldest else "chaque ligne est expliquée"
    tone = "danger" if late else "warning" if oldest else "success"
    url = reverse("payments:month-index")
    yield AdminFigure("Plus ancien encaissement inexpliqué", value, hint, url, tone, order=30)


@admin_figure_provider("dashboard.team")
def team(now: datetime) -> Iterable[AdminFigure]:
    """People awaited, and people whose account only a password protects."""
    count = Invitation.objects.open().count()
    url = reverse("admin:accounts_invitation_changelist") + "?etat=attente"
    hint = "personnes attendues" if count else "personne n'est attendu"
    yield AdminFigure("Invitations en attente", count, hint, url, order=40)
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    people = User.objects.filter(is_active=True).exclude(email=SYSTEM_EMAIL)
    bare = people.exclude(Exists(factor)).count()
    url = reverse("admin:accounts_user_changelist") + "?protection=non&is_active__exact=1"
    hint = "comptes sans seconde preuve" if bare else "tous les comptes sont protégés"
    tone = "warning" if bare else "success"
    yield AdminFigure("Sans double authentification", bare, hint, url, tone, order=50)


@admin_figure_provider("dashboard.alerts")
def unusual(now: datetime) -> Iterable[AdminFigure]:
    """Unusual readings of the week."""
    since = timezone.localtime(now).date() - WEEK
    count = sum(alert.day > since for alert in alerts(now))
    url = reverse("admin:audit_accessrecord_alerts")
    tone = "warning" if count else "success"
    hint = "à regarder, cette semaine" if count else "rien d'inhabituel cette semaine"
    yield AdminFigure("Consultations inhabituelles", count, hint, url, tone, order=60)


@admin_figure_provider("dashboard.backup")
def backup(now: datetime) -> Iterable[AdminFigure]:
    """The last backup, as far as Caracol knows: it does not make them itself."""
    hint = "faite hors de Caracol : demandez sa date à qui administre la machine"
    yield AdminFigure("Dernière sauvegarde", "inconnue", hint, tone="neutral", order=10)
