"""The texts that the team writes, version by version, and what they must say."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from caracol.core.guards import no_truncate
from caracol.documents import filling
from caracol.documents.enums import TextState
from caracol.documents.validators import are_elements
from caracol.parameters.models import DatedQuerySet


class TextTemplateQuerySet(models.QuerySet):
    """Texts, which hold no fact of anybody: every member of the team may see them."""


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TextTemplate(models.Model):
    """One version of a text: a draft, then published and never changed.

    `variant`: the type of contract it is for, or nothing for all of them. The version in force on
    a day is the last one published whose `valid_from` has come.
    """

    code = models.CharField("texte", max_length=40)
    variant = models.CharField("type de contrat", max_length=16, blank=True)
    version = models.PositiveSmallIntegerField("version")
    title = models.CharField("titre", max_length=120)
    body = models.TextField("texte du document")
    state = models.CharField(
        "état", max_length=9, choices=TextState.choices, default=TextState.DRAFT
    )
    valid_from = models.DateField("pour les contrats conclus à partir du")
    note = models.CharField("ce qui change", max_length=200, blank=True)
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="créée par",
    )
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="publiée par",
    )

    objects: ClassVar[TextTemplateQuerySet] = TextTemplateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "texte de document"
        verbose_name_plural = "textes des documents"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "variant", "version"], name="text_version_once"
            ),
            models.UniqueConstraint(
                fields=["code", "variant"],
                condition=Q(state=TextState.DRAFT),
                name="text_one_draft",
                violation_error_message="Ce texte a déjà un brouillon : reprenez-le.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=TextState.values), name="text_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=TextState.DRAFT, published_at=None)
                | Q(state=TextState.PUBLISHED, published_at__isnull=False),
                name="text_published_on_a_day",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["code", "variant", "-valid_from"], name="text_in_force")
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="text_published_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF OLD.state = 'PUBLISHED' THEN
                        RAISE EXCEPTION 'documents_texttemplate: a published text never changes';
                    END IF;
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    RETURN NEW;
                """,
            ),
            no_truncate("documents_texttemplate"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def is_published(self) -> bool:
        """Whether it may be used, and never changes."""
        return self.state == TextState.PUBLISHED


@pghistory.track()
class TextRequirement(models.Model):
    """Something that a text must hold for contracts concluded on some days, and who says so."""

    code = models.CharField("texte", max_length=40)
    variant = models.CharField("type de contrat", max_length=16, blank=True)
    element = models.CharField(
        "élément",
        max_length=200,
        validators=[are_elements],
        help_text="{{ redevance.montant }}, [[clause assurance]], ou plusieurs séparés par « ou ».",
    )
    label = models.CharField("ce qui doit être dit", max_length=160)
    source = models.CharField("source", max_length=200)
    when_known = models.BooleanField(
        "seulement si le contrat le prévoit",
        default=False,
        help_text="Peut alors se trouver sous un [[si …]] qui le demande.",
    )
    valid_from = models.DateField("contrats conclus du")
    valid_to = models.DateField("au", null=True, blank=True)

    objects: ClassVar[DatedQuerySet] = DatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "contenu obligatoire"
        verbose_name_plural = "contenus obligatoires des textes"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "variant", "element", "valid_from"], name="text_requirement_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                name="text_requirement_in_order",
                violation_error_message="La fin vient après le début.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def demand(self) -> filling.Demand:
        """It as the check reads it."""
        return filling.Demand(
            tuple(self.element.split(" ou ")), self.label, self.source, self.when_known
        )
