"""Forms of the agenda: its filters, an appointment, one's reminders."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from caracol.accounts.models import User
from caracol.core import clock
from caracol.core.money import NBSP
from caracol.core.periods import add_months
from caracol.core.text import sort_key
from caracol.deadlines.enums import AppointmentKind, Digest, Domain
from caracol.deadlines.models import Appointment
from caracol.deadlines.models.reminders import EARLIEST_HOUR, LATEST_HOUR
from caracol.deadlines.selectors.agenda import APPOINTMENT, DEADLINE, Wanted
from caracol.deadlines.services.appointments import Meeting
from caracol.deadlines.subjects import HOME, PERSON, named, subjects
from caracol.ui.fields import DateField

SHORTEST_NAME = 3


class AgendaFilter(forms.Form):
    """What the agenda shows; its values live in the address."""

    quoi = forms.ChoiceField(
        label="Montrer",
        required=False,
        choices=[("", "Tout"), (DEADLINE, "Les échéances"), (APPOINTMENT, "Les rendez-vous")],
    )
    qui = forms.ChoiceField(
        label="De qui", required=False, choices=[("", "Toute l'équipe"), ("moi", "Moi")]
    )
    domaine = forms.ChoiceField(label="Domaine", required=False)
    colocation = forms.TypedChoiceField(
        label="Colocation", required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        fields["domaine"].choices = [("", "Tous"), *Domain.choices]
        fields["colocation"].choices = [("", "Toutes"), *_homes(user)]

    @property
    def wanted(self) -> Wanted:
        """What is asked; a word that means nothing asks nothing."""
        self.is_valid()
        said = self.cleaned_data
        return Wanted(
            said.get("quoi", ""), said.get("qui", ""), said.get("domaine", ""),
            said.get("colocation"),
        )  # fmt: skip


def _homes(user: User) -> list[tuple[int, str]]:
    known = subjects(HOME)
    return [(home.pk, home.label) for home in known.find(user, "")] if known else []


class TimeInput(forms.TimeInput):
    """The browser's own hour picker."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class HourField(forms.TimeField):
    """An hour, typed « 9:30 », « 9h30 » or « 9 h »."""

    widget = TimeInput

    def to_python(self, value: Any) -> time | None:
        """Read French and computer notations alike."""
        if isinstance(value, str):
            value = value.replace(" ", "").replace(NBSP, "").lower().replace("h", ":")
            value = f"{value}00" if value.endswith(":") else value
        hour: time | None = super().to_python(value)
        return hour


class AppointmentForm(forms.Form):
    """An appointment: what, when, with whom, where."""

    title = forms.CharField(
        label="Objet",
        max_length=120,
        help_text="Il part dans les agendas des participants : rien de confidentiel, pas de nom.",
    )
    kind = forms.ChoiceField(label="Nature", choices=AppointmentKind.choices)
    day = DateField(label="Jour")
    starts = HourField(label="De")
    ends = HourField(label="À")
    guests = forms.ModelMultipleChoiceField(
        label="Qui y va",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une personne de l'équipe."},
    )
    person = forms.CharField(
        label="Avec (résident·e)",
        required=False,
        max_length=160,
        help_text="Nom ou référence.",
    )
    home = forms.TypedChoiceField(label="Colocation", required=False, coerce=int, empty_value=None)
    place = forms.CharField(label="Lieu", required=False, max_length=160)
    is_private = forms.BooleanField(
        label="Visible des seuls participants",
        required=False,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    accepted = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, user: User, row: Appointment | None = None, **options: Any
    ) -> None:
        self.user = user
        self.person_id: int | None = None
        if row is not None:
            options["initial"] = {**_written(row, user), **(options.get("initial") or {})}
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        fields["home"].choices = [("", "Aucune"), *_homes(user)]
        team = User.objects.filter(is_active=True, memberships__isnull=False).distinct()
        kept = team.order_by("first_name", "last_name", "pk")
        fields["guests"].queryset = kept
        self._kept_person = row.person_id if row is not None else None

    def clean_person(self) -> str:
        """Find the one person meant; say which ones when several answer."""
        words = " ".join(str(self.cleaned_data["person"]).split())
        known = subjects(PERSON)
        if not words or known is None:
            return words
        found = known.find(self.user, words.partition(" · ")[2] or words)
        exact = [one for one in found if one.label.casefold() == words.casefold()] or found
        if not exact:
            raise ValidationError("Aucune personne de ce nom parmi celles que vous suivez.")
        if len(exact) > 1:
            names = " ; ".join(one.label for one in exact[:6])
            raise ValidationError(f"Plusieurs personnes répondent, précisez : {names}.")
        self.person_id = exact[0].pk
        return exact[0].label

    def clean_title(self) -> str:
        """Keep one line."""
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_day(self) -> date:
        """Refuse a year that can only be a slip."""
        day: date = self.cleaned_data["day"]
        today = clock.today()
        if not add_months(today, -12) <= day <= add_months(today, 60):
            raise ValidationError(
                "Vérifiez l'année : un rendez-vous se note à un an en arrière "
                "et cinq ans en avant, au plus."
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the beginning, and a name in what leaves for calendars."""
        said = super().clean() or {}
        if self._names_the_person(said.get("title", ""), said.get("person", "")):
            self.add_error(
                "title",
                "L'objet part dans les agendas : n'y mettez pas le nom de la personne. Le champ "
                "« Avec » suffit, il reste ici.",
            )
        starts, ends = said.get("starts"), said.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", "La fin vient après le début.")
        return said

    def _names_the_person(self, title: str, person: str) -> bool:
        """Whether a title says a part of the name of the person met."""
        name = person.partition(" · ")[0]
        if not name and self._kept_person is not None:
            kept = named(PERSON, self.user, [self._kept_person]).get(self._kept_person)
            name = kept.label.partition(" · ")[0] if kept else ""
        parts = {word for word in sort_key(name).split() if len(word) >= SHORTEST_NAME}
        return bool(parts & set(sort_key(title).split()))

    @property
    def meeting(self) -> Meeting:
        """What was asked, once valid."""
        said = self.cleaned_data
        unseen = self._kept_person if "person" not in self.changed_data else None
        return Meeting(
            title=said["title"],
            kind=said["kind"],
            starts_at=_at(said["day"], said["starts"]),
            ends_at=_at(said["day"], said["ends"]),
            place=said["place"],
            person_id=self.person_id or unseen,
            home_id=said["home"],
            is_private=said["is_private"],
            guests=tuple(sorted(user.pk for user in said["guests"])),
        )


def _at(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


def _written(row: Appointment, user: User) -> dict[str, Any]:
    starts, ends = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    person = named(PERSON, user, [row.person_id]).get(row.person_id or 0)
    return {
        "title": row.title,
        "kind": row.kind,
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "guests": list(row.guests.values_list("user_id", flat=True)),
        "person": person.label if person else "",
        "home": row.home_id,
        "place": row.place,
        "is_private": row.is_private,
        "seen": row.sequence,
    }


class RemindersForm(forms.Form):
    """How one is reminded by e-mail."""

    digest = forms.ChoiceField(
        label="Récapitulatif par courriel", choices=Digest.choices, widget=forms.RadioSelect
    )
    hour = forms.TypedChoiceField(
        label="Heure d'envoi",
        coerce=int,
        choices=[(h, f"{h}{NBSP}h") for h in range(EARLIEST_HOUR, LATEST_HOUR + 1)],
    )
