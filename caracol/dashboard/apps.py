from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "caracol.dashboard"
    label = "dashboard"
    verbose_name = "Tableaux de bord"
