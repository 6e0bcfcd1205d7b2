from django.apps import AppConfig


class TakeoverConfig(AppConfig):
    name = "caracol.takeover"
    label = "takeover"
    verbose_name = "Reprise"
