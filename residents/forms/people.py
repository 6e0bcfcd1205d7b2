"""Forms of a person's identity, contacts and situation."""

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from caracol.accounts.models import Territory
from caracol.core import clock
from caracol.notifications.telephones import mobile_number
from caracol.ui.fields import DateField
from residents.enums import LANGUAGES, Civility, PermitKind, ProtectionKind
from residents.forms.words import refuse_paper_numbers
from residents.services.people import Identity

_OLDEST = 120
# Control signs, and marks of direction or of no width.
_UNSEEN = frozenset({"Cc", "Cf"})
CAF_FIELDS = ("caf_number", "caf_department")


def _spaced(number: str) -> str:
    """0612345678 → 06 12 34 56 78; a number of another shape stays as typed."""
    digits = re.sub(r"[\s.\-/()]", "", number)
    if re.fullmatch(r"0\d{9}", digits):
        return " ".join(digits[i : i + 2] for i in range(0, 10, 2))
    return " ".join(number.split())


def _with_letters(name: str) -> str:
    """Return a name without its invisible signs, which would hide it from every search."""
    shown = "".join(letter for letter in name if unicodedata.category(letter) not in _UNSEEN)
    if not any(letter.isalpha() for letter in shown):
        raise ValidationError("Un nom s'écrit avec des lettres.")
    return " ".join(shown.split())


class PersonForm(forms.Form):
    """Identity and contacts. `seen` is the version that was shown; a new person has none."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    civility = forms.ChoiceField(label="Civilité", choices=Civility.choices)
    first_name = forms.CharField(label="Prénom", max_length=80)
    last_name = forms.CharField(label="Nom", max_length=80)
    birth_date = DateField(label="Date de naissance", required=False)
    phone = forms.CharField(
        label="Téléphone",
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(label="Courriel", required=False)
    email_consent = forms.BooleanField(
        label="Accepte de recevoir ses documents par courriel", required=False
    )
    sms_consent = forms.BooleanField(label="Accepte de recevoir des SMS", required=False)
    language = forms.ChoiceField(label="Langue lue")
    caf_number = forms.CharField(
        label="Numéro allocataire",
        max_length=15,
        required=False,
        help_text="Celui de la CAF, jamais le numéro de sécurité sociale.",
    )
    caf_department = forms.CharField(
        label="CAF", max_length=3, required=False, help_text="Le département, par exemple 93."
    )
    territory = forms.ModelChoiceField(
        label="Territoire qui suit la personne",
        queryset=Territory.objects.none(),
        required=False,
        empty_label="Aucun",
    )
    died_on = DateField(
        label="Décès",
        required=False,
        help_text="La date arrête les courriels. Le contrat se termine par un départ enregistré.",
    )

    def __init__(
        self,
        *args: Any,
        territories: QuerySet[Territory],
        with_caf: bool,
        is_new: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        language = str(self.initial.get("language") or "fr")
        known = sorted(LANGUAGES.items(), key=lambda pair: (pair[0] != "fr", pair[1]))
        others = [] if language in LANGUAGES else [(language, language)]
        self.fields["language"].choices = [*known, *others]  # type: ignore[attr-defined]
        self.fields["territory"].queryset = territories  # type: ignore[attr-defined]
        if is_new:
            del self.fields["died_on"]
            self.fields["territory"].required = True
            self.fields["territory"].empty_label = None  # type: ignore[attr-defined]
        if not with_caf:
            for name in CAF_FIELDS:
                del self.fields[name]

    def clean_first_name(self) -> str:
        """Refuse a name that has no letter."""
        return _with_letters(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        """Refuse a name that has no letter."""
        return _with_letters(self.cleaned_data["last_name"])

    def clean_phone(self) -> str:
        """Refuse what is no telephone; space French numbers by two."""
        number: str = self.cleaned_data["phone"]
        digits = re.sub(r"\D", "", number)
        if number and (re.search(r"[^\d\s+.\-/()]", number) or not 6 <= len(digits) <= 15):
            raise ValidationError("Indiquez un numéro de téléphone, par exemple 06 12 34 56 78.")
        return _spaced(number)

    def clean_birth_date(self) -> date | None:
        """Refuse a day to come, or too far away."""
        day: date | None = self.cleaned_data["birth_date"]
        today = clock.today()
        if day and not today.year - _OLDEST <= day.year <= today.year:
            raise ValidationError("Vérifiez l'année de naissance.")
        if day and day > today:
            raise ValidationError("Une date de naissance est passée.")
        return day

    def clean_died_on(self) -> date | None:
        """Refuse a day to come."""
        day: date | None = self.cleaned_data["died_on"]
        if day and day > clock.today():
            raise ValidationError("Cette date est à venir.")
        return day

    def clean_caf_number(self) -> str:
        """Keep letters and digits; refuse a national insurance number."""
        number = re.sub(r"\s", "", self.cleaned_data["caf_number"]).upper()
        if number and not re.fullmatch(r"[0-9A-Z]{5,10}", number):
            raise ValidationError(
                "Un numéro allocataire a 7 chiffres, parfois suivis d'une lettre. Le numéro de "
                "sécurité sociale n'a pas à être gardé."
            )
        return number

    def clean_caf_department(self) -> str:
        """Refuse what is no département."""
        code = self.cleaned_data["caf_department"].strip().upper()
        if code and not re.fullmatch(r"\d{2,3}|2[AB]", code):
            raise ValidationError("Indiquez un département, par exemple 93 ou 59.")
        return code

    def clean(self) -> dict[str, Any]:
        """Ask for an address from who accepts mail."""
        data = super().clean() or {}
        if data.get("email_consent") and not data.get("email") and "email" not in self.errors:
            self.add_error("email", "Sans adresse, rien ne peut être envoyé par courriel.")
        texted = data.get("sms_consent") and "phone" not in self.errors
        if texted and not mobile_number(data.get("phone") or ""):
            self.add_error("phone", "Sans numéro de mobile, aucun SMS ne peut être reçu.")
        return data

    @property
    def identity(self) -> Identity:
        """What was typed, as the services take it. Call on a valid form."""
        known = {name: self.cleaned_data[name] for name in self.cleaned_data if name != "seen"}
        return Identity(**known)


class StatusForm(forms.Form):
    """Nationality and protection, for those who have need of them."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    nationality = forms.CharField(label="Nationalité", max_length=60, required=False)
    protection_kind = forms.ChoiceField(
        label="Protection",
        choices=ProtectionKind.choices,
        help_text="Le régime seulement : ni récit, ni motif, ni décision de l'OFPRA.",
    )

    def clean_nationality(self) -> str:
        """Refuse digits: a number has no place here."""
        text: str = " ".join(self.cleaned_data["nationality"].split())
        if re.search(r"\d", text):
            raise ValidationError("Une nationalité s'écrit sans chiffre : aucun numéro ici.")
        return text


class PermitForm(forms.Form):
    """A permit: which one, and when it ends. Its number is never asked."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label="Titre", choices=PermitKind.choices)
    expires_on = DateField(
        label="Expire le", help_text="Seulement le titre et sa fin : jamais son numéro."
    )

    def clean_expires_on(self) -> date:
        """Refuse a year that no permit reaches."""
        day: date = self.cleaned_data["expires_on"]
        if not 2000 <= day.year <= clock.today().year + 15:
            raise ValidationError("Vérifiez l'année d'expiration.")
        return day


class HousingRequestForm(forms.Form):
    """A social housing request: its number and the day to renew it by."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    number = forms.CharField(
        label="Numéro unique (NUR)",
        max_length=40,
        help_text="18 chiffres, sur l'attestation d'enregistrement.",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    expires_on = DateField(
        label="À renouveler avant le",
        help_text="Un an après le dépôt ou le dernier renouvellement.",
    )

    def clean_number(self) -> str:
        """Keep its digits alone."""
        number = re.sub(r"[\s\-]", "", self.cleaned_data["number"]).upper()
        if not re.fullmatch(r"[0-9A-Z]{8,20}", number):
            raise ValidationError("Le numéro unique a 18 chiffres : vérifiez-le sur l'attestation.")
        return number


class ReasonField(forms.CharField):
    """A reason typed freely, without the number of any paper."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "Raison")
        options.setdefault("max_length", 300)
        super().__init__(**options)
        self.validators.append(refuse_paper_numbers)
