"""What is typed of a view."""

from typing import Any

from django import forms

from caracol.accounts.saved_views import LONGEST_NAME


class ViewForm(forms.Form):
    """Its name, and who sees it."""

    name = forms.CharField(label="Nom de la vue", max_length=LONGEST_NAME)
    is_shared = forms.BooleanField(
        label="Partager avec l'équipe",
        required=False,
        help_text=(
            "Chacun y trouve ce qu'il a le droit de voir. Le texte recherché, lui, n'est pas "
            "partagé."
        ),
    )


class KeptAddress(forms.Form):
    """The list and the address that a view keeps."""

    liste = forms.CharField(widget=forms.HiddenInput, max_length=80)
    adresse = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)

    def address(self) -> dict[str, Any]:
        """What was sent."""
        self.is_valid()
        return self.cleaned_data
