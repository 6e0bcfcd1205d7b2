from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "caracol.audit"
    label = "audit"
    verbose_name = "Historique et consultations"
