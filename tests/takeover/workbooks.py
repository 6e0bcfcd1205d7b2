"""Workbooks for tests: a small right one as dictionaries, and the file it makes."""

import copy
import io
from datetime import date
from pathlib import Path

import openpyxl

from caracol.takeover.checks import check_book
from caracol.takeover.known import read_known, rules_of
from caracol.takeover.reader import read_workbook
from caracol.takeover.sheets import SHEETS

TAKEN_ON = date(2026, 10, 31)
TODAY = date(2026, 11, 2)


def small_book():
    """A right workbook of one site, one home, two rooms, two people and two contracts."""
    return {
        "Association": [
            {
                "nom": "Association Le Seuil",
                "adresse": "3 rue du Port, 75013 Paris",
                "siret": "12345678200010",
                "ics": "FR72ZZZ123456",
                "iban": "FR7615589134169172869631493",
                "bic": "CCOPFRPPXXX",
                "signataire": "Claire Martin",
            }
        ],
        "Sites": [
            {
                "code": "S1",
                "nom": "Site des Murs",
                "adresse": "74 avenue des Écoles",
                "code_postal": "93100",
                "ville": "Montreuil",
                "territoire": "IDF",
                "proprietaire": "Foncière Exemple",
                "type_convention": "ELAN_29",
                "debut_convention": date(2025, 5, 1),
                "fin_convention": date(2028, 4, 30),
                "preavis_mois": 6,
            }
        ],
        "Colocations": [
            {
                "code": "M1",
                "site": "S1",
                "nom": "Les Murs",
                "date_ouverture": date(2025, 5, 1),
                "charge_de_mission": "nadia@example.org",
            }
        ],
        "Chambres": [_room("01"), _room("02")],
        "Residents": [_resident("R1", "Diallo"), _resident("R2", "Karimi")],
        "Contrats": [_contract("C1", "R1", "01"), _contract("C2", "R2", "02")],
        "Assurances": [_insurance("C1"), _insurance("C2")],
        "Soldes": [
            {"contrat": "C1", "date": TAKEN_ON, "solde_du": 12.5},
            {"contrat": "C2", "date": TAKEN_ON, "solde_du": -40},
        ],
    }


def _room(number):
    return {
        "colocation": "M1",
        "numero": number,
        "surface_m2": 11.5,
        "redevance": 150,
        "charges": 0,
        "depot_garantie": 0,
    }


def _resident(reference, name):
    return {
        "matricule": reference,
        "civilite": "Mme",
        "nom": name,
        "prenom": "Amina",
        "date_naissance": date(1994, 3, 12),
        "nationalite": "Guinée",
        "profil": "REFUGEE",
        "langue": "fr",
        "telephone": "0612345678",
        "email": f"{reference.lower()}@example.org",
        "titre_sejour": "CARTE_RESIDENT",
        "titre_sejour_fin": date(2029, 6, 23),
        "accord_courriel": "oui",
    }


def _contract(number, resident, room):
    return {
        "numero": number,
        "matricule": resident,
        "colocation": "M1",
        "chambre": room,
        "type_contrat": "CRT",
        "debut": date(2026, 3, 4),
        "fin": date(2027, 8, 25),
        "redevance": 150,
        "charges": 0,
        "depot": 0,
        "mode_paiement": "VIREMENT",
        "jour_echeance": 5,
        "aide_logement": 0,
    }


def _insurance(contract):
    return {
        "contrat": contract,
        "assureur": "Assurance Exemple",
        "police": f"P-{contract}",
        "debut": date(2026, 3, 4),
        "fin": date(2027, 3, 3),
    }


def changed(book=None, **cells):
    """The small workbook with some cells changed: `Contrats_0_fin=date(…)`."""
    book = copy.deepcopy(book or small_book())
    for place, value in cells.items():
        sheet, row, column = place.split("_", 2)
        book[sheet][int(row)][column] = value
    return book


def raw_file(sheets):
    """The file of sheets given as lists of rows of cells."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, lines in sheets.items():
        worksheet = workbook.create_sheet(title)
        for line in lines:
            worksheet.append(line)
    stream = io.BytesIO()
    workbook.save(stream)
    stream.seek(0)
    return stream


def lines_of(book):
    """The sheets of a workbook as lists of rows, headings first."""
    headings = {sheet.name: [column.name for column in sheet.columns] for sheet in SHEETS}
    return {
        name: [headings[name], *([row.get(column) for column in headings[name]] for row in rows)]
        for name, rows in book.items()
    }


def file_of(book=None, **cells):
    """The file of a workbook given as dictionaries."""
    return raw_file(lines_of(changed(book, **cells)))


def save(stream, path):
    """Write a workbook on the disk and return its path."""
    Path(path).write_bytes(stream.getvalue())
    return Path(path)


def findings_of(stream, rules=None):
    """What is found wrong in a file, with the rules of the database unless given."""
    book, found = read_workbook(stream)
    check_book(book, rules or rules_of(read_known(), book, TODAY), found)
    return found


def errors_of(stream, rules=None):
    """The errors of a file as (sheet, row, column)."""
    return [(one.sheet, one.row, one.column) for one in findings_of(stream, rules).errors]


def remarks_of(stream, rules=None):
    """The warnings and tasks of a file as (kind, sheet, row, column)."""
    found = findings_of(stream, rules).remarks
    return [(str(one.weight), one.sheet, one.row, one.column) for one in found]
