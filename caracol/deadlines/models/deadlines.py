"""Deadlines, and the lines that tell what happened to each."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory, TerritoryQuerySet
from caracol.accounts.policy import GLA, GLA_DECIDES, SOCIAL
from caracol.core import clock
from caracol.core.guards import append_only
from caracol.deadlines.enums import DeadlineAct, DeadlineState, Outcome, Subject
from caracol.deadlines.models.rules import DeadlineRule
from caracol.deadlines.models.standins import StandIn
from caracol.deadlines.registry import TASK, kind_of, places
from caracol.deadlines.teams import acted_for

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from caracol.accounts.models import User

NOTHING = Q(pk__in=[])
# An empty Q is lost in « or »: this one keeps everything.
EVERYTHING = Q(pk__isnull=False)


class DeadlineQuerySet(TerritoryQuerySet):
    """Deadlines by kind (who may know of it), then by territory or own homes."""

    def visible_to(
        self,
        user: "User | AnonymousUser",
        roles: "frozenset[Role] | None" = None,
        *,
        rules: Iterable[DeadlineRule] | None = None,
    ) -> Self:
        """Keep what the user may know of, through these roles if they are named.

        The rules in force today, when the caller has read them already.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        held = frozenset(Role(role) for role in user.roles)
        held = held if roles is None else held & roles
        # The day decides which rules are in force; it is read here because this is the only door.
        rules = DeadlineRule.objects.on(clock.today()) if rules is None else rules
        seen = self._tasks_of(user, held)
        for audience, codes in _by_audience(rules, held).items():
            seen |= Q(kind__in=codes) & self._through(user, audience, codes)
        return self.filter(seen)

    def _through(self, user: "User", audience: frozenset[Role], codes: list[str]) -> Q:
        condition = self.visible_condition(user, audience)
        if condition is None:
            return Q()
        shared = [code for code in codes if _is_shared(code)]
        return condition | Q(territory=None, kind__in=shared) if shared else condition

    def _tasks_of(self, user: "User", held: frozenset[Role]) -> Q:
        """Own tasks, those written, those confided, the team's by role and place.

        Who decides sees all but private ones, and those too of somebody who has left, which
        nobody would do; who stands in, those confided to the absent.
        """
        team = NOTHING
        gone = get_user_model()._default_manager.filter(is_active=False).values("pk")
        for role in held:
            here = self._on_their_ground(user, frozenset({role}))
            if role in GLA_DECIDES:
                team |= here & (Q(owner=None) | Q(owner__in=gone))
            else:
                team |= here & Q(owner=None, role__in=acted_for({role}))
        own = Q(owner=user) | Q(assignee=user) | Q(author=user)
        absent = StandIn.objects.on(clock.today()).filter(stand_in=user).values("absent")
        passing = Q(assignee__in=absent) & self._passing(user, held)
        return Q(kind=TASK) & (own | team | passing)

    def _on_their_ground(self, user: "User", held: frozenset[Role]) -> Q:
        condition = self.visible_condition(user, held)
        return EVERYTHING if condition is None else condition | Q(territory=None)

    def _passing(self, user: "User", held: frozenset[Role]) -> Q:
        """Which tasks of somebody absent a user may take over: on their ground, and about people
        only where their team knows them.
        """
        here = Q(owner=None) & self._on_their_ground(user, held)
        return here if held & (GLA | SOCIAL) else here & Q(person_id=None, contract_id=None)

    def confided_tasks(self, user: "User", absent: "User") -> Self:
        """Keep the tasks confided to somebody that a user takes over while they are away."""
        held = frozenset(Role(role) for role in user.roles)
        return self.filter(self._passing(user, held), kind=TASK, assignee=absent)

    def in_own_homes(self, user: "User") -> Q:
        """Return the condition of what is about the homes of a mission officer."""
        known = places()
        if known is None:
            return NOTHING
        return Q(home_id__in=known.own_homes(user)) | Q(
            home_id=None, site_id__in=known.own_sites(user)
        )

    def open(self) -> Self:
        """Keep what is still to be done."""
        return self.filter(state=DeadlineState.OPEN)

    def awake(self, day: date) -> Self:
        """Keep what nobody has put off beyond a day."""
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=day))

    def snoozed(self, day: date) -> Self:
        """Keep what somebody has put off beyond a day."""
        return self.filter(snoozed_until__gt=day)

    def in_sight(self, day: date, rules: Iterable[DeadlineRule]) -> Self:
        """Keep what the first reminder of its rule, or its own window, has brought in sight."""
        seen = Q(opens_on__lte=day) | Q(kind=TASK)
        by_lead: dict[int, list[str]] = {}
        for rule in rules:
            by_lead.setdefault(rule.first_lead, []).append(rule.kind)
        for lead, codes in by_lead.items():
            seen |= Q(kind__in=codes, due_on__lte=day + timedelta(days=lead))
        return self.filter(seen)


def _is_shared(code: str) -> bool:
    """Whether a kind is about the whole association: its rows may have no territory."""
    kind = kind_of(code)
    return kind is not None and kind.subject == Subject.ASSOCIATION


def _by_audience(
    rules: Iterable[DeadlineRule], held: frozenset[Role]
) -> dict[frozenset[Role], list[str]]:
    found: dict[frozenset[Role], list[str]] = {}
    for rule in rules:
        audience = rule.known_by & held
        # A task is known by whose it is, not by its kind.
        if audience and rule.kind != TASK:
            found.setdefault(audience, []).append(rule.kind)
    return found


class Deadline(models.Model):
    """Something that must be done by a day, and where it stands.

    `kind` and `key` name the fact it comes from; `occurrence` counts how often it came back after
    being done. `due_on` is the day in force; `stated_on`, the day before it was moved to a
    working day. Facts of people are named by number only: tables above are never pointed to.
    `role` and `assignee` say to whom it was handed over, else the rule decides; `owner`, whose
    private task it is; `author`, who wrote the task. `settled_on`: the day since which what a
    person closed has no source any more. `checklist`: what was ticked when a task was closed.
    """

    kind = models.CharField("nature", max_length=40)
    key = models.CharField("source", max_length=80)
    occurrence = models.PositiveSmallIntegerField("occurrence", default=1)
    subject = models.CharField("objet", max_length=12, choices=Subject.choices)
    subject_id = models.BigIntegerField("numéro de l'objet")
    about = models.CharField("à propos de", max_length=200)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name="territoire"
    )
    person_id = models.BigIntegerField("personne", null=True, blank=True)
    contract_id = models.BigIntegerField("contrat", null=True, blank=True)
    home_id = models.BigIntegerField("colocation", null=True, blank=True)
    site_id = models.BigIntegerField("site", null=True, blank=True)
    due_on = models.DateField("échéance")
    stated_on = models.DateField("jour d'avant le report", null=True, blank=True)
    opens_on = models.DateField("possible à partir du", null=True, blank=True)
    why = models.CharField("pourquoi", max_length=300, blank=True)
    otherwise = models.CharField("si rien n'est fait", max_length=300, blank=True)
    url_arg = models.CharField("adresse de l'acte", max_length=40, blank=True)
    state = models.CharField(
        "état", max_length=6, choices=DeadlineState.choices, default=DeadlineState.OPEN
    )
    outcome = models.CharField("issue", max_length=10, choices=Outcome.choices, blank=True)
    note = models.CharField("précision", max_length=300, blank=True)
    closed_on = models.DateField("close le", null=True, blank=True)
    closed_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="close par",
    )
    snoozed_until = models.DateField("reportée au", null=True, blank=True)
    snooze_reason = models.CharField("motif du report", max_length=200, blank=True)
    assignee = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deadlines",
        verbose_name="confiée à",
    )
    role = models.CharField("confiée au rôle", max_length=16, choices=Role.choices, blank=True)
    owner = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="private_deadlines",
        verbose_name="tâche personnelle de",
    )
    author = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="tâche écrite par",
    )
    checklist = models.JSONField("points cochés à la clôture", null=True, blank=True)
    settled_on = models.DateField("source réglée le", null=True, blank=True)
    opened_on = models.DateField("ouverte le")

    objects: ClassVar[DeadlineQuerySet] = DeadlineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "échéance"
        verbose_name_plural = "échéances"
        indexes: ClassVar = [
            models.Index(
                fields=["due_on", "kind"], condition=Q(state="OPEN"), name="deadline_open_by_day"
            ),
            models.Index(
                fields=["territory", "due_on"],
                condition=Q(state="OPEN"),
                name="deadline_open_by_place",
            ),
            models.Index(fields=["person_id"], name="deadline_by_person"),
            models.Index(fields=["contract_id"], name="deadline_by_contract"),
            models.Index(fields=["home_id"], name="deadline_by_home"),
            models.Index(fields=["site_id"], name="deadline_by_site"),
            models.Index(fields=["closed_on"], name="deadline_by_closing"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                name="deadline_one_a_source",
                violation_error_message="Cette échéance existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeadlineState.values), name="deadline_state_known"
            ),
            models.CheckConstraint(
                condition=Q(subject__in=Subject.values), name="deadline_subject_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DeadlineState.OPEN, outcome="", closed_on=None)
                | Q(outcome__in=Outcome.values, closed_on__isnull=False)
                & ~Q(state=DeadlineState.OPEN),
                name="deadline_closed_with_outcome",
                violation_error_message="Une échéance close dit son issue.",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeadlineState.DONE) | Q(closed_by__isnull=False),
                name="deadline_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until=None) | ~Q(snooze_reason=""),
                name="deadline_snoozed_with_reason",
                violation_error_message="Un report dit son motif.",
            ),
            models.CheckConstraint(
                condition=Q(role="") | Q(role__in=Role.values), name="deadline_role_known"
            ),
            models.CheckConstraint(
                condition=Q(owner=None) | Q(kind=TASK), name="deadline_private_is_a_task"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} · {self.due_on:%d/%m/%Y}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state == DeadlineState.OPEN

    def is_snoozed_on(self, day: date) -> bool:
        """Whether somebody has put it off beyond a day."""
        return self.snoozed_until is not None and self.snoozed_until > day

    def days_late(self, day: date) -> int:
        """How many days have passed since its day; 0 when none has."""
        return max(0, (day - self.due_on).days) if self.is_open else 0


class DeadlineEvent(models.Model):
    """One thing that happened to a deadline; without an author, the nightly job did it.

    `before` holds what an act of a person changed, so that it may be undone once.
    """

    db_rights = "append"

    deadline = models.ForeignKey(
        Deadline, models.PROTECT, related_name="events", verbose_name="échéance"
    )
    act = models.CharField("acte", max_length=9, choices=DeadlineAct.choices)
    at = models.DateTimeField("le", db_default=Now())
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="par"
    )
    from_on = models.DateField("du", null=True)
    to_on = models.DateField("au", null=True)
    text = models.CharField("précision", max_length=600, blank=True)
    before = models.JSONField("avant", null=True)
    undoes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="undone_by",
        verbose_name="annule",
    )

    class Meta:
        verbose_name = "événement d'échéance"
        verbose_name_plural = "événements d'échéances"
        indexes: ClassVar = [models.Index(fields=["deadline", "at"], name="deadline_event_by_time")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(act__in=DeadlineAct.values), name="deadline_event_act_known"
            )
        ]
        triggers: ClassVar = append_only("deadlineevent")

    def __str__(self) -> str:
        return str(self.get_act_display())
