"""Filters of the worklist, kept in the address."""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, F, Q

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory
from caracol.accounts.policy import GLA_DECIDES
from caracol.core.expressions import plain_words
from caracol.core.text import sort_key
from caracol.deadlines.enums import DeadlineState, Domain
from caracol.deadlines.models import Deadline, DeadlineRule
from caracol.deadlines.registry import TASK, kind_of, places
from caracol.deadlines.selectors.mine import is_everywhere, mates, mine, replaced_by

MINE = "moi"
_OPEN = Q(state=DeadlineState.OPEN)
STATES = (
    ("", "À faire", "sight"),
    ("late", "En retard", "late"),
    ("today", "Aujourd'hui", "today"),
    ("week", "Cette semaine", "week"),
    ("month", "Ce mois", "month"),
    ("later", "Plus tard", "later"),
    ("snoozed", "Reportées", "snoozed"),
    ("done", "Closes", "done"),
)
# Closed by a person while what it came from is not settled: for who decides.
UNSETTLED = ("unsettled", "À vérifier", "unsettled")


def states_for(user: Any) -> tuple[tuple[str, str, str], ...]:
    """Return the tabs of the worklist for a user."""
    return (*STATES, UNSETTLED) if user.roles & (GLA_DECIDES | {Role.SOCIAL_DIRECTOR}) else STATES


def spans(day: date) -> dict[str, Q]:
    """Return what each tab keeps of deadlines on a day."""
    sunday = day + timedelta(days=6 - day.weekday())
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    month = max(sunday, last)
    asleep = _OPEN & Q(snoozed_until__gt=day)
    awake = _OPEN & (Q(snoozed_until=None) | Q(snoozed_until__lte=day))
    return {
        "late": awake & Q(due_on__lt=day),
        "today": awake & Q(due_on=day),
        "week": awake & Q(due_on__gt=day, due_on__lte=sunday),
        "month": awake & Q(due_on__gt=sunday, due_on__lte=month),
        "later": awake & Q(due_on__gt=month),
        "snoozed": asleep,
        "done": ~_OPEN,
        "unsettled": Q(state=DeadlineState.DONE, settled_on=None) & ~Q(kind=TASK),
        "all": Q(),
    }


def in_sight(rows: Any, day: date, rules: Mapping[str, DeadlineRule]) -> Any:
    """Keep what is to be done now: open, not put off, brought in sight by its first reminder."""
    return rows.open().awake(day).in_sight(day, rules.values())


def state_counts(rows: Any, day: date, rules: Mapping[str, DeadlineRule]) -> dict[str, int]:
    """Return how many rows each tab holds: two queries."""
    kept = {code: Count("pk", filter=said) for code, said in spans(day).items()}
    found = rows.order_by().aggregate(**kept)
    return {**found, "sight": in_sight(rows, day, rules).order_by().count()}


class DeadlineFilter(django_filters.FilterSet):
    """Words, whose, what about, where, when."""

    q = django_filters.CharFilter(
        label="Nom, échéance",
        method="with_words",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Nom, échéance"}),
    )
    state = django_filters.ChoiceFilter(
        label="Quand",
        choices=[
            *((code, label) for code, label, _n in (*STATES, UNSETTLED) if code),
            ("all", "Toutes"),
        ],
        method="unchanged",
        widget=forms.HiddenInput,
    )
    whose = django_filters.ChoiceFilter(label="À qui", method="of", empty_label="À tous")
    domain = django_filters.ChoiceFilter(
        label="Domaine", choices=Domain.choices, method="about", empty_label="Tous"
    )
    kind = django_filters.ChoiceFilter(label="Échéance", method="of_kind", empty_label="Toutes")
    role = django_filters.ChoiceFilter(
        label="Rôle qui agit", choices=Role.choices, method="by_role", empty_label="Tous"
    )
    territory = django_filters.ModelChoiceFilter(
        label="Territoire",
        queryset=Territory.objects.none(),
        method="in_territory",
        to_field_name="code",
        empty_label="Tous",
    )
    home = django_filters.ChoiceFilter(label="Colocation", method="in_home", empty_label="Toutes")

    class Meta:
        model = Deadline
        fields: list[str] = []

    def __init__(
        self, *args: Any, user: Any, day: date, rules: Mapping[str, DeadlineRule], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.user, self.day, self.rules = user, day, rules
        self._offer()
        for name in ("kind", "role", "territory", "home"):
            if name in self.filters:
                self.filters[name].field.more = True

    def _offer(self) -> None:
        """Offer only what the reader may know of."""
        held = frozenset(self.user.roles)
        known = [rule for rule in self.rules.values() if rule.known_by & held]
        pairs = sorted(((rule.kind, rule.label) for rule in known), key=lambda p: sort_key(p[1]))
        self.filters["kind"].field.choices = pairs
        domains = {kind.domain for rule in known if (kind := kind_of(rule.kind))}
        domains.add(Domain.TASK)
        self.filters["domain"].field.choices = [
            (domain.value, domain.label) for domain in Domain if domain in domains
        ]
        named = mates(self.user).exclude(pk=self.user.pk)
        team = [
            (str(pk), f"{first} {last}")
            for pk, first, last in named.values_list("pk", "first_name", "last_name")
        ]
        self.filters["whose"].field.choices = [(MINE, "À moi"), ("none", "À personne"), *team]
        homes = places().names(self.user) if places() else []  # type: ignore[union-attr]
        self.filters["home"].field.choices = [(str(pk), name) for pk, name in homes]
        territories = Territory.objects.order_by("name")
        if not is_everywhere(self.user):
            own = [right.territory_id for right in self.user.rights]
            territories = territories.filter(pk__in=own)
        self.filters["territory"].field.queryset = territories

    @property
    def qs(self) -> Any:
        """The rows kept; without a tab asked for, what is to be done now."""
        found = super().qs
        state = self.form.cleaned_data.get("state") if self.form.is_valid() else ""
        if not state:
            return in_sight(found, self.day, self.rules)
        return found.filter(spans(self.day)[state])

    def unchanged(self, queryset: Any, name: str, value: str) -> Any:
        """The tab is applied once, in `qs`, with its default."""
        return queryset

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what these words name: a person, a home, a kind of deadline."""
        found = queryset.annotate(plain=plain_words(F("about")))
        for word in sort_key(value).split():
            codes = [code for code, rule in self.rules.items() if word in sort_key(rule.label)]
            codes = [code for code in codes if code != TASK]
            found = found.filter(Q(plain__contains=word) | Q(kind__in=codes))
        return found

    def of(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what is mine, nobody's by name, or somebody's."""
        if value == MINE:
            replaced = replaced_by(self.user, self.day)
            return mine(queryset, self.user, self.day, self.rules, replaced)
        if value == "none":
            return queryset.filter(assignee=None, owner=None)
        return queryset.filter(Q(assignee=int(value)) | Q(assignee=None, owner=int(value)))

    def about(self, queryset: Any, name: str, value: str) -> Any:
        """Keep a domain."""
        codes = [code for code in self.rules if (k := kind_of(code)) and k.domain == value]
        return queryset.filter(kind__in=[*codes, *([TASK] if value == Domain.TASK else [])])

    def of_kind(self, queryset: Any, name: str, value: str) -> Any:
        """Keep a kind."""
        return queryset.filter(kind=value)

    def by_role(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what is for a role to do, by rule or handed over."""
        codes = [code for code, rule in self.rules.items() if rule.role == value and code != TASK]
        return queryset.filter(Q(role=value) | Q(role="", kind__in=codes))

    def in_territory(self, queryset: Any, name: str, value: Territory) -> Any:
        """Keep a territory."""
        return queryset.filter(territory=value)

    def in_home(self, queryset: Any, name: str, value: str) -> Any:
        """Keep a home."""
        return queryset.filter(home_id=int(value))
