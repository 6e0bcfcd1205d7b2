from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from caracol.core import registries


class CoreConfig(AppConfig):
    name = "caracol.core"
    label = "core"
    verbose_name = "Noyau"

    def ready(self) -> None:
        """Import what every application registers."""
        autodiscover_modules("checks", *registries.MODULES)
