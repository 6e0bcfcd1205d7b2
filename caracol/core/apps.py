from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "caracol.core"
    label = "core"
    verbose_name = "Noyau"
