"""The application of the administration: Django's, with our site. Imports nothing early."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    """Django's administration with the site of the direction."""

    default_site = "caracol.dashboard.administration.CaracolAdminSite"
