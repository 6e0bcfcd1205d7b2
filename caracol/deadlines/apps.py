from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "caracol.deadlines"
    label = "deadlines"
    verbose_name = "Échéances"
