"""Works in empty rooms, and what is known of the state of buildings."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from caracol.accounts.models import TerritoryQuerySet
from caracol.core.models import MoneyField
from colocations.enums import DiagnosticKind
from colocations.models.homes import RoomVoid, Site
from colocations.models.tracking import track_whole


class RoomWorksQuerySet(TerritoryQuerySet):
    """Works by the territory of their room."""

    territory_path = "void__room__colocation__site__territory"
    officer_path = "void__room__colocation__mission_officer"


@track_whole()
class RoomWorks(models.Model):
    """Works done while a room stands empty: what, by whom, until when, for how much."""

    void = models.ForeignKey(RoomVoid, models.PROTECT, related_name="works", verbose_name="vacance")
    label = models.CharField("travaux", max_length=160)
    contractor = models.CharField("par qui", max_length=120, blank=True)
    expected_on = models.DateField("fin prévue", null=True, blank=True)
    cost = MoneyField("coût", null=True, blank=True)
    done_on = models.DateField("terminés le", null=True, blank=True)

    objects: ClassVar[RoomWorksQuerySet] = RoomWorksQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "travaux"
        verbose_name_plural = "travaux"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__gte=0),
                name="room_works_cost_not_negative",
                violation_error_message="Un coût n'est pas négatif.",
            )
        ]

    def __str__(self) -> str:
        return self.label


class DiagnosticQuerySet(TerritoryQuerySet):
    """Diagnostics by the territory of their site."""

    territory_path = "site__territory"
    officer_path = "site__colocations__mission_officer"


@track_whole()
class Diagnostic(models.Model):
    """A document on the state of a building, and until when it stands."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="diagnostics", verbose_name="site")
    kind = models.CharField("diagnostic", max_length=12, choices=DiagnosticKind.choices)
    done_on = models.DateField("établi le")
    valid_until = models.DateField("valable jusqu'au", null=True, blank=True)
    finding = models.CharField("conclusion", max_length=200, blank=True)

    objects: ClassVar[DiagnosticQuerySet] = DiagnosticQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "diagnostic"
        verbose_name_plural = "diagnostics"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("done_on")),
                name="diagnostic_in_order",
                violation_error_message="La fin de validité vient après l'établissement.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DiagnosticKind.values), name="diagnostic_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
