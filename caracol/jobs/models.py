"""Jobs: their truth is here; a message in the broker only wakes a worker."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from caracol.accounts.enums import Role
from caracol.accounts.models import TerritoryQuerySet, User
from caracol.accounts.policy import GLA_DECIDES
from caracol.jobs.enums import OVER, STOPPED, JobState


class JobQuerySet(TerritoryQuerySet):
    """Jobs: those one asked for, and those of the territories one manages."""

    def visible_to(self, user: User | AnonymousUser, roles: frozenset[Role] | None = None) -> Self:
        """Keep the user's own jobs, and all those of a territory for who decides there."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        managed = super().visible_to(user, GLA_DECIDES if roles is None else GLA_DECIDES & roles)
        return self.filter(Q(requested_by=user) | Q(pk__in=managed.values("pk")))


class Job(models.Model):
    """A piece of work done outside a request, kept until it is done or a person decides."""

    kind = models.CharField("genre", max_length=100)
    dedup_key = models.CharField("clé", max_length=200)
    title = models.CharField("traitement", max_length=200)
    state = models.CharField(
        "état", max_length=10, choices=JobState.choices, default=JobState.PENDING
    )
    payload = models.JSONField("données", default=dict, blank=True)
    result = models.JSONField("résultat", default=dict, blank=True)
    error = models.TextField("erreur", blank=True)
    progress = models.PositiveIntegerField("fait", default=0)
    total = models.PositiveIntegerField("à faire", default=0)
    doing = models.CharField("étape", max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField("essais sans avancée", default=0)
    max_attempts = models.PositiveSmallIntegerField("essais permis", default=5)
    claim_number = models.PositiveIntegerField("numéro de prise", default=0)
    mark = models.PositiveIntegerField("fait aux prises précédentes", default=0)
    next_attempt_at = models.DateTimeField("pas avant")
    woken_at = models.DateTimeField("réveillé le", null=True, blank=True)
    lease_until = models.DateTimeField("tenu jusqu'au", null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="demandé par",
    )
    territory = models.ForeignKey(
        "accounts.Territory",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="territoire",
    )
    retried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="relancé par",
    )
    retried_at = models.DateTimeField("relancé le", null=True, blank=True)
    created_at = models.DateTimeField("demandé le")
    started_at = models.DateTimeField("commencé le", null=True, blank=True)
    finished_at = models.DateTimeField("fini le", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "traitement"
        verbose_name_plural = "traitements"
        constraints = [
            models.UniqueConstraint(fields=["dedup_key"], name="job_dedup_key_unique"),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(total=0) | Q(progress__lte=F("total")), name="job_progress_in_total"
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False),
                name="job_running_has_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=[JobState.PENDING, JobState.RUNNING]),
                name="job_live",
            ),
            models.Index(fields=["-created_at"], name="job_recent"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more happens without a person."""
        return self.state in OVER

    @property
    def is_stopped(self) -> bool:
        """Tell whether the job ended without its work: a person may start it again."""
        return self.state in STOPPED

    @property
    def percent(self) -> int | None:
        """Give the share done, or None while the amount of work is unknown."""
        return self.progress * 100 // self.total if self.total else None


class PeriodRun(models.Model):
    """A periodic job was started for a period: the constraint makes a second clock harmless."""

    kind = models.CharField("genre", max_length=100)
    period = models.DateField("période")
    created_at = models.DateTimeField("lancée le")

    class Meta:
        verbose_name = "passage périodique"
        verbose_name_plural = "passages périodiques"
        constraints = [
            models.UniqueConstraint(fields=["kind", "period"], name="period_run_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period:%Y-%m-%d}"


class Heartbeat(models.Model):
    """The last sign of life of a worker or of the clock process."""

    name = models.CharField("processus", max_length=200, unique=True)
    role = models.CharField("rôle", max_length=10)
    beat_at = models.DateTimeField("vu le")

    class Meta:
        verbose_name = "signe de vie"
        verbose_name_plural = "signes de vie"

    def __str__(self) -> str:
        return self.name
