from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "caracol.ui"
    label = "ui"
    verbose_name = "Interface"
