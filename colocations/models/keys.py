"""The keys register: the sets of keys of a home and every hand they passed through."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from caracol.accounts.models import TerritoryQuerySet
from colocations.enums import HolderKind, KeyAct
from colocations.models.equipment import OfHomeQuerySet
from colocations.models.homes import Colocation, Room
from colocations.models.tracking import track_whole


@pghistory.track()
class KeySet(models.Model):
    """Keys held together. Where they are today is what their last move says."""

    colocation = models.ForeignKey(
        Colocation, models.PROTECT, related_name="key_sets", verbose_name="colocation"
    )
    room = models.ForeignKey(
        Room,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="key_sets",
        verbose_name="chambre",
    )
    label = models.CharField("trousseau", max_length=60)
    opens = models.CharField("ouvre", max_length=160, blank=True)
    kept_at = models.CharField("rangé à", max_length=80, blank=True)
    removed_on = models.DateField("retiré du registre le", null=True, blank=True)

    objects: ClassVar[OfHomeQuerySet] = OfHomeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "trousseau"
        verbose_name_plural = "trousseaux"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["colocation", "label"],
                condition=Q(removed_on=None),
                name="key_set_label_once_a_home",
                violation_error_message="Cette colocation a déjà un trousseau de ce nom.",
            )
        ]

    def __str__(self) -> str:
        return self.label


class KeyMoveQuerySet(TerritoryQuerySet):
    """Moves by the territory of their keys."""

    territory_path = "key_set__colocation__site__territory"
    officer_path = "key_set__colocation__mission_officer"


@track_whole()
class KeyMove(models.Model):
    """A set of keys handed, returned, lost or found again.

    A resident is named by the number of the contract: who may read the name finds it there.
    """

    key_set = models.ForeignKey(
        KeySet, models.PROTECT, related_name="moves", verbose_name="trousseau"
    )
    act = models.CharField("mouvement", max_length=8, choices=KeyAct.choices)
    on = models.DateField("le")
    holder_kind = models.CharField(
        "détenteur", max_length=8, choices=HolderKind.choices, blank=True
    )
    staff = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, verbose_name="membre de l'équipe"
    )
    contract = models.CharField("contrat", max_length=20, blank=True)
    holder = models.CharField("nom", max_length=120, blank=True)

    objects: ClassVar[KeyMoveQuerySet] = KeyMoveQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "mouvement de clés"
        verbose_name_plural = "mouvements de clés"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(act__in=KeyAct.values), name="key_move_act_known"),
            models.CheckConstraint(
                condition=Q(act=KeyAct.GIVEN, holder_kind__in=HolderKind.values)
                | (~Q(act=KeyAct.GIVEN) & Q(holder_kind="")),
                name="key_move_to_somebody",
                violation_error_message="Des clés sont remises à quelqu'un.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} le {self.on:%d/%m/%Y}"
