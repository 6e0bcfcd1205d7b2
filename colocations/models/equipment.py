"""What furnishes rooms and common parts."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from caracol.accounts.models import TerritoryQuerySet
from caracol.core.models import MoneyField
from colocations.enums import EquipmentKind, EquipmentState
from colocations.models.homes import Colocation, Room


class OfHomeQuerySet(TerritoryQuerySet):
    """Rows that hang on a home."""

    territory_path = "colocation__site__territory"
    officer_path = "colocation__mission_officer"


@pghistory.track()
class Equipment(models.Model):
    """A piece of equipment, or several alike, in a room or in a common part."""

    colocation = models.ForeignKey(
        Colocation, models.PROTECT, related_name="equipment", verbose_name="colocation"
    )
    room = models.ForeignKey(
        Room,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="equipment",
        verbose_name="chambre",
    )
    place = models.CharField("partie commune", max_length=60, blank=True)
    kind = models.CharField("catégorie", max_length=10, choices=EquipmentKind.choices)
    label = models.CharField("équipement", max_length=120)
    state = models.CharField(
        "état", max_length=6, choices=EquipmentState.choices, default=EquipmentState.GOOD
    )
    quantity = models.PositiveSmallIntegerField("quantité", default=1)
    acquired_on = models.DateField("acquis le", null=True, blank=True)
    value = MoneyField("valeur d'achat", null=True, blank=True)
    removed_on = models.DateField("sorti le", null=True, blank=True)
    removed_reason = models.CharField("motif de sortie", max_length=120, blank=True)

    objects: ClassVar[OfHomeQuerySet] = OfHomeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "équipement"
        verbose_name_plural = "équipements"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(room__isnull=False) | ~Q(place=""),
                name="equipment_is_somewhere",
                violation_error_message="Indiquez une chambre ou une partie commune.",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1),
                name="equipment_counts",
                violation_error_message="La quantité est au moins 1.",
            ),
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__gte=0),
                name="equipment_value_not_negative",
                violation_error_message="Une valeur n'est pas négative.",
            ),
            models.CheckConstraint(
                condition=Q(removed_on=None)
                | Q(acquired_on=None)
                | Q(removed_on__gte=F("acquired_on")),
                name="equipment_leaves_after_coming",
                violation_error_message="Un équipement sort après avoir été acquis.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EquipmentKind.values), name="equipment_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=EquipmentState.values), name="equipment_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label
