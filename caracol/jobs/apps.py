from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "caracol.jobs"
    label = "jobs"
    verbose_name = "Travaux"
