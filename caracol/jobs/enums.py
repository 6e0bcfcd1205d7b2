"""The life of a job."""

from django.db import models


class JobState(models.TextChoices):
    """Where a job stands; FAILED was refused for a reason, DEAD was given up after its attempts."""

    PENDING = "PENDING", "en attente"
    RUNNING = "RUNNING", "en cours"
    DONE = "DONE", "terminé"
    FAILED = "FAILED", "refusé"
    DEAD = "DEAD", "abandonné"


OVER = (JobState.DONE, JobState.FAILED, JobState.DEAD)
STOPPED = (JobState.FAILED, JobState.DEAD)
