from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "caracol.documents"
    label = "documents"
    verbose_name = "Documents"
