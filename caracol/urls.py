"""Composition of every application's pages."""

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import module_has_submodule

# What libraries put in the administration and nobody should change by hand.
_NOT_ADMINISTERED = {"account", "auth", "axes", "mfa", "usersessions"}
for model in list(admin.site._registry):
    if model._meta.app_label in _NOT_ADMINISTERED:
        admin.site.unregister(model)

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("compte/", include("caracol.accounts.urls")),
    path("agenda/", include("caracol.deadlines.calendar_urls")),
]

_PREFIXES = {
    "dashboard": "",
    "colocations": "parc/",
    "residents": "",
    "payments": "",
    "social": "",
    "deadlines": "",
    "takeover": "reprise/",
    "documents": "documents/",
    "jobs": "",
    "lists": "listes/",
    "notifications": "messages/",
}

for label, prefix in _PREFIXES.items():
    config = apps.get_app_config(label)
    if config.module is not None and module_has_submodule(config.module, "urls"):
        urlpatterns.append(path(prefix, include(f"{config.name}.urls")))

if getattr(settings, "GALLERY", False):
    urlpatterns.append(path("_ui/", include("caracol.ui.urls")))
