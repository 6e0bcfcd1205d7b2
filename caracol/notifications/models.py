"""Outgoing e-mail: written with the act that causes it, sent afterwards, never twice by itself."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from caracol.accounts.models import TerritoryQuerySet
from caracol.notifications.enums import UNSETTLED, MailState


class MailOutQuerySet(TerritoryQuerySet):
    """Outgoing mails."""

    def unsettled(self) -> Self:
        """Keep what waits for a person: refused or uncertain, and nobody settled it."""
        return self.filter(state__in=UNSETTLED, settled_at__isnull=True)


class MailOut(models.Model):
    """An e-mail as it leaves: its words are frozen when the act is done."""

    dedup_key = models.CharField("clé", max_length=200)
    recipient = models.EmailField("destinataire")
    subject = models.CharField("objet", max_length=200)
    text_body = models.TextField("texte")
    html_body = models.TextField("page")
    documents = ArrayField(
        models.BigIntegerField(), default=list, blank=True, verbose_name="pièces jointes"
    )
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
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="demandé par",
    )
    resent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="renvoyé par",
    )
    resent_at = models.DateTimeField("renvoyé le", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="classé par",
    )
    settled_at = models.DateTimeField("classé le", null=True, blank=True)
    created_at = models.DateTimeField("écrit le")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    objects = MailOutQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        constraints = [
            models.UniqueConstraint(fields=["dedup_key"], name="mail_dedup_key_unique"),
            models.CheckConstraint(
                condition=Q(state__in=MailState.values), name="mail_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENDING) | Q(lease_until__isnull=False),
                name="mail_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False),
                name="mail_sent_has_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=[MailState.QUEUED, MailState.SENDING]),
                name="mail_live",
            ),
            models.Index(fields=["-created_at"], name="mail_recent"),
            models.Index(fields=["batch"], condition=~Q(batch=""), name="mail_batch"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def waits_for_a_person(self) -> bool:
        """Tell whether somebody must decide what becomes of it."""
        return self.state in UNSETTLED and self.settled_at is None
