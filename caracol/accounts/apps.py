from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "caracol.accounts"
    label = "accounts"
    verbose_name = "Comptes et droits"

    def ready(self) -> None:
        """Listen to the sign-in library."""
        import_module("caracol.accounts.receivers")
