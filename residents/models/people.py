"""A person, and apart from them the facts that few may read."""

from typing import TYPE_CHECKING, ClassVar, Self

import pghistory
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Upper

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory, TerritoryQuerySet
from caracol.core.expressions import digits_of
from residents.enums import LANGUAGES, Civility, PermitKind, ProtectionKind
from residents.models.stays import lasting

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from caracol.accounts.models import User


class PersonQuerySet(TerritoryQuerySet):
    """People by the territory that follows them, or by any of their contracts."""

    territory_path = "territory"

    def visible_to(
        self, user: "User | AnonymousUser", roles: "frozenset[Role] | None" = None
    ) -> Self:
        """Keep who is followed in, or holds a contract of, a territory of the user.

        Who reads of people only while they live here needs them by a contract, and by its dates.
        """
        from residents.models.contracts import ContractHolder  # noqa: PLC0415 (the two name each other)

        followed = self.visible_condition(user, lasting(roles))
        if followed is None:
            return self
        holdings = ContractHolder.objects.visible_to(user, roles).filter(person=OuterRef("pk"))
        return self.filter(followed | Exists(holdings))


@pghistory.track()
class Person(models.Model):
    """Somebody who lives, lived or asks to live in a home: identity and contacts only."""

    territory = models.ForeignKey(
        Territory,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="territoire de suivi",
    )
    reference = models.CharField("matricule", max_length=20, unique=True)
    civility = models.CharField("civilité", max_length=4, choices=Civility.choices, default="NONE")
    last_name = models.CharField("nom", max_length=80)
    first_name = models.CharField("prénom", max_length=80)
    search_key = models.CharField("clé de tri et de recherche", max_length=200, editable=False)
    birth_date = models.DateField("date de naissance", null=True, blank=True)
    language = models.CharField("langue", max_length=5, default="fr")
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("courriel", blank=True)
    email_consent = models.BooleanField("accepte ses documents par courriel", default=False)
    sms_consent = models.BooleanField("accepte les SMS", default=False)
    caf_number = models.CharField("numéro allocataire", max_length=15, blank=True)
    caf_department = models.CharField("CAF", max_length=3, blank=True)
    died_on = models.DateField("décès", null=True, blank=True)

    objects: ClassVar[PersonQuerySet] = PersonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "personne"
        verbose_name_plural = "personnes"
        indexes: ClassVar = [
            models.Index(fields=["search_key"], name="person_by_name"),
            GinIndex(OpClass("search_key", "gin_trgm_ops"), name="person_search"),
            GinIndex(OpClass(digits_of("phone"), "gin_trgm_ops"), name="person_by_phone"),
            models.Index(Upper("reference"), name="person_by_reference"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(civility__in=Civility.values), name="person_civility_known"
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First name, then last name in capitals as French papers do."""
        return f"{self.first_name} {self.last_name.upper()}"

    @property
    def language_label(self) -> str:
        """The language the person reads, in French."""
        return LANGUAGES.get(self.language, self.language)

    @property
    def addressed_name(self) -> str:
        """The name a letter is addressed to: "Mme Ana DIALLO"."""
        title = "" if self.civility == Civility.NONE else f"{self.get_civility_display()} "
        return f"{title}{self.full_name}"

    @property
    def sorted_name(self) -> str:
        """The name a list is sorted by: "DIALLO Ana"."""
        return f"{self.last_name.upper()} {self.first_name}"


class OfPersonQuerySet(TerritoryQuerySet):
    """Facts of people whom the user may see."""

    def visible_to(
        self, user: "User | AnonymousUser", roles: "frozenset[Role] | None" = None
    ) -> Self:
        """Keep the facts of visible people."""
        return self.filter(person__in=Person.objects.visible_to(user, roles))


@pghistory.track()
class PersonStatus(models.Model):
    """Nationality and kind of protection: for those who have need of them (DESIGN section 1)."""

    person = models.OneToOneField(
        Person, models.PROTECT, related_name="status", verbose_name="personne"
    )
    nationality = models.CharField("nationalité", max_length=60, blank=True)
    protection_kind = models.CharField(
        "protection",
        max_length=10,
        choices=ProtectionKind.choices,
        default=ProtectionKind.NONE,
    )

    objects: ClassVar[OfPersonQuerySet] = OfPersonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "situation administrative"
        verbose_name_plural = "situations administratives"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(protection_kind__in=ProtectionKind.values),
                name="person_status_protection_known",
            )
        ]

    def __str__(self) -> str:
        return self.get_protection_kind_display()


@pghistory.track()
class ResidencePermit(models.Model):
    """A permit's kind and expiry; its number is never kept (RULEBOOK 8)."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="permits", verbose_name="personne"
    )
    kind = models.CharField("titre", max_length=20, choices=PermitKind.choices)
    expires_on = models.DateField("expire le", null=True, blank=True)

    objects: ClassVar[OfPersonQuerySet] = OfPersonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "titre de séjour"
        verbose_name_plural = "titres de séjour"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "kind", "expires_on"],
                nulls_distinct=False,
                name="permit_once",
                violation_error_message="Ce titre est déjà enregistré.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PermitKind.values), name="permit_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


@pghistory.track()
class HousingRequest(models.Model):
    """A social housing request and the date it must be renewed by (RULEBOOK 6)."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="housing_requests", verbose_name="personne"
    )
    number = models.CharField("numéro unique (NUR)", max_length=20, unique=True)
    expires_on = models.DateField("à renouveler avant le", null=True, blank=True)

    objects: ClassVar[OfPersonQuerySet] = OfPersonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "demande de logement social"
        verbose_name_plural = "demandes de logement social"

    def __str__(self) -> str:
        return self.number
