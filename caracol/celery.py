"""The Celery application: wakes and works; the truth of a job is its row (caracol.jobs)."""

import os

from celery import Celery

# Importing this package must never turn a production into a demonstration.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.production")

app = Celery("caracol")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
