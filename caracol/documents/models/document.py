"""A document: a number, frozen data, then a sheet. Cancelled by another, never changed."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from caracol.accounts.models import TerritoryQuerySet
from caracol.core.guards import no_delete, no_truncate
from caracol.documents import guards, naming, registry
from caracol.documents.enums import DocumentState

if TYPE_CHECKING:
    from caracol.documents.registry import DocumentKind


class Counter(models.Model):
    """The last number given in a series and a year; its row is locked until the commit."""

    db_rights = "append"
    db_update_columns = ("last",)

    series = models.CharField("série", max_length=4)
    year = models.PositiveSmallIntegerField("année")
    last = models.PositiveIntegerField("dernier numéro donné", default=0)

    class Meta:
        verbose_name = "compteur de documents"
        verbose_name_plural = "compteurs de documents"
        constraints = [
            models.UniqueConstraint(fields=["series", "year"], name="counter_one_per_series_year")
        ]
        triggers = [
            guards.ONLY_UPWARDS,
            guards.NO_NUMBER_LOST,
            no_delete("documents_counter"),
            no_truncate("documents_counter"),
        ]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}"


class DocumentQuerySet(TerritoryQuerySet):
    """Documents; `visible_to` keeps the user's territories."""

    def about(self, subject: models.Model) -> Self:
        """Keep the documents of a subject."""
        content_type = ContentType.objects.get_for_model(subject)
        return self.filter(content_type=content_type, object_id=subject.pk)

    def living(self) -> Self:
        """Leave out what a counter-document cancelled, and the counter-documents."""
        return self.filter(cancelled_by__isnull=True, cancels__isnull=True)


class Document(models.Model):
    """A paper handed to somebody: numbered, frozen with its data, then rendered once."""

    db_rights = "append"
    db_update_columns = guards.PRESS_COLUMNS

    kind = models.CharField("genre", max_length=40)
    series = models.CharField("série", max_length=4)
    year = models.PositiveSmallIntegerField("année")
    sequence = models.PositiveIntegerField("rang")
    number = models.CharField("numéro", max_length=24)
    key = models.CharField("clé", max_length=200)
    content_type = models.ForeignKey(ContentType, models.PROTECT, verbose_name="genre de sujet")
    object_id = models.PositiveBigIntegerField("identifiant du sujet")
    subject = GenericForeignKey("content_type", "object_id")
    territory = models.ForeignKey(
        "accounts.Territory", models.PROTECT, null=True, blank=True, verbose_name="territoire"
    )
    issued_on = models.DateField("émis le")
    issued_at = models.DateTimeField("enregistré le")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="émis par",
    )
    data = models.JSONField("données figées")
    fingerprint = models.CharField("empreinte des données", max_length=64)
    template = models.CharField("modèle", max_length=100)
    template_version = models.CharField("version du modèle", max_length=64)
    batch = models.ForeignKey(
        "jobs.Job",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name="lot",
    )
    cancels = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cancelled_by",
        verbose_name="annule",
    )
    state = models.CharField(
        "état", max_length=8, choices=DocumentState.choices, default=DocumentState.PENDING
    )
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.CharField("erreur", max_length=200, blank=True)
    sha256 = models.CharField("SHA-256 du fichier", max_length=64, blank=True)
    size = models.PositiveIntegerField("taille en octets", default=0)
    pages = models.PositiveSmallIntegerField("pages", default=0)
    file = models.FileField("fichier", max_length=100, blank=True)
    rendered_at = models.DateTimeField("mis en page le", null=True, blank=True)

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "document"
        verbose_name_plural = "documents"
        constraints = [
            models.UniqueConstraint(fields=["number"], name="document_number_unique"),
            models.UniqueConstraint(
                fields=["series", "year", "sequence"], name="document_sequence_unique"
            ),
            models.UniqueConstraint(
                fields=["key"],
                name="document_key_unique",
                violation_error_message="Ce document a déjà été émis.",
            ),
            models.UniqueConstraint(
                fields=["file"], condition=~Q(file=""), name="document_file_unique"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DocumentState.values), name="document_state_known"
            ),
            models.CheckConstraint(
                condition=Q(sequence__gte=1, issued_on__year=models.F("year")),
                name="document_number_of_its_year",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=DocumentState.RENDERED, size__gt=0, rendered_at__isnull=False)
                    & ~Q(sha256="")
                    & ~Q(file="")
                )
                | (~Q(state=DocumentState.RENDERED) & Q(sha256="", file="")),
                name="document_rendered_has_its_file",
            ),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id", "-issued_on"], name="document_about"),
            models.Index(
                fields=["batch", "attempts", "id"],
                condition=Q(state=DocumentState.PENDING),
                name="document_to_render",
            ),
        ]
        triggers = [
            guards.BORN_PENDING,
            guards.NUMBER_GIVEN,
            guards.FROZEN,
            no_delete("documents_document"),
            no_truncate("documents_document"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def definition(self) -> "DocumentKind":
        """What the registry says of its kind."""
        return registry.kind_of(self.kind)

    @property
    def kind_label(self) -> str:
        """The French name of its kind."""
        return self.definition.label

    @property
    def is_ready(self) -> bool:
        """Tell whether the sheet exists."""
        return self.state == DocumentState.RENDERED

    @property
    def file_name(self) -> str:
        """The name under which a person saves it."""
        return naming.file_name(stem=self.definition.file_stem, number=self.number, data=self.data)

    def context(self) -> dict[str, Any]:
        """Return what its template reads: nothing but what is frozen in the row."""
        return {
            "document": {
                "number": self.number,
                "kind_label": self.kind_label,
                "issued_on": self.issued_on.isoformat(),
                "fingerprint": self.fingerprint,
            },
            "paper": self.data,
        }
