from django.apps import AppConfig


class ColocationsConfig(AppConfig):
    name = "colocations"
    label = "colocations"
    verbose_name = "Parc"
