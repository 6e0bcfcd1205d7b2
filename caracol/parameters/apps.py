from django.apps import AppConfig


class ParametersConfig(AppConfig):
    name = "caracol.parameters"
    label = "parameters"
    verbose_name = "Paramètres datés"
