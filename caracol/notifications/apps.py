from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "caracol.notifications"
    label = "notifications"
    verbose_name = "Messages"
