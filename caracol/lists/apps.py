from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "caracol.lists"
    label = "lists"
    verbose_name = "Listes"
