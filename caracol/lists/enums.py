"""Where an act on several rows stands."""

from django.db import models


class ActState(models.TextChoices):
    """An act is previewed, then done; one that can be taken back may be undone."""

    PREPARED = "PREPARED", "à confirmer"
    DONE = "DONE", "fait"
    UNDONE = "UNDONE", "annulé"
