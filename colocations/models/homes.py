"""Sites, the shared homes they hold, their rooms, and the days a room houses nobody."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Max, Q
from django.db.models.functions import Upper

from caracol.accounts.models import Territory, TerritoryQuerySet
from caracol.core.expressions import search_key
from caracol.core.models import MoneyField
from caracol.parameters.models import span_expression
from colocations.enums import DpeClass, VoidCause
from colocations.models.tracking import track_whole


class SiteQuerySet(TerritoryQuerySet):
    """Sites by territory; a mission officer sees the sites of own homes."""

    territory_path = "territory"
    officer_path = "colocations__mission_officer"


@pghistory.track(exclude=["search_key"])
class Site(models.Model):
    """A building or a plot at one address: it decides the CAF and the territory."""

    territory = models.ForeignKey(Territory, models.PROTECT, verbose_name="territoire")
    code = models.CharField("code", max_length=20, unique=True)
    name = models.CharField("nom", max_length=120)
    address = models.CharField("adresse", max_length=200)
    postcode = models.CharField(
        "code postal",
        max_length=5,
        validators=[RegexValidator(r"^\d{5}$", "Un code postal a cinq chiffres.")],
    )
    city = models.CharField("ville", max_length=100)
    department = models.CharField("département", max_length=3)
    insee_code = models.CharField(
        "code INSEE",
        max_length=5,
        blank=True,
        validators=[
            RegexValidator(r"^(\d{5}|2[AB]\d{3})$", "Un code INSEE a cinq signes : 93048.")
        ],
    )
    initial_use = models.CharField("usage initial du bâtiment", max_length=120, blank=True)
    surface_m2 = models.DecimalField(
        "surface estimée (m²)", max_digits=8, decimal_places=2, null=True, blank=True
    )
    search_key = search_key("name", "code", "city", "address", "postcode")

    objects: ClassVar[SiteQuerySet] = SiteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "site"
        verbose_name_plural = "sites"

    def __str__(self) -> str:
        return self.name


class ColocationQuerySet(TerritoryQuerySet):
    """Homes by the territory of their site; own homes for a mission officer."""

    territory_path = "site__territory"
    officer_path = "mission_officer"


@pghistory.track(exclude=["search_key"])
class Colocation(models.Model):
    """A shared home: rooms let one by one, common parts lived in together."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="colocations", verbose_name="site")
    code = models.CharField("code", max_length=20, unique=True)
    name = models.CharField("nom", max_length=120)
    opens_on = models.DateField("ouverture")
    closes_on = models.DateField("fermeture", null=True, blank=True)
    closing_note = models.CharField("motif de fermeture", max_length=200, blank=True)
    dpe_class = models.CharField("classe DPE", max_length=1, choices=DpeClass.choices, blank=True)
    mission_officer = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="homes",
        verbose_name="chargé·e de mission",
    )
    mission_officer_email = models.EmailField("adresse du ou de la chargé·e de mission", blank=True)
    search_key = search_key("name", "code")

    objects: ClassVar[ColocationQuerySet] = ColocationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "colocation"
        verbose_name_plural = "colocations"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes_on=None) | Q(closes_on__gte=F("opens_on")),
                name="colocation_closes_after_opening",
                violation_error_message="Une colocation ferme après son ouverture.",
            ),
            models.CheckConstraint(
                condition=Q(dpe_class="") | Q(dpe_class__in=DpeClass.values),
                name="colocation_dpe_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoomQuerySet(TerritoryQuerySet):
    """Rooms by the territory of their home's site."""

    territory_path = "colocation__site__territory"
    officer_path = "colocation__mission_officer"


@pghistory.track()
class Room(models.Model):
    """A room of a shared home, with the fee it is usually let for."""

    colocation = models.ForeignKey(
        Colocation, models.PROTECT, related_name="rooms", verbose_name="colocation"
    )
    number = models.CharField("numéro", max_length=10)
    surface_m2 = models.DecimalField(
        "surface (m²)", max_digits=6, decimal_places=2, null=True, blank=True
    )
    fee = MoneyField("redevance mensuelle")
    charges = MoneyField("charges mensuelles", default=0)
    deposit = MoneyField("dépôt de garantie", default=0)
    capacity = models.PositiveSmallIntegerField("personnes au plus", default=1)
    opens_on = models.DateField("ouverte le", null=True, blank=True)
    closes_on = models.DateField("fermée le", null=True, blank=True)

    objects: ClassVar[RoomQuerySet] = RoomQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "chambre"
        verbose_name_plural = "chambres"
        indexes: ClassVar = [models.Index(Upper("number"), name="room_by_number")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["colocation", "number"],
                name="room_number_once_a_home",
                violation_error_message="Cette colocation a déjà une chambre de ce numéro.",
            ),
            models.CheckConstraint(
                condition=Q(fee__gte=0, charges__gte=0, deposit__gte=0),
                name="room_amounts_not_negative",
                violation_error_message="Les montants d'une chambre ne sont pas négatifs.",
            ),
            models.CheckConstraint(
                condition=Q(closes_on=None) | Q(opens_on=None) | Q(closes_on__gte=F("opens_on")),
                name="room_closes_after_opening",
                violation_error_message="Une chambre ferme après son ouverture.",
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1),
                name="room_houses_somebody",
                violation_error_message="Une chambre accueille au moins une personne.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class RoomVoidQuerySet(TerritoryQuerySet):
    """Voids by the territory of their room."""

    territory_path = "room__colocation__site__territory"
    officer_path = "room__colocation__mission_officer"

    def with_expected_end(self) -> Any:
        """Annotate voids with `expected_on`: when the last of their works should end, if said."""
        last = Max("works__expected_on", filter=Q(works__done_on=None))
        return self.annotate(expected_on=last)


@track_whole()
class RoomVoid(models.Model):
    """Days when a room houses nobody, and why."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="voids", verbose_name="chambre")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)
    cause = models.CharField("cause", max_length=12, choices=VoidCause.choices)
    note = models.CharField("précision", max_length=200, blank=True)

    objects: ClassVar[RoomVoidQuerySet] = RoomVoidQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "vacance"
        verbose_name_plural = "vacances"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="room_void_no_overlap",
                expressions=[
                    ("room", RangeOperators.EQUAL),
                    (span_expression("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Une vacance existe déjà sur une partie de cette période.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="room_void_in_order",
                violation_error_message="Une vacance finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=VoidCause.values), name="room_void_cause_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room} · {self.get_cause_display()}"
