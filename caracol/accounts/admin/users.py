"""People of the team: their rights, their protection, the grave acts on their account."""

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from caracol.accounts import services
from caracol.accounts.enums import Role
from caracol.accounts.models import Membership, User
from caracol.accounts.services.protection import FACTORS
from caracol.core.admin import KeptAdmin, RowAct, Section, Tool, state_tag


def _reset(request: Any, user: User, reason: str) -> str:
    services.reset_second_factor(user=user, actor=request.user, reason=reason)
    return f"La double authentification de {user} est réinitialisée ; un courriel le lui dit."


def _close(request: Any, user: User, reason: str) -> str:
    services.close_account(user=user, actor=request.user, reason=reason)
    return f"Le compte de {user} est fermé."


def _reopen(request: Any, user: User, reason: str) -> str:
    services.reopen_account(user=user, actor=request.user, reason=reason)
    return f"Le compte de {user} est rouvert."


def _sign_out(request: Any, user: User, reason: str) -> str:
    ended = services.close_sessions(user=user, actor=request.user)
    return f"Sessions fermées : {ended}."


def _send_password_link(request: HttpRequest, user: User, reason: str) -> str:
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)
    return f"Un lien pour choisir un mot de passe est parti à {user.email}."


ACTS = (
    RowAct(
        "double-authentification",
        "Réinitialiser la double authentification",
        "La personne a perdu son téléphone ou sa clé. Assurez-vous que c'est bien elle, de vive "
        "voix. Ses appareils sont déconnectés, un courriel la prévient, et elle protège de nouveau "
        "son compte à la prochaine connexion.",
        "Réinitialiser",
        _reset,
        asks_reason=True,
        tone="danger",
    ),
    RowAct(
        "mot-de-passe",
        "Envoyer un lien de mot de passe",
        "La personne choisit elle-même son nouveau mot de passe : personne d'autre ne le connaît.",
        "Envoyer le lien",
        _send_password_link,
        offered=lambda user: user.is_active,
    ),
    RowAct(
        "sessions",
        "Fermer ses sessions",
        "Tous ses appareils sont déconnectés à l'instant. Elle pourra se reconnecter.",
        "Fermer ses sessions",
        _sign_out,
    ),
    RowAct(
        "fermer",
        "Fermer le compte",
        "La personne ne peut plus entrer, dès maintenant. Ce qu'elle a fait reste à son nom, et le "
        "compte peut être rouvert.",
        "Fermer le compte",
        _close,
        offered=lambda user: user.is_active,
        asks_reason=True,
        tone="danger",
    ),
    RowAct(
        "rouvrir",
        "Rouvrir le compte",
        "La personne retrouve les droits qu'elle avait.",
        "Rouvrir le compte",
        _reopen,
        offered=lambda user: not user.is_active,
        asks_reason=True,
    ),
)


class RightsFormSet(BaseInlineFormSet):
    """Rights are taken back, not deleted: what they opened stays in the journal."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Say what the tick does."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = f"Retirer : {form.instance}"


class MembershipInline(admin.TabularInline):
    """The rights of a person; one is given or taken back, never altered."""

    model = Membership
    formset = RightsFormSet
    template = "admin/inline_table.html"
    extra = 0
    verbose_name_plural = "droits (sans territoire : sur tous)"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep a right as it was given."""
        return False


class ProtectionFilter(admin.SimpleListFilter):
    """Who has a second factor, who has none."""

    title = "double authentification"
    parameter_name = "protection"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """With, without."""
        return [("oui", "active"), ("non", "absente")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep one side."""
        value = self.value()
        return queryset.filter(is_protected=value == "oui") if value else queryset


@admin.register(User)
class UserAdmin(KeptAdmin):
    """A member of the team signs in by e-mail; leaving means an account that is closed."""

    section = Section.TEAM
    place = 10
    about = "Qui entre dans Caracol, avec quels droits et quelle protection."
    is_grave = True
    acts = ACTS
    inlines = (MembershipInline,)
    list_display = ("name", "email", "rights_shown", "protection_shown", "state", "last_login")
    list_filter = ("is_active", "memberships__role", "memberships__territory", ProtectionFilter)
    search_fields = ("email", "last_name", "first_name")
    ordering = ("last_name", "first_name", "email")
    readonly_fields = ("state", "protection_shown", "last_login", "date_joined")
    fields = ("email", "first_name", "last_name", *readonly_fields)

    def list_tools(self, request: HttpRequest) -> list[Tool]:
        """One joins the team by invitation."""
        return [Tool("Inviter quelqu'un", reverse("admin:accounts_invitation_add"), "primary")]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody's password is chosen by another."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Read the rights and the protection of every row at once; the machine is nobody."""
        found = super().get_queryset(request).exclude(email=services.SYSTEM_EMAIL)
        factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
        rows = found.annotate(is_protected=Exists(factor))
        return rows.prefetch_related("memberships__territory")

    @admin.display(description="personne", ordering="last_name")
    def name(self, user: User) -> str:
        """First and last names."""
        return str(user)

    @admin.display(description="droits")
    def rights_shown(self, user: User) -> str:
        """The rights of a person on one line."""
        return ", ".join(str(right) for right in user.memberships.all()) or "aucun"

    @admin.display(description="double authentification", ordering="is_protected")
    def protection_shown(self, user: Any) -> SafeString:
        """Whether a second factor protects the account."""
        return state_tag(*(("active", "success") if user.is_protected else ("absente", "warning")))

    @admin.display(description="compte", ordering="is_active")
    def state(self, user: User) -> SafeString:
        """Open or closed."""
        return state_tag(*(("ouvert", "success") if user.is_active else ("fermé", "neutral")))

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Change a name or an address."""
        given = form.cleaned_data
        known = User.objects.get(pk=obj.pk)
        names = {name: given.get(name, "") for name in ("email", "first_name", "last_name")}
        services.rename(user=known, actor=request.user, **names)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Give and take back rights."""
        rows = formset.save(commit=False)
        for row in rows:
            where, role = row.territory, Role(row.role)
            services.grant(user=form.instance, role=role, territory=where, actor=request.user)
        for row in formset.deleted_objects:
            services.withdraw(membership=row, actor=request.user)
        if formset.deleted_objects or rows:
            messages.info(request, "Les droits changés valent dès la prochaine page ouverte.")
