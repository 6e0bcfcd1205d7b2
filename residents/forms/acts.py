"""Forms of the acts on a contract: days, amounts, people, and a few words."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from caracol.core import clock
from caracol.core.periods import french_day
from caracol.ui.fields import DateField, MoneyField
from colocations.models import KeySet, Room
from residents.calculations.duration import Bounds
from residents.enums import AidPayee
from residents.forms.words import refuse_paper_numbers
from residents.models import Contract, ContractTerms, Person
from residents.selectors.amending import Change, holders_on
from residents.selectors.availability import RoomList

_ZERO = Decimal(0)
_SAME = "Vide : inchangé."
_EMPTY = {"required"}


def _not_ahead(day: date) -> None:
    if day > clock.today():
        raise ValidationError("Cette date ne peut pas être dans l'avenir.")


class ActForm(forms.Form):
    """What every act carries: the version of the contract that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    untold: ClassVar[frozenset[str]] = frozenset()
    """Fields that change nothing to the effect: it is shown before they are filled."""

    @property
    def can_be_tried(self) -> bool:
        """Whether enough is said for the effect to be shown."""
        return set(self.errors) <= self.untold

    @property
    def wanting(self) -> list[str]:
        """What is to be said, or mended, in sentences."""
        found = self.errors.as_data()
        missing = [name for name, errors in found.items() if {e.code for e in errors} == _EMPTY]
        named = ", ".join(f"« {self.fields[name].label} »" for name in missing)
        before = "Avant d'enregistrer" if self.can_be_tried else "Pour voir l'effet"
        said = [f"{before}, indiquez {named}."] if missing else []
        for name in found.keys() - set(missing):
            label = f"{self.fields[name].label} : " if name in self.fields else ""
            said += [f"{label}{text}" for text in self.errors[name]]
        return said


class SignForm(ActForm):
    """The day of the signature."""

    signed_on = DateField(label="Signé le", validators=[_not_ahead])


class KeysForm(ActForm):
    """The day the keys are handed over."""

    on = DateField(label="Clés remises le", validators=[_not_ahead])
    sets = forms.MultipleChoiceField(
        label="Trousseaux remis",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Le registre de la colocation les note entre les mains du ménage.",
    )

    def __init__(self, *args: Any, at_hand: Sequence[KeySet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at_hand = at_hand
        if not at_hand:
            del self.fields["sets"]
            return
        choices = [(str(keys.pk), _keys_named(keys)) for keys in at_hand]
        self.fields["sets"].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[KeySet]:
        """The sets ticked."""
        ticked = set(self.cleaned_data.get("sets", ()))
        return [keys for keys in self.at_hand if str(keys.pk) in ticked]


def _keys_named(keys: KeySet) -> str:
    return f"{keys.label} ({keys.opens})" if keys.opens else keys.label


class CancelForm(ActForm):
    """Why a contract goes no further; a draft needs no reason."""

    reason = forms.CharField(
        label="Motif",
        max_length=200,
        required=False,
        validators=[refuse_paper_numbers],
        help_text="Pour l'équipe, sans rien de personnel.",
    )

    def __init__(self, *args: Any, drafted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = not drafted


class RenewForm(ActForm):
    """Until when, and for how much."""

    ends_on = DateField(label="Nouvelle fin")
    fee = MoneyField(label="Redevance par mois", required=False, min_value=_ZERO, help_text=_SAME)
    signed_on = DateField(label="Signé le", validators=[_not_ahead])


class ReviseForm(ActForm):
    """When the revision is asked for, and from when."""

    requested_on = DateField(
        label="Demandée le",
        validators=[_not_ahead],
        help_text="Le jour où la personne en est informée.",
    )
    effective_on = DateField(label="Prend effet le", help_text="Ce jour ou après, sans rappel.")


class WithdrawForm(ActForm):
    """Why an amendment is taken back."""

    untold = frozenset({"reason"})

    reason = forms.CharField(label="Motif", max_length=200, validators=[refuse_paper_numbers])


def _until(contract: Contract, bounds: Bounds) -> str:
    """Say how far the end of a contract may move, and why."""
    if bounds.latest is not None and bounds.latest <= contract.ends_on:
        return f"{_SAME} Elle ne peut plus reculer ({bounds.why}) : seulement avancer."
    limit = french_day(bounds.latest) if bounds.latest else "–"
    return f"{_SAME} Au plus tard le {limit} ({bounds.why})."


class AmendmentForm(ActForm):
    """What changes from a day on; what stays empty stays as it is."""

    untold = frozenset({"words", "signed_on"})

    effective_on = DateField(label="Prend effet le")
    signed_on = DateField(label="Signé le", validators=[_not_ahead])
    words = forms.CharField(
        label="Objet",
        max_length=200,
        validators=[refuse_paper_numbers],
        help_text="Figure sur l'avenant, par exemple « changement de chambre ».",
    )
    room = forms.ChoiceField(label="Chambre", required=False)
    fee = MoneyField(label="Redevance par mois", required=False, min_value=_ZERO, help_text=_SAME)
    charges = MoneyField(label="Charges par mois", required=False, min_value=_ZERO, help_text=_SAME)
    expected_aid = MoneyField(
        label="Aide attendue par mois", required=False, min_value=_ZERO, help_text=_SAME
    )
    aid_payee = forms.ChoiceField(label="Aide versée à", required=False)
    ends_on = DateField(label="Fin du contrat", required=False, help_text=_SAME)
    leaves = forms.MultipleChoiceField(
        label="Quittent le contrat", required=False, widget=forms.CheckboxSelectMultiple
    )
    co_search = forms.CharField(
        label="Rejoignent le contrat",
        required=False,
        max_length=80,
        help_text="Cherchez par nom, puis cochez.",
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    cotitulaires = forms.MultipleChoiceField(
        label="Signent aussi", required=False, widget=forms.CheckboxSelectMultiple
    )
    main = forms.ChoiceField(
        label="Titulaire principal·e", required=False, help_text="Qui reçoit les courriers."
    )

    def __init__(
        self,
        *args: Any,
        contract: Contract,
        last: ContractTerms,
        rooms: RoomList,
        candidates: list[Person],
        usual_charges: str = "",
        latest: Bounds | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.contract, self.last, self.rooms, self.candidates = contract, last, rooms, candidates
        self.present = [holder.person for holder in holders_on(contract, clock.today())]
        if not self.present:
            self.present = [holder.person for holder in holders_on(contract, contract.starts_on)]
        place = f"Inchangée : chambre {last.room.number}, {last.room.colocation.name}"
        self._offer("room", [("", place), *rooms.choices[1:]])
        said = dict(AidPayee.choices)[last.aid_payee]
        self._offer("aid_payee", [("", f"Inchangé : {said}"), *AidPayee.choices])
        names = [(str(person.pk), person.full_name) for person in self.present]
        joining = [(str(person.pk), person.full_name) for person in candidates]
        self._offer("leaves", names)
        self._offer("cotitulaires", joining)
        self._offer("main", [("", "Inchangé·e"), *names, *joining])
        if latest is not None and latest.latest is not None:
            self.fields["ends_on"].help_text = _until(contract, latest)
        if (contract.charges_mode or usual_charges) == "ALL_IN" and not last.charges:
            del self.fields["charges"]

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _people(self, name: str, among: list[Person]) -> tuple[Person, ...]:
        chosen = set(self.cleaned_data[name])
        return tuple(person for person in among if str(person.pk) in chosen)

    @property
    def change(self) -> Change:
        """What the form changes, once it can be tried."""
        data = self.cleaned_data
        everybody = {str(person.pk): person for person in [*self.present, *self.candidates]}
        room: Room | None = self.rooms.rooms.get(int(data["room"])) if data["room"] else None
        return Change(
            effective_on=data["effective_on"],
            room=room,
            fee=data["fee"],
            charges=data.get("charges"),
            expected_aid=data["expected_aid"],
            aid_payee=data["aid_payee"] or None,
            ends_on=data["ends_on"],
            joins=self._people("cotitulaires", self.candidates),
            leaves=self._people("leaves", self.present),
            main=everybody.get(data["main"]),
            signed_on=data.get("signed_on"),
            words=data.get("words", ""),
        )
