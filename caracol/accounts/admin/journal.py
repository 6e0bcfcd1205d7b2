"""The journal of accounts, and the territories of the network."""

from django.contrib import admin

from caracol.accounts.models import AccountEvent, Territory
from caracol.core.admin import KeptAdmin, ReadOnlyAdmin, Section


@admin.register(AccountEvent)
class AccountEventAdmin(ReadOnlyAdmin):
    """Who gave which right, invited whom, reset what, and why."""

    section = Section.TEAM
    place = 40
    about = "Invitations, droits, protections : qui a fait quoi, quand et pourquoi."
    list_display = ("at", "act", "email", "detail", "reason", "actor")
    list_filter = ("act",)
    list_select_related = ("actor",)
    search_fields = ("email", "actor__email", "detail", "reason")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")


@admin.register(Territory)
class TerritoryAdmin(KeptAdmin):
    """The regions of the network."""

    section = Section.TEAM
    place = 30
    about = "Les régions du réseau et leurs départements."
    list_display = ("name", "code", "departments_shown")
    ordering = ("name",)

    @admin.display(description="départements")
    def departments_shown(self, territory: Territory) -> str:
        """The départements on one line."""
        return ", ".join(territory.departments)
