"""The life of an outgoing e-mail."""

from django.db import models


class MailState(models.TextChoices):
    """Where a mail stands; UNCERTAIN: perhaps sent, only a person may send it again."""

    QUEUED = "QUEUED", "à envoyer"
    SENDING = "SENDING", "en cours d'envoi"
    SENT = "SENT", "envoyé"
    FAILED = "FAILED", "refusé"
    UNCERTAIN = "UNCERTAIN", "incertain"


UNSETTLED = (MailState.FAILED, MailState.UNCERTAIN)
