"""People awaited: invite, send the link again, call off."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.accounts import services
from caracol.accounts.enums import InvitationState, Role
from caracol.accounts.models import Invitation, User
from caracol.core import clock
from caracol.core.admin import KeptAdmin, RowAct, Section, state_tag
from caracol.core.errors import Refused

TONES = {
    InvitationState.TO_SEND: "warning",
    InvitationState.SENT: "info",
    InvitationState.EXPIRED: "danger",
    InvitationState.ACCEPTED: "success",
    InvitationState.REVOKED: "neutral",
}


def send(request: HttpRequest, invitation: Invitation) -> str:
    """Send the link of an invitation; return the sentence that tells it."""
    user: Any = request.user

    def address(token: str) -> str:
        return request.build_absolute_uri(reverse("accounts:invitation-follow", args=[token]))

    services.send_invitation(invitation=invitation, actor=user, at=clock.now(), address=address)
    return f"Le lien est parti à {invitation.email}. Il sert une fois, pendant sept jours."


def revoke(request: HttpRequest, invitation: Invitation, reason: str) -> str:
    """Call an invitation off; return the sentence that tells it."""
    user: Any = request.user
    services.revoke_invitation(invitation=invitation, actor=user, at=clock.now())
    return f"L'invitation de {invitation.email} est annulée : son lien ne sert plus."


def _is_open(invitation: Invitation) -> bool:
    return invitation.accepted_at is None and invitation.revoked_at is None


class InvitationForm(forms.ModelForm):
    """Whom to invite, to which role, where."""

    class Meta:
        model = Invitation
        fields = ("email", "first_name", "last_name", "role", "territory")
        help_texts: ClassVar = {
            "email": "L'adresse de travail de la personne : le lien y est envoyé.",
            "territory": "Vide : tous les territoires.",
        }

    def clean_email(self) -> str:
        """Refuse an address that has its account: a right is given on the person's page."""
        email = str(self.cleaned_data["email"]).lower()
        user = User.objects.filter(email=email).first()
        if user is None:
            return email
        words = (
            'Cette adresse a déjà son compte. <a href="{}">Donnez-lui ce droit sur sa fiche.</a>'
        )
        page = reverse("admin:accounts_user_change", args=[user.pk])
        raise forms.ValidationError(format_html(words, page))

    def clean(self) -> dict[str, Any]:
        """Refuse to invite twice to the same role."""
        given = super().clean() or {}
        same = {name: given.get(name) for name in ("email", "role", "territory")}
        if Invitation.objects.open().filter(**same).exists():
            raise forms.ValidationError(
                "Cette personne est déjà invitée à ce rôle : renvoyez-lui plutôt son lien."
            )
        return given


class StateFilter(admin.SimpleListFilter):
    """Invitations by state."""

    title = "état"
    parameter_name = "etat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The states, in order, and all that wait."""
        return [("attente", "en attente"), *((s.value, str(s.label)) for s in InvitationState)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep one state."""
        now, opened = clock.now(), Q(accepted_at=None, revoked_at=None)
        conditions = {
            "attente": opened,
            InvitationState.TO_SEND: opened & Q(sent_at=None),
            InvitationState.SENT: opened & Q(expires_at__gt=now),
            InvitationState.EXPIRED: opened & Q(expires_at__lte=now),
            InvitationState.ACCEPTED: ~Q(accepted_at=None),
            InvitationState.REVOKED: ~Q(revoked_at=None),
        }
        return queryset.filter(conditions.get(self.value() or "", Q()))


@admin.register(Invitation)
class InvitationAdmin(KeptAdmin):
    """People awaited: their link opens the account, with the rights they are invited to."""

    section = Section.TEAM
    place = 20
    about = "Inviter quelqu'un, renvoyer son lien, annuler."
    is_grave = True
    adding = "Inviter quelqu'un"
    form = InvitationForm
    list_display = ("email", "person", "role", "territory_shown", "state_shown", "sent_at")
    list_filter = (StateFilter, "role", "territory")
    list_select_related = ("territory",)
    search_fields = ("email", "first_name", "last_name")
    ordering = ("-created_at",)
    acts = (
        RowAct(
            "envoyer",
            "Envoyer le lien",
            "Un nouveau lien est envoyé à cette adresse ; les précédents ne servent plus.",
            "Envoyer le lien",
            lambda request, row, reason: send(request, row),
            offered=_is_open,
        ),
        RowAct(
            "annuler",
            "Annuler l'invitation",
            "Le lien ne sert plus, et le droit promis n'est pas donné. Vous pourrez réinviter.",
            "Annuler l'invitation",
            revoke,
            offered=_is_open,
            tone="danger",
        ),
    )

    @admin.display(description="personne")
    def person(self, invitation: Invitation) -> str:
        """The name given with the invitation."""
        return f"{invitation.first_name} {invitation.last_name}".strip() or "–"

    @admin.display(description="territoire", ordering="territory__name")
    def territory_shown(self, invitation: Invitation) -> str:
        """Where, or everywhere."""
        return str(invitation.territory or "tous")

    @admin.display(description="état")
    def state_shown(self, invitation: Invitation) -> SafeString:
        """Where it stands, in a word."""
        state = invitation.state_on(clock.now())
        return state_tag(state.label, TONES[state])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An invitation made is sent or called off, never altered."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Show all of one that exists."""
        if obj is None:
            return ()
        moments = ("created_at", "sent_at", "expires_at", "accepted_at", "revoked_at")
        return ("state_shown", "invited_by", *moments)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Ask for whom, where and what; then show what became of it."""
        asked = ("email", "first_name", "last_name", "role", "territory")
        return (*asked, *self.get_readonly_fields(request, obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Invite, and send the link at once."""
        given, user = dict(form.cleaned_data), cast(User, request.user)
        given["role"] = Role(given["role"])
        invitation = services.invite(**given, actor=user)
        obj.pk = invitation.pk
        try:
            messages.info(request, send(request, invitation))
        except Refused as error:
            messages.error(request, error.message)
