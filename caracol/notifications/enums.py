"""The life of an outgoing message, and the ways to reach somebody."""

from django.db import models


class MailState(models.TextChoices):
    """Where a mail stands; UNCERTAIN: perhaps sent, only a person may send it again."""

    QUEUED = "QUEUED", "à envoyer"
    SENDING = "SENDING", "en cours d'envoi"
    SENT = "SENT", "envoyé"
    FAILED = "FAILED", "refusé"
    UNCERTAIN = "UNCERTAIN", "incertain"


UNSETTLED = (MailState.FAILED, MailState.UNCERTAIN)


class Channel(models.TextChoices):
    """By which way words reach somebody."""

    EMAIL = "EMAIL", "courriel"
    SMS = "SMS", "SMS"
    PAPER = "PAPER", "lettre à remettre"
