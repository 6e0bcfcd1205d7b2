"""Appointments of the team: with whom, where, when."""

from typing import TYPE_CHECKING, ClassVar, Self

import pghistory
from django.db import models
from django.db.models import F, Q

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory, TerritoryQuerySet
from caracol.accounts.policy import CONTACTS
from caracol.deadlines.enums import AppointmentKind
from caracol.deadlines.registry import places

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from caracol.accounts.models import User

OF_PEOPLE = (AppointmentKind.MEETING, AppointmentKind.OFFICE)


class AppointmentQuerySet(TerritoryQuerySet):
    """Appointments: one's own, and those that the team of a place shows."""

    def visible_to(
        self, user: "User | AnonymousUser", roles: "frozenset[Role] | None" = None
    ) -> Self:
        """Keep one's own, and those of one's places that are not for their participants only.

        What somebody is accompanied for is known by those who follow people (RULEBOOK 8): others
        see visits, keys, inventories and the team's meetings, without a name they may not read.
        """
        if not user.is_authenticated or not user.is_active or not user.rights:
            return self.none()
        condition = self.visible_condition(user, roles)
        team = Q(is_private=False)
        if not user.roles & CONTACTS:
            team &= ~Q(kind__in=OF_PEOPLE) & ~Q(kind=AppointmentKind.OTHER, person_id__isnull=False)
        return self.filter(self._own(user) | (team if condition is None else team & condition))

    def of(self, user: "User") -> Self:
        """Keep those that a person takes part in or made."""
        return self.filter(self._own(user))

    def in_own_homes(self, user: "User") -> Q:
        """Return the condition of what is about the homes of a mission officer."""
        known = places()
        return Q(pk__in=[]) if known is None else Q(home_id__in=known.own_homes(user))

    def standing(self) -> Self:
        """Keep those that nobody called off."""
        return self.filter(cancelled_at=None)

    def _own(self, user: "User") -> Q:
        mine = AppointmentGuest.objects.filter(user=user)
        return Q(created_by=user) | Q(pk__in=mine.values("appointment"))


@pghistory.track()
class Appointment(models.Model):
    """An appointment. Whom or what it is about is named by number: tables above are not pointed to.

    `sequence` grows with each change, for calendars that follow it; `before` holds what the last
    act changed, so that it may be undone once.
    """

    title = models.CharField("objet", max_length=120)
    kind = models.CharField("nature", max_length=9, choices=AppointmentKind.choices)
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    place = models.CharField("lieu", max_length=160, blank=True)
    person_id = models.BigIntegerField("personne", null=True, blank=True)
    home_id = models.BigIntegerField("colocation", null=True, blank=True)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name="territoire"
    )
    is_private = models.BooleanField("réservé aux participants", default=False)
    created_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="noté par"
    )
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)
    sequence = models.PositiveIntegerField("version", default=0)
    changed_at = models.DateTimeField("modifié le")
    before = models.JSONField("avant", null=True, blank=True)

    objects: ClassVar[AppointmentQuerySet] = AppointmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        indexes: ClassVar = [
            models.Index(fields=["starts_at"], name="appointment_by_start"),
            models.Index(fields=["person_id"], name="appointment_by_person"),
            models.Index(fields=["home_id"], name="appointment_by_home"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=AppointmentKind.values), name="appointment_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="appointment_in_order",
                violation_error_message="Un rendez-vous finit après avoir commencé.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody called it off."""
        return self.cancelled_at is not None


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class AppointmentGuest(models.Model):
    """A member of the team who takes part in an appointment."""

    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="guests", verbose_name="rendez-vous"
    )
    user = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="participant·e"
    )

    class Meta:
        verbose_name = "participant à un rendez-vous"
        verbose_name_plural = "participants à des rendez-vous"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appointment", "user"], name="appointment_guest_once")
        ]

    def __str__(self) -> str:
        return str(self.user)
