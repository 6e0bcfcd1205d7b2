"""Celery entry point of the outgoing mail."""

from celery import shared_task
from django.conf import settings

from caracol.notifications import sending, services


@shared_task(name=services.SEND_TASK)
def send_mails(**_: object) -> None:
    """Send the mails that are due; whoever else does the same takes others."""
    sending.send_due(seconds=settings.CELERY_TASK_SOFT_TIME_LIMIT * 0.75)
