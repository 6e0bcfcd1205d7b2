"""What the gallery shows: fictional people, homes and amounts, the same at every visit."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import django_tables2 as tables
from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.core.periods import Month
from caracol.ui import atoms
from caracol.ui.context import Shell
from caracol.ui.fields import DateField, FileDrop, MoneyField, MonthField
from caracol.ui.navigation import DESTINATIONS, Entry

PARIS = ZoneInfo("Europe/Paris")
SECTIONS = (
    ("ui:foundations", "Fondations"),
    ("ui:data", "Données"),
    ("ui:forms", "Formulaires"),
    ("ui:lists", "Listes"),
    ("ui:feedback", "Retours"),
)


class GalleryShell(Shell):
    """A frame with every entry, whoever looks."""

    signed_in = True
    person_name = "Camille Moreau"
    role_label = "Responsable GLA · Île-de-France"
    admin_url = ""

    @cached_property
    def entries(self) -> list[Entry]:
        """Every entry of the navigation, leading nowhere else than here."""
        here = reverse("ui:foundations")
        return [
            Entry(d.key, d.label, d.icon, d.letter, d.section, here, current=index == 0)
            for index, d in enumerate(DESTINATIONS)
        ]

    @cached_property
    def search_url(self) -> str:
        """The gallery's own search."""
        return reverse("ui:search")


def frame(request: HttpRequest, current: str) -> dict[str, Any]:
    """Context of every page of the gallery."""
    sections = [{"key": name, "label": label, "url": reverse(name)} for name, label in SECTIONS]
    return {"shell": GalleryShell(request), "sections": sections, "current": current}


EXPLANATION = {
    "label": "Redevance de novembre 2026",
    "amount": Decimal("412.50"),
    "detail": "Contrat C2601, chambre 3 des Tilleuls.",
    "children": [
        {
            "label": "Redevance",
            "amount": Decimal("360.00"),
            "detail": "Présence du 1er au 30 novembre, soit 30 jours sur 30.",
            "children": [],
        },
        {
            "label": "Charges",
            "amount": Decimal("90.00"),
            "detail": "Forfait : électricité, eau, internet.",
            "children": [],
        },
        {
            "label": "Régularisation d'octobre",
            "amount": Decimal("-37.50"),
            "detail": "Départ de la chambre 2 le 27 octobre.",
            "children": [
                {
                    "label": "Déjà facturé",
                    "amount": Decimal("-375.00"),
                    "detail": "",
                    "children": [],
                },
                {"label": "27 jours sur 30", "amount": Decimal("337.50"), "children": []},
            ],
        },
    ],
}

STEPS = [
    {"label": "Facturer", "state": "done", "detail": "117 termes", "url": "#"},
    {"label": "Importer", "state": "done", "detail": "3 relevés", "url": "#"},
    {"label": "Rapprocher", "state": "current", "detail": "reste à voir", "count": 12, "url": "#"},
    {"label": "Quittancer", "state": "todo", "detail": "98 prêtes"},
    {"label": "Relancer", "state": "blocked", "detail": "après les quittances"},
]

EVENTS = [
    {
        "on": datetime(2026, 11, 23, 9, 12, tzinfo=PARIS),
        "title": "Règlement reçu par virement",
        "detail": format_html("{} de M. Idris Salim", atoms.money(Decimal("412.50"))),
        "who": "Camille Moreau",
        "icon": "cash",
        "tone": "success",
    },
    {
        "on": date(2026, 11, 5),
        "title": "Assurance à renouveler",
        "detail": "L'attestation expire le 30 novembre.",
        "icon": "shield-check",
        "tone": "warning",
        "url": "#",
    },
    {
        "on": date(2026, 9, 1),
        "title": "Entrée dans la chambre 3",
        "detail": "État des lieux signé.",
        "who": "Louis Garnier",
        "icon": "door-enter",
        "tone": "",
    },
]

FACTS = [
    ("Contrat", "C2601, résidence temporaire"),
    ("Chambre", "3, Les Tilleuls"),
    ("Entrée", atoms.day(date(2026, 9, 1))),
    ("Téléphone", ""),
    ("Échéance", "le 5 du mois"),
    ("Règlement", "Virement"),
]

FIGURES = [
    {"label": "Facturé", "value": atoms.money(Decimal("48260.00")), "url": "#"},
    {"label": "Encaissé", "value": atoms.money(Decimal("41872.45")), "hint": "87 % du mois"},
    {"label": "Attendu de la CAF", "value": atoms.money(Decimal("4120.00"))},
    {"label": "Reste dû", "value": atoms.money(Decimal("2267.55")), "tone": "danger"},
]

MONTHS = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov."]
COLLECTED = [
    (month, [Decimal(28000 + 950 * rank), Decimal(9000 + (rank * 1370) % 2600)])
    for rank, month in enumerate(MONTHS)
]


class PaymentForm(forms.Form):
    """Every kind of control."""

    person = forms.CharField(label="Nom et prénom", max_length=80)
    email = forms.EmailField(
        label="Adresse électronique", required=False, help_text="Pour l'envoi des quittances."
    )
    amount = MoneyField(label="Montant reçu", min_value=Decimal("0.01"))
    received_on = DateField(label="Reçu le")
    month = MonthField(label="Mois concerné", required=False)
    method = forms.ChoiceField(
        label="Moyen",
        choices=[("", "Choisir…"), ("transfer", "Virement"), ("cash", "Espèces")],
    )
    payer = forms.ChoiceField(
        label="Qui paie",
        choices=[("RESIDENT", "La personne"), ("CAF", "La CAF"), ("FSL", "Le FSL")],
        widget=forms.RadioSelect,
        initial="RESIDENT",
    )
    homes = forms.MultipleChoiceField(
        label="Maisons",
        choices=[("T", "Les Tilleuls"), ("V", "Villa Pasteur")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label="La personne accepte l'envoi par courriel", required=False)
    proof = forms.FileField(label="Justificatif", required=False, widget=FileDrop)
    secret = forms.CharField(label="Mot de passe", widget=forms.PasswordInput, required=False)


BAD_ANSWERS = {
    "person": "",
    "email": "amina.diallo",
    "amount": "quatre cents",
    "received_on": "",
    "method": "",
    "payer": "RESIDENT",
}


class FilterForm(forms.Form):
    """Filters of the list."""

    q = forms.CharField(
        label="Nom ou référence", required=False, widget=forms.TextInput({"type": "search"})
    )
    home = forms.ChoiceField(
        label="Maison",
        required=False,
        choices=[
            ("", "Toutes"),
            ("Les Tilleuls", "Les Tilleuls"),
            ("Villa Pasteur", "Villa Pasteur"),
        ],
    )
    owing = forms.BooleanField(label="Doit quelque chose", required=False)


@dataclass(frozen=True)
class Row:
    """A line of the gallery's list."""

    reference: str
    name: str
    home: str
    ends_on: date
    balance: Decimal
    state: tuple[str, str]


_NAMES = (
    "Amina Diallo", "Idris Salim", "Léa Fournier", "Yonas Tesfaye", "Marie-Claire Ngo",
    "Samir Haddad", "Fatou Ba", "Julien Petit", "Zahra Rahimi", "Omar Sy-Dembélé",
    "Élise Martin", "Abdoulaye Camara", "Nour El Amrani", "Tekle Ghebre", "Paul Lefèvre",
)  # fmt: skip
_STATES = (
    ("En vigueur", "success"),
    ("Préavis donné", "warning"),
    ("Brouillon", "neutral"),
    ("Impayé", "danger"),
)
ROWS = [
    Row(
        f"R{rank + 1:04d}",
        _NAMES[rank % len(_NAMES)],
        ("Les Tilleuls", "Villa Pasteur")[rank % 2],
        Month(2026, 11).plus(rank % 14).last,
        Decimal((rank * 137) % 900 - 200) + Decimal("0.50") if rank % 3 else Decimal(0),
        _STATES[(rank * 7) % 4 if rank % 5 == 0 else 0],
    )
    for rank in range(42)
]


class ResidentTable(tables.Table):
    """The list of the gallery."""

    select = tables.TemplateColumn(
        '<input type="checkbox" class="form-check-input" form="bulk" name="ids" '
        'value="{{ record.reference }}" aria-label="Choisir {{ record.name }}">',
        verbose_name=SafeString(
            '<input type="checkbox" class="form-check-input" data-select-all '
            'aria-label="Tout choisir sur cette page">'
        ),
        orderable=False,
        attrs={"th": {"class": "select"}, "td": {"class": "select"}},
    )
    name = tables.Column("Nom", attrs={"td": {"class": "lead"}})
    reference = tables.Column("Référence")
    home = tables.Column("Maison")
    ends_on = tables.Column("Fin du contrat")
    state = tables.Column("État", orderable=False)
    balance = tables.Column("Solde", attrs={"td": {"class": "num"}, "th": {"class": "num"}})

    class Meta:
        attrs = {"caption": "Résidents de la galerie"}
        row_attrs = {"data-row": lambda record: record.reference}
        empty_text = "Personne ne correspond à ces filtres"

    def render_name(self, value: str) -> SafeString:
        """Initials and the name, which leads to the person."""
        return format_html(
            '<span class="row-line">{}<a href="#">{}</a></span>', atoms.avatar(value), value
        )

    def render_ends_on(self, value: date) -> SafeString:
        """A short day."""
        return atoms.day(value)

    def render_state(self, value: tuple[str, str]) -> SafeString:
        """A badge."""
        return atoms.status(*value)

    def render_balance(self, value: Decimal) -> SafeString:
        """What is owed, or in advance."""
        return atoms.money(value, "balance")
