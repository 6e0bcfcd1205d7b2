from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "caracol.demo"
    label = "demo"
    verbose_name = "Démonstration"
