"""The director's administration: people of the team and their rights. Nobody is deleted."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest

from caracol.accounts.models import Invitation, Membership, Territory, User
from caracol.core.admin import KeptAdmin

admin.site.site_header = "Caracol"
admin.site.site_title = "Caracol"
admin.site.index_title = "Administration"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)


class MembershipInline(admin.TabularInline):
    """The rights of a person: a role on a territory, or on all of them."""

    model = Membership
    extra = 0
    verbose_name_plural = "droits"


@admin.register(User)
class CaracolUserAdmin(UserAdmin):
    """A member of the team signs in by e-mail; leaving means no longer active."""

    add_form = AdminUserCreationForm
    form = UserChangeForm
    ordering = ("last_name", "first_name", "email")
    list_display = ("email", "last_name", "first_name", "rights_shown", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role", "memberships__territory")
    search_fields = ("email", "last_name", "first_name")
    list_per_page = 50
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Personne", {"fields": ("first_name", "last_name")}),
        ("Accès", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Repères", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "password1", "password2")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()

    @admin.display(description="droits")
    def rights_shown(self, user: User) -> str:
        """The rights of a person on one line."""
        return ", ".join(str(right) for right in user.memberships.all()) or "aucun"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the rights of every row at once."""
        return super().get_queryset(request).prefetch_related("memberships__territory")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted: what they did stays theirs."""
        return False


@admin.register(Territory)
class TerritoryAdmin(KeptAdmin):
    """The regions of the network."""

    list_display = ("code", "name", "departments")
    ordering = ("name",)


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """People awaited: they get their right when they first sign in with this address."""

    list_display = ("email", "role", "territory", "created_at", "accepted_at")
    list_filter = ("role", "territory")
    list_select_related = ("territory",)
    search_fields = ("email",)
    readonly_fields = ("created_at", "accepted_at")
    ordering = ("accepted_at", "email")
