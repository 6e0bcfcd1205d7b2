"""The administration of the direction: Django's own, by human sections, with its figures."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.core import clock
from caracol.core.admin import Section
from caracol.core.registries import admin_figures


class CaracolAdminSite(admin.AdminSite):
    """The site at /admin/: whoever holds the direction enters, nobody else."""

    site_header = site_title = "Caracol"
    index_title = "Administration"
    site_url = "/"
    empty_value_display = "–"
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead a visitor to the one sign-in page, second factor included; refuse the others."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Lead to the page of one's own account."""
        return redirect("account_change_password")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Lead to the one page that signs out."""
        return redirect("account_logout")

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the sections, and what deserves a look."""
        now = clock.now()
        figures = [figure for provide in admin_figures.values() for figure in provide(now)]
        context = {"figures": sorted(figures, key=lambda figure: figure.order)}
        return super().index(request, context | (extra_context or {}))

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """Lead to the first page: sections are not applications."""
        return redirect(reverse("admin:index"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the sections and their pages, instead of the applications and their models."""
        sections: dict[Section, list[dict[str, Any]]] = {section: [] for section in Section}
        for app in self._build_app_dict(request, None).values():
            for page in app["models"]:
                options: Any = self._registry[page["model"]]
                section = getattr(options, "section", Section.OTHERS)
                about, place = getattr(options, "about", ""), getattr(options, "place", 50)
                name = str(page["name"])
                known = {"about": about, "place": place, "name": name[:1].upper() + name[1:]}
                sections[section].append(page | known)
        return [
            {
                "name": section.value,
                "app_label": section.code,
                "app_url": f"{reverse('admin:index', current_app=self.name)}#{section.code}",
                "has_module_perms": True,
                "models": sorted(pages, key=lambda page: (page["place"], page["name"])),
            }
            for section, pages in sections.items()
            if pages
        ]
