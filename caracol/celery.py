"""The Celery application: wakes and works; the truth of a job is its row (caracol.jobs).

It chooses no settings: DJANGO_SETTINGS_MODULE says which, and a worker without it does not start.
"""

from celery import Celery

app = Celery("caracol")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
