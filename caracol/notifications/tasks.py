"""Celery entry point of the outgoing mail."""

from celery import shared_task
from django.conf import settings

from caracol.jobs import waking
from caracol.jobs.models import Job
from caracol.jobs.registry import afterwards
from caracol.notifications import sending, services, texting


@shared_task(name=services.SEND_TASK)
def send_mails(**_: object) -> None:
    """Send the mails that are due; whoever else does the same takes others."""
    sending.send_due(seconds=settings.CELERY_TASK_SOFT_TIME_LIMIT * 0.75)


@shared_task(name=services.TEXT_TASK)
def send_texts(**_: object) -> None:
    """Send the text messages that are due."""
    texting.send_due_texts(seconds=settings.CELERY_TASK_SOFT_TIME_LIMIT * 0.75)


@afterwards
def look_at_papers(_job: Job) -> None:
    """Let the mails leave that waited for papers, now that some work is done."""
    if sending.release_waiting():
        waking.publish(services.SEND_TASK)
