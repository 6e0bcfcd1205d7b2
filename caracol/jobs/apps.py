from importlib import import_module

from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules

from caracol.core.health import register_check
from caracol.jobs.checks import check_settings


class JobsConfig(AppConfig):
    name = "caracol.jobs"
    label = "jobs"
    verbose_name = "Traitements"

    def ready(self) -> None:
        """Load every app's tasks: the web, the commands and the workers know the same handlers."""
        checks.register(check_settings, "jobs")
        autodiscover_modules("tasks")
        # Its models are ready from here on only.
        clockwork = import_module("caracol.jobs.clockwork")
        register_check("worker", clockwork.fault_of_worker)
        register_check("beat", clockwork.fault_of_beat)
