"""Outgoing messages: written with the act that causes them, sent afterwards, never twice alone."""

from typing import ClassVar, Self

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from caracol.accounts.models import TerritoryQuerySet
from caracol.notifications.enums import UNSETTLED, MailState

_LIVE = Q(state__in=[MailState.QUEUED, MailState.SENDING])


class OutgoingQuerySet(TerritoryQuerySet):
    """Outgoing messages of one kind."""

    def unsettled(self) -> Self:
        """Keep what waits for a person: refused or uncertain, and nobody settled it."""
        return self.filter(state__in=UNSETTLED, settled_at__isnull=True)


def _whoever(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=label,
    )


class Outgoing(models.Model):
    """A message as it leaves, and where it stands: what mails and text messages share."""

    dedup_key = models.CharField("clé", max_length=200)
    batch = models.CharField("envoi groupé", max_length=100, blank=True)
    state = models.CharField(
        "état", max_length=10, choices=MailState.choices, default=MailState.QUEUED
    )
    error = models.TextField("erreur", blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    claim_number = models.PositiveIntegerField("numéro de prise", default=0)
    next_attempt_at = models.DateTimeField("pas avant")
    lease_until = models.DateTimeField("tenu jusqu'au", null=True, blank=True)
    territory = models.ForeignKey(
        "accounts.Territory",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="territoire",
    )
    requested_by = _whoever("demandé par")
    resent_by = _whoever("renvoyé par")
    resent_at = models.DateTimeField("renvoyé le", null=True, blank=True)
    settled_by = _whoever("classé par")
    settled_at = models.DateTimeField("classé le", null=True, blank=True)
    created_at = models.DateTimeField("écrit le")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    objects: ClassVar[OutgoingQuerySet] = OutgoingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True

    @property
    def waits_for_a_person(self) -> bool:
        """Tell whether somebody must decide what becomes of it."""
        return self.state in UNSETTLED and self.settled_at is None


def _constraints(prefix: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=["dedup_key"], name=f"{prefix}_dedup_key_unique"),
        models.CheckConstraint(
            condition=Q(state__in=MailState.values), name=f"{prefix}_state_known"
        ),
        models.CheckConstraint(
            condition=~Q(state=MailState.SENDING) | Q(lease_until__isnull=False),
            name=f"{prefix}_sending_has_lease",
        ),
        models.CheckConstraint(
            condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False),
            name=f"{prefix}_sent_has_date",
        ),
    ]


def _indexes(prefix: str) -> list[models.Index]:
    return [
        models.Index(fields=["next_attempt_at"], condition=_LIVE, name=f"{prefix}_live"),
        models.Index(fields=["-created_at"], name=f"{prefix}_recent"),
        models.Index(fields=["batch"], condition=~Q(batch=""), name=f"{prefix}_batch"),
    ]


class MailOut(Outgoing):
    """An e-mail as it leaves: its words are frozen when the act is done."""

    recipient = models.EmailField("destinataire")
    subject = models.CharField("objet", max_length=200)
    text_body = models.TextField("texte")
    html_body = models.TextField("page")
    documents = ArrayField(
        models.BigIntegerField(), default=list, blank=True, verbose_name="pièces jointes"
    )

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        constraints = _constraints("mail")
        indexes = _indexes("mail")

    def __str__(self) -> str:
        return self.subject


class TextOut(Outgoing):
    """A text message as it leaves: one number, frozen words, what it costs in segments."""

    recipient = models.CharField("destinataire", max_length=16)
    subject = models.CharField("sujet", max_length=200)
    body = models.TextField("texte")
    segments = models.PositiveSmallIntegerField("SMS facturés")
    provider_id = models.CharField("numéro chez l'opérateur", max_length=100, blank=True)

    class Meta:
        verbose_name = "message court (SMS)"
        verbose_name_plural = "messages courts (SMS)"
        constraints = [
            *_constraints("sms"),
            models.CheckConstraint(
                condition=Q(recipient__regex=r"^\+[1-9][0-9]{6,14}$"), name="sms_recipient_e164"
            ),
        ]
        indexes = _indexes("sms")

    def __str__(self) -> str:
        return self.subject


@pghistory.track()
class PhraseText(models.Model):
    """The team's own words of a standard message in a language, in place of those delivered."""

    kind = models.CharField("message", max_length=40)
    language = models.CharField("langue", max_length=5)
    subject = models.CharField("objet du courriel", max_length=120)
    body = models.TextField("courriel et lettre")
    sms = models.CharField("SMS", max_length=600)
    reviewed_by = models.CharField(
        "relu par",
        max_length=120,
        blank=True,
        help_text="Qui parle cette langue et a relu ces mots ; vide : pas encore relu.",
    )

    class Meta:
        verbose_name = "message type"
        verbose_name_plural = "messages types"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language"],
                name="phrase_text_once",
                violation_error_message="Ce message a déjà un texte dans cette langue.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"
