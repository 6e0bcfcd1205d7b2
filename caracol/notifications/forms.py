"""The words of a standard message in a language."""

from typing import Any

from django import forms

from caracol.notifications import standard


class PhraseForm(forms.Form):
    """Object, mail and text message, with their places; and who has read them over."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    subject = forms.CharField(label="Objet", max_length=120)
    body = forms.CharField(
        label="Courriel et lettre",
        max_length=2000,
        widget=forms.Textarea({"rows": 7}),
        help_text="Une ligne vide sépare deux paragraphes.",
    )
    sms = forms.CharField(label="SMS", max_length=500, widget=forms.Textarea({"rows": 4}))
    reviewed_by = forms.CharField(
        label="Relu par",
        max_length=120,
        required=False,
        help_text="Qui parle cette langue et a relu ; vide : « pas encore relu » est dit.",
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tongue = standard.tongue_of(language)
        for name in ("subject", "body", "sms"):
            self.fields[name].widget.attrs |= {"dir": "auto", "lang": tongue.code}
        if language == standard.FRENCH:
            del self.fields["reviewed_by"]

    @property
    def facts(self) -> dict[str, str]:
        """What was typed. Call on a valid form."""
        names = ("subject", "body", "sms", "reviewed_by")
        typed = {name: str(self.cleaned_data.get(name, "")) for name in names}
        return {name: text.replace("\r\n", "\n").strip() for name, text in typed.items()}
