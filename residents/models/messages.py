"""What was written to a person in their language: the words as they left, and how."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from caracol.notifications.enums import Channel
from caracol.notifications.models import MailOut, TextOut
from residents.models.people import OfPersonQuerySet, Person


class ResidentMessage(models.Model):
    """A message to a resident; its words never change, its way is a mail, an SMS or a paper.

    A paper is handed over on a day, by somebody.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="messages", verbose_name="personne"
    )
    kind = models.CharField("message", max_length=40)
    channel = models.CharField("voie", max_length=5, choices=Channel.choices)
    language = models.CharField("langue", max_length=5)
    subject = models.CharField("objet", max_length=200)
    words = models.TextField("texte reçu")
    french = models.TextField("texte en français")
    mail = models.OneToOneField(
        MailOut, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="courriel"
    )
    text = models.OneToOneField(
        TextOut, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="SMS"
    )
    dedup_key = models.CharField("clé", max_length=120, unique=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="écrit par"
    )
    written_at = models.DateTimeField("écrit le")
    handed_on = models.DateField("remise le", null=True, blank=True)
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="remise par",
    )

    objects: ClassVar[OfPersonQuerySet] = OfPersonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "message à un résident"
        verbose_name_plural = "messages aux résidents"
        indexes: ClassVar = [
            models.Index(fields=["person", "-written_at"], name="resident_message_recent")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(
                    Q(channel=Channel.EMAIL, mail__isnull=False, text=None)
                    | Q(channel=Channel.SMS, mail=None, text__isnull=False)
                    | Q(channel=Channel.PAPER, mail=None, text=None)
                ),
                name="resident_message_one_way",
            ),
            models.CheckConstraint(
                condition=Q(handed_on=None, handed_by=None)
                | Q(channel=Channel.PAPER, handed_on__isnull=False, handed_by__isnull=False),
                name="resident_message_handed_is_paper",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
