"""Forms of the door: the first password, the lock."""

from typing import Any

from allauth.account.forms import ReauthenticateForm
from django import forms
from django.contrib.auth.password_validation import validate_password

from caracol.accounts.models import Invitation, User


class OpenAccountForm(forms.Form):
    """What an invited person gives: their name and a password of their own."""

    first_name = forms.CharField(label="Prénom", max_length=150)
    last_name = forms.CharField(label="Nom", max_length=150)
    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        help_text="Douze caractères au moins. Une phrase que vous seul·e connaissez convient bien.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Le même, encore une fois",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {"first_name": invitation.first_name, "last_name": invitation.last_name},
        )
        super().__init__(*args, **kwargs)
        self._email = invitation.email
        for name, token in (("first_name", "given-name"), ("last_name", "family-name")):
            self.fields[name].widget.attrs["autocomplete"] = token

    def clean(self) -> dict[str, Any]:
        """Judge the password with what is known of the person."""
        given = super().clean() or {}
        password, again = given.get("password"), given.get("again")
        if password:
            names = {name: given.get(name, "") for name in ("first_name", "last_name")}
            try:
                validate_password(password, User(email=self._email, **names))
            except forms.ValidationError as error:
                self.add_error("password", error)
            if again and again != password:
                self.add_error("again", "Les deux mots de passe ne sont pas les mêmes.")
        return given


class UnlockForm(ReauthenticateForm):
    """The password that opens a locked session."""
