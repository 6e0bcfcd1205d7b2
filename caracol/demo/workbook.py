"""The demonstration's own fictional workbook, written for the day its books are taken over."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from caracol.demo.logins import DOMAIN
from caracol.demo.names import Individual
from caracol.demo.places import Place
from caracol.demo.stays import Arrival, Habit, Story
from caracol.demo.story import room_fee, room_numbers, room_surface

ASSOCIATION = {
    "nom": "Les Maisons Coquille (association fictive)",
    "adresse": "4 place du Colimaçon, 75013 Paris",
    "siret": "99900006000015",
    "ics": "FR60ZZZ999000",
    "iban": "FR7699999000010000000004286",
    "bic": "CQLLFRPPXXX",
    "signataire": "Hélène Vasseur, directrice de la gestion locative",
}
_METHODS = {"TRANSFER": "VIREMENT", "CASH": "ESPECES", "CHEQUE": "CHEQUE"}
Row = dict[str, Any]


def build(story: Story) -> BytesIO:
    """Return the workbook of those who lived there on the takeover's day."""
    places = [place for place in story.places if story.is_known(place)]
    stays = [arrival.stay for arrival in story.present]
    sheets: dict[str, list[Row]] = {
        "Association": [ASSOCIATION],
        "Sites": [_site(story, place) for place in places],
        "Colocations": [_home(story, place) for place in places],
        "Chambres": [
            {
                "colocation": place.code,
                "numero": number,
                "surface_m2": room_surface(number),
                "redevance": room_fee(place, number),
                "charges": place.charges,
                "depot_garantie": room_fee(place, number) if place.takes_deposit else 0,
            }
            for place in places
            for number in room_numbers(place)
        ],
        "Residents": [_resident(stay.holder, stay.place) for stay in stays],
        "Contrats": [_contract(arrival) for arrival in story.present],
        "Assurances": _certificates(story),
        "Soldes": [
            {
                "contrat": arrival.stay.number,
                "date": story.taken_on,
                "solde_du": opening_balance(arrival),
            }
            for arrival in story.present
        ],
    }
    return _written(sheets)


def opening_balance(arrival: Arrival) -> Decimal:
    """Return what a resident owes on the takeover's day: each according to their habit."""
    share = arrival.terms.share
    owed: dict[Habit, Callable[[], Decimal]] = {
        Habit.EARLY: lambda: -share,
        Habit.LATE: lambda: share / 2,
        Habit.STRUGGLING: lambda: share * 2 - 25,
        Habit.SILENT: lambda: share,
    }
    amount = owed[arrival.stay.habit]() if arrival.stay.habit in owed else Decimal(0)
    return amount.quantize(Decimal("0.01"))


def officer_email(place: Place) -> str:
    """Return the address of the home's mission officer."""
    return f"{place.officer}@{DOMAIN}"


def _site(story: Story, place: Place) -> Row:
    return {
        "code": f"{place.code}-S",
        "nom": place.name,
        "adresse": place.street,
        "code_postal": place.postcode,
        "ville": place.city,
        "territoire": place.territory,
        "proprietaire": place.owner,
        "type_convention": place.basis,
        "debut_convention": story.opens_on(place),
        "fin_convention": story.first_end(place),
        "preavis_mois": 6 if place.basis == "ELAN_29" else 3,
    }


def _home(story: Story, place: Place) -> Row:
    return {
        "code": place.code,
        "site": f"{place.code}-S",
        "nom": place.name,
        "date_ouverture": story.opens_on(place),
        "date_fermeture": None if place.closes is None else story.month_end(place.closes),
        "charge_de_mission": officer_email(place),
    }


def _resident(person: Individual, place: Place) -> Row:
    return {
        "matricule": person.reference,
        "civilite": person.civility,
        "nom": person.last_name,
        "prenom": person.first_name,
        "date_naissance": person.birth_date,
        "nationalite": person.nationality,
        "profil": "LOCAL" if person.protection == "NONE" else person.protection,
        "langue": person.language,
        "telephone": person.phone,
        "email": person.email,
        "numero_allocataire": person.caf_number,
        "caf": place.postcode[:2] if person.caf_number else None,
        "titre_sejour": person.permit,
        "titre_sejour_fin": person.permit_expires_on,
        "nur": person.request,
        "nur_echeance": person.request_expires_on,
        "accord_courriel": "oui" if person.consents else "non",
    }


def _contract(arrival: Arrival) -> Row:
    stay, terms = arrival.stay, arrival.terms
    return {
        "numero": stay.number,
        "matricule": stay.holder.reference,
        "colocation": stay.place.code,
        "chambre": terms.room,
        "type_contrat": stay.place.kind,
        "debut": terms.starts_on,
        "fin": terms.ends_on,
        "redevance": terms.fee,
        "charges": terms.charges,
        "depot": stay.deposit,
        "mode_paiement": _METHODS[stay.method],
        "jour_echeance": stay.due_day,
        "aide_logement": terms.aid,
        "iban": None,
        "rum": None,
        "date_mandat": None,
        "motif_precarite": stay.ground,
    }


def _certificates(story: Story) -> list[Row]:
    return [
        {
            "contrat": arrival.stay.number,
            "assureur": one.insurer,
            "police": one.policy,
            "debut": one.starts_on,
            "fin": one.ends_on,
        }
        for arrival in story.present
        for one in arrival.stay.certificates
        if one.starts_on <= story.taken_on
    ]


def _written(sheets: dict[str, list[Row]]) -> BytesIO:
    stream = BytesIO()
    book = Workbook(stream, {"in_memory": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    bold = book.add_format({"bold": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        headings = list(rows[0])
        sheet.write_row(0, 0, headings, bold)
        sheet.set_column(0, len(headings) - 1, 18)
        for line, values in enumerate(_values(rows, headings), start=1):
            for column, value in enumerate(values):
                if isinstance(value, date):
                    sheet.write_datetime(line, column, value, day)
                elif isinstance(value, str):
                    sheet.write_string(line, column, value)
                elif value is not None:
                    sheet.write_number(line, column, value)
    book.close()
    stream.seek(0)
    return stream


def _values(rows: Iterable[Row], headings: list[str]) -> Iterable[list[Any]]:
    for row in rows:
        yield [None if row[heading] == "" else row[heading] for heading in headings]
