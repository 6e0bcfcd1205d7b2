"""The form of a contract: what its type does not ask is not asked; what is empty is usual."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from caracol.core.periods import months_spanned
from caracol.ui.fields import DateField, MoneyField
from colocations.models import Room
from residents.calculations.facts import required_fields
from residents.calculations.type_rule import TypeRule
from residents.enums import AidEligibility, AidPayee, ChargesMode, PaymentMethod
from residents.forms.words import refuse_paper_numbers
from residents.models import Person
from residents.selectors.desk import Desk, Usual, usual_values
from residents.selectors.proposals import FACTS, ContractData

_QUARTERS = [("", "Aucune révision"), *((str(n), f"Oui, IRL du {n}e trimestre".replace("1e", "1er"))
             for n in range(1, 5))]  # fmt: skip
_ZERO = Decimal(0)
# What each type does not show, the form leaves at rest.
NOTICE_FIELDS = ("resident_notice_days", "resident_notice_months", "manager_notice_months")


def _words(label: str, hint: str, rows: int = 3, length: int | None = None) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=length,
        validators=[refuse_paper_numbers],
        widget=forms.Textarea({"rows": rows}) if rows > 1 else forms.TextInput(),
    )


def _count(label: str, hint: str = "", least: int = 0, most: int = 120) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=hint,
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )


class ContractForm(forms.Form):
    """All that a contract says. `kind_shown` and `rooms_shown` tell what is still up to date."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    kind_shown = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label="Type de contrat")
    room = forms.ChoiceField(
        label="Chambre", help_text="Seules les chambres libres à ces dates sont proposées."
    )
    starts_on = DateField(label="Début")
    months = _count("Durée (mois)", "Ou une date de fin.", 1)
    ends_on = DateField(label="Fin", required=False, help_text="Vide : d'après la durée.")
    co_search = forms.CharField(
        label="Cotitulaires",
        required=False,
        max_length=80,
        help_text="Un couple signe un seul contrat. Cherchez par nom, puis cochez.",
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    cotitulaires = forms.MultipleChoiceField(
        label="Signent aussi", required=False, widget=forms.CheckboxSelectMultiple
    )
    fee = MoneyField(
        label="Redevance par mois",
        required=False,
        min_value=_ZERO,
        help_text="Vide : celle de la chambre.",
    )
    charges = MoneyField(
        label="Charges par mois",
        required=False,
        min_value=_ZERO,
        help_text="Vide : celles de la chambre.",
    )
    charges_mode = forms.ChoiceField(label="Mode de charges")
    deposit = MoneyField(
        label="Dépôt de garantie",
        required=False,
        min_value=_ZERO,
        help_text="Vide : celui de la chambre, dans la limite du type.",
    )
    distress_rate = forms.BooleanField(
        label="Tarif des personnes de l'article L345-2-2 (CASF)", required=False
    )
    aid_eligible = forms.ChoiceField(
        label="Ouvre droit à l'aide au logement",
        choices=AidEligibility.choices,
        widget=forms.RadioSelect,
    )
    expected_aid = MoneyField(
        label="Aide attendue par mois", required=False, min_value=_ZERO, help_text="Vide : aucune."
    )
    aid_payee = forms.ChoiceField(label="Aide versée à", choices=AidPayee.choices)
    payment_method = forms.ChoiceField(label="Paie par", choices=PaymentMethod.choices)
    due_day = _count("Jour d'échéance", "Du 1 au 28 de chaque mois.", 1, 28)
    revision_quarter = forms.TypedChoiceField(
        label="Clause de révision",
        choices=_QUARTERS,
        coerce=int,
        empty_value=None,
        required=False,
    )
    landlord_is_person = forms.BooleanField(
        label="Le bailleur est une personne physique (mandat de gestion)", required=False
    )
    resident_notice_days = _count("Préavis de la personne (jours)")
    resident_notice_months = _count("Préavis de la personne (mois)", most=12)
    manager_notice_months = _count("Préavis de l'association (mois)", most=12)
    purpose = _words("Finalité de l'occupation", "Pourquoi la personne est accueillie ici.")
    objective_causes = _words(
        "Causes objectives de résiliation",
        "Celles de la convention du propriétaire : restitution, travaux, fin de l'agrément…",
    )
    precarity_ground = _words(
        "Motif de précarité", "Objectif, réel aujourd'hui, indépendant des parties.", 1, 300
    )
    term_event = _words(
        "Événement qui met fin au contrat", "La date de fin est sa date au plus tard.", 1, 300
    )
    approval_reference = _words("Agrément ou convention", "Qui permet de sous-louer.", 1, 120)

    def __init__(self, *args: Any, desk: Desk, filled: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.desk, self.filled = desk, tuple(filled)
        self.fields["kind"].choices = desk.kinds  # type: ignore[attr-defined]
        self.fields["room"].choices = desk.rooms.choices  # type: ignore[attr-defined]
        self.fields["cotitulaires"].choices = [  # type: ignore[attr-defined]
            (str(person.pk), f"{person.full_name} ({person.reference})")
            for person in desk.candidates
        ]
        self._fit_to_type()

    @property
    def chosen_kind(self) -> str:
        """The type chosen, or the one shown first."""
        chosen = self["kind"].value()
        return chosen if chosen in self.desk.rules else next(iter(self.desk.rules))

    @property
    def rule(self) -> TypeRule:
        """The rule of the type chosen, today."""
        return self.desk.rules[self.chosen_kind]

    def _fit_to_type(self) -> None:
        """Leave out what the type has nothing to do with."""
        rule = self.rule
        modes = [pair for pair in ChargesMode.choices if pair[0] in rule.charges_modes]
        self.fields["charges_mode"].choices = modes  # type: ignore[attr-defined]
        self.fields["charges_mode"].required = False
        needed = required_fields(rule)
        gone = [name for name in FACTS if name not in needed]
        if rule.charges_modes == ("ALL_IN",):
            gone += ["charges", "charges_mode"]
        if rule.deposit_cap_months == 0 and rule.deposit_cap_by_law:
            gone.append("deposit")
        if rule.fee_cap_distress is None:
            gone.append("distress_rate")
        if not rule.index_revision:
            gone.append("revision_quarter")
        if not rule.notice_by_contract:
            gone += NOTICE_FIELDS
        if rule.min_months_person is None:
            gone.append("landlord_is_person")
        for name in gone:
            del self.fields[name]

    def as_sent(self) -> "ContractForm":
        """Return the form as it would be sent now, unchanged: to be verified before it is."""
        shown = {name: self[name].value() for name in self.fields}
        kept = {name: value for name, value in shown.items() if value not in (None, "", False)}
        return ContractForm(kept, desk=self.desk)

    def parts(self, *names: str) -> list[Any]:
        """Return the fields of a part of the page that this type has."""
        return [self[name] for name in names if name in self.fields]

    @property
    def type_fields(self) -> list[Any]:
        """The fields that come and go with the type, amounts apart."""
        return self.parts("landlord_is_person", "revision_quarter", *FACTS)

    @property
    def notice_fields(self) -> list[Any]:
        """The delays that the contract itself sets, where its type leaves them to it."""
        return self.parts(*NOTICE_FIELDS)

    @property
    def amount_fields(self) -> list[Any]:
        """The amounts that the type has."""
        return self.parts("fee", "charges", "charges_mode", "deposit", "distress_rate")

    @property
    def filled_fields(self) -> list[Any]:
        """What the type or the room just chosen brings, months and words."""
        return [
            field
            for field in self.parts("months", "landlord_is_person", "revision_quarter", *FACTS)
            if field.name in self.filled
        ]

    @property
    def kind_changed(self) -> bool:
        """Whether what the page shows was made for another type."""
        return self.data.get("kind_shown", "") not in {"", self.chosen_kind}

    def clean_room(self) -> Room:
        """Return the room itself."""
        return self.desk.rooms.rooms[int(self.cleaned_data["room"])]

    def clean_cotitulaires(self) -> tuple[Person, ...]:
        """Return the people who sign too."""
        chosen = {int(pk) for pk in self.cleaned_data["cotitulaires"]}
        return tuple(person for person in self.desk.candidates if person.pk in chosen)

    def clean(self) -> dict[str, Any]:
        """Ask that the days follow one another."""
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            raise ValidationError({"ends_on": "Le contrat ne peut pas finir avant de commencer."})
        return data

    @property
    def usual(self) -> Usual:
        """What stands for the amounts and the end left empty in the valid form."""
        data = self.cleaned_data
        mode = data.get("charges_mode") or self.rule.charges_mode
        return usual_values(self.rule, data["room"], data["starts_on"], data.get("months"), mode)

    @property
    def cut(self) -> str:
        """That the months asked for are cut at the owner's end, where no day is typed."""
        return "" if self.cleaned_data.get("ends_on") else self.usual.cut

    @property
    def proposal(self) -> ContractData:
        """What the valid form proposes, what was left empty being the usual."""
        data, usual = dict(self.cleaned_data), self.usual
        mode = data.get("charges_mode") or self.rule.charges_mode
        known = set(ContractData.__dataclass_fields__)
        said = {name: value for name, value in data.items() if name in known}
        for name in ("ends_on", "fee", "charges", "deposit"):
            if said.get(name) is None:
                said[name] = getattr(usual, name)
        if "deposit" not in self.fields:
            said["deposit"] = _ZERO
        return ContractData(
            **{
                **said,
                "people": (self.desk.person, *data["cotitulaires"]),
                "charges_mode": mode,
                "expected_aid": said.get("expected_aid") or _ZERO,
                "due_day": said.get("due_day") or 5,
            }
        )


def initial_of(data: ContractData) -> dict[str, Any]:
    """Return what the form of a draft shows first."""
    names = set(ContractData.__dataclass_fields__) - {"people", "room"}
    values: dict[str, Any] = {name: getattr(data, name) for name in names}
    return values | {
        "room": str(data.room.pk),
        "cotitulaires": [str(person.pk) for person in data.people[1:]],
        "kind_shown": data.kind,
        "months": data.initial_months or months_spanned(data.starts_on, data.ends_on),
    }


def typed_day(text: str) -> date | None:
    """Read a day as the form would, or nothing."""
    try:
        found: date | None = DateField(required=False).clean(text)
    except ValidationError:
        return None
    return found


def typed_number(text: str) -> int | None:
    """Read a small whole number, or nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
