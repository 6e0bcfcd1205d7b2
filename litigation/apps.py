from django.apps import AppConfig


class LitigationConfig(AppConfig):
    name = "litigation"
    label = "litigation"
    verbose_name = "Contentieux"
