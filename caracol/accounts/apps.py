from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "caracol.accounts"
    label = "accounts"
    verbose_name = "Comptes et droits"
