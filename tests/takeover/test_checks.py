"""Every error of every sheet at once, each where it is, and none that only follows from another."""

import csv
from datetime import date

import pytest

from caracol.takeover.checks.rules import Stay
from tests.helpers.samples import sample
from tests.takeover.workbooks import (
    changed,
    errors_of,
    file_of,
    findings_of,
    lines_of,
    raw_file,
    remarks_of,
    small_book,
)


def test_the_ten_faults_and_no_other(rules):
    with sample("reprise-avec-erreurs.attendu.csv").open(encoding="utf-8") as lines:
        expected = sorted(
            (line["feuille"], int(line["ligne"]), line["colonne"]) for line in csv.DictReader(lines)
        )
    with sample("reprise-avec-erreurs.xlsx").open("rb") as stream:
        found = findings_of(stream, rules)
    assert sorted((one.sheet, one.row, one.column) for one in found.errors) == expected
    assert all(one.why and one.remedy and one.cell for one in found.errors)


def test_the_right_sample_has_no_error(rules):
    with sample("reprise.xlsx").open("rb") as stream:
        assert errors_of(stream, rules) == []


def test_the_small_workbook_is_right(rules):
    found = findings_of(file_of(), rules)
    assert found.errors == []
    assert remarks_of(file_of(), rules) == [("task", "Colocations", 2, "charge_de_mission")]


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        # A cell that cannot be read
        ("Association_0_siret", "123", ("Association", 2, "siret")),
        ("Association_0_ics", "FR99ZZZ123456", ("Association", 2, "ics")),
        ("Association_0_iban", "pas un iban", ("Association", 2, "iban")),
        ("Association_0_bic", "X", ("Association", 2, "bic")),
        ("Association_0_nom", None, ("Association", 2, "nom")),
        ("Sites_0_code_postal", "9310", ("Sites", 2, "code_postal")),
        ("Sites_0_type_convention", "LEASING", ("Sites", 2, "type_convention")),
        ("Sites_0_preavis_mois", -1, ("Sites", 2, "preavis_mois")),
        ("Sites_0_preavis_mois", 1.5, ("Sites", 2, "preavis_mois")),
        ("Sites_0_debut_convention", "hier", ("Sites", 2, "debut_convention")),
        ("Sites_0_debut_convention", 45_000, ("Sites", 2, "debut_convention")),
        ("Sites_0_nom", "N" * 200, ("Sites", 2, "nom")),
        ("Colocations_0_charge_de_mission", "nadia", ("Colocations", 2, "charge_de_mission")),
        ("Chambres_0_surface_m2", 0, ("Chambres", 2, "surface_m2")),
        ("Chambres_0_redevance", None, ("Chambres", 2, "redevance")),
        ("Chambres_0_redevance", -1, ("Chambres", 2, "redevance")),
        ("Chambres_0_redevance", "=150*2", ("Chambres", 2, "redevance")),
        ("Residents_0_profil", "MARTIEN", ("Residents", 2, "profil")),
        ("Residents_0_langue", "français", ("Residents", 2, "langue")),
        ("Residents_0_email", "a@b", ("Residents", 2, "email")),
        ("Residents_0_date_naissance", "31/02/1990", ("Residents", 2, "date_naissance")),
        ("Residents_0_date_naissance", "1990", ("Residents", 2, "date_naissance")),
        ("Residents_0_date_naissance", date(2026, 12, 1), ("Residents", 2, "date_naissance")),
        ("Residents_0_caf", "99", ("Residents", 2, "caf")),
        ("Residents_0_nur", 533859030903790026, ("Residents", 2, "nur")),
        ("Residents_0_accord_courriel", "peut-être", ("Residents", 2, "accord_courriel")),
        ("Contrats_0_type_contrat", "BAIL", ("Contrats", 2, "type_contrat")),
        ("Contrats_0_mode_paiement", "TROC", ("Contrats", 2, "mode_paiement")),
        ("Contrats_0_jour_echeance", 31, ("Contrats", 2, "jour_echeance")),
        ("Contrats_0_redevance", "12,345", ("Contrats", 2, "redevance")),
        ("Contrats_0_redevance", "cent", ("Contrats", 2, "redevance")),
        ("Contrats_0_charges", -5, ("Contrats", 2, "charges")),
        ("Contrats_0_iban", "FR7630006000011234567890188", ("Contrats", 2, "iban")),
        ("Contrats_0_rum", "R" * 36, ("Contrats", 2, "rum")),
        ("Contrats_0_rum", "MANDAT-ÉTÉ", ("Contrats", 2, "rum")),
        ("Soldes_0_solde_du", None, ("Soldes", 2, "solde_du")),
        ("Soldes_0_solde_du", "1 234,567", ("Soldes", 2, "solde_du")),
        # A code that is used twice, or names nothing
        ("Residents_1_matricule", "r1", ("Residents", 3, "matricule")),
        ("Chambres_1_numero", "01", ("Chambres", 3, "numero")),
        ("Soldes_1_contrat", "C1", ("Soldes", 3, "contrat")),
        ("Sites_0_territoire", "PACA", ("Sites", 2, "territoire")),
        ("Colocations_0_site", "S9", ("Colocations", 2, "site")),
        ("Contrats_0_matricule", "R9", ("Contrats", 2, "matricule")),
        ("Contrats_0_colocation", "M9", ("Contrats", 2, "colocation")),
        ("Contrats_0_chambre", "99", ("Contrats", 2, "chambre")),
        ("Assurances_0_contrat", "C9", ("Assurances", 2, "contrat")),
        ("Soldes_0_contrat", "C9", ("Soldes", 2, "contrat")),
        # What does not hold together
        ("Sites_0_territoire", "HDF", ("Sites", 2, "territoire")),
        ("Sites_0_fin_convention", date(2025, 4, 1), ("Sites", 2, "fin_convention")),
        ("Colocations_0_date_fermeture", date(2025, 4, 1), ("Colocations", 2, "date_fermeture")),
        ("Contrats_0_fin", date(2026, 3, 3), ("Contrats", 2, "fin")),
        ("Contrats_0_fin", date(2027, 9, 4), ("Contrats", 2, "fin")),
        ("Contrats_0_redevance", 200.01, ("Contrats", 2, "redevance")),
        ("Contrats_0_charges", 51, ("Contrats", 2, "charges")),
        ("Contrats_1_chambre", "01", ("Contrats", 3, "chambre")),
        ("Contrats_1_matricule", "R1", ("Contrats", 3, "matricule")),
        ("Assurances_0_fin", date(2026, 3, 3), ("Assurances", 2, "fin")),
        ("Soldes_1_date", date(2026, 9, 30), ("Soldes", 3, "date")),
    ],
)
def test_one_fault_is_one_error(rules, place, value, expected):
    assert errors_of(file_of(**{place: value}), rules) == [expected]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"Residents_0_telephone": "06"}, ("warning", "Residents", 2, "telephone")),
        ({"Residents_0_email": None}, ("warning", "Residents", 2, "accord_courriel")),
        ({"Residents_0_numero_allocataire": 123}, ("warning", "Residents", 2, "caf")),
        ({"Contrats_0_depot": 100}, ("warning", "Contrats", 2, "depot")),
        ({"Contrats_0_fin": date(2026, 4, 1)}, ("warning", "Contrats", 2, "fin")),
        ({"Contrats_0_aide_logement": 151}, ("warning", "Contrats", 2, "aide_logement")),
        ({"Contrats_0_mode_paiement": "Prélèvement"}, ("warning", "Contrats", 2, "iban")),
        ({"Contrats_0_rum": "M-1"}, ("warning", "Contrats", 2, "iban")),
        ({"Contrats_0_debut": date(2026, 3, 3)}, None),
        ({"Contrats_0_type_contrat": "COP"}, ("task", "Contrats", 2, "motif_precarite")),
        ({"Sites_0_fin_convention": date(2028, 5, 1)}, ("task", "Sites", 2, "fin_convention")),
        ({"Colocations_0_date_ouverture": date(2025, 4, 1)},
         ("warning", "Colocations", 2, "date_ouverture")),
        ({"Colocations_0_date_ouverture": date(2026, 3, 5)}, ("warning", "Contrats", 2, "debut")),
        ({"Colocations_0_date_fermeture": date(2027, 1, 1)}, ("warning", "Contrats", 2, "fin")),
        ({"Soldes_0_date": date(2027, 1, 1), "Soldes_1_date": date(2027, 1, 1)},
         ("warning", "Soldes", 2, "date")),
    ],
)  # fmt: skip
def test_what_is_only_doubtful_is_imported_with_a_remark(rules, cells, expected):
    assert errors_of(file_of(**cells), rules) == []
    assert expected is None or expected in remarks_of(file_of(**cells), rules)


def test_a_contract_without_certificate_is_a_task_and_one_without_balance_a_warning(rules):
    book = small_book()
    del book["Assurances"][1], book["Soldes"][1]
    remarks = remarks_of(file_of(book), rules)
    assert ("task", "Contrats", 3, "numero") in remarks
    assert ("warning", "Contrats", 3, "numero") in remarks


def test_a_crt_of_eighteen_months_to_the_day_is_right(rules):
    assert errors_of(file_of(Contrats_0_fin=date(2027, 9, 3)), rules) == []


def test_a_contract_may_not_outlast_the_owners_agreement(rules):
    cells = {"Contrats_0_type_contrat": "SUBLET_SOCIAL", "Contrats_0_fin": date(2028, 5, 1)}
    assert errors_of(file_of(**cells), rules) == [("Contrats", 2, "fin")]


def test_two_stays_in_a_row_in_one_room_do_not_overlap(rules):
    cells = {
        "Contrats_0_fin": date(2026, 6, 30),
        "Contrats_1_chambre": "01",
        "Contrats_1_debut": date(2026, 7, 1),
    }
    assert errors_of(file_of(**cells), rules) == []


def test_an_overlap_is_told_once_on_the_later_row_whatever_its_dates(rules):
    book = changed(Contrats_1_chambre="01", Contrats_1_debut=date(2026, 3, 1))
    book["Contrats"].append(changed(book)["Contrats"][0] | {"numero": "C3", "matricule": "R3"})
    book["Residents"].append(small_book()["Residents"][0] | {"matricule": "R3"})
    rows = [error for error in errors_of(file_of(book), rules) if error[2] == "chambre"]
    assert rows == [("Contrats", 3, "chambre"), ("Contrats", 4, "chambre")]


def test_a_stay_that_only_the_database_knows_takes_its_room(rules):
    stay = Stay("C0", "r0", "m1/1", date(2026, 1, 1), date(2026, 12, 31))
    known = rules.__class__(**{**rules.__dict__, "stays": [stay]})
    assert errors_of(file_of(), known) == [("Contrats", 2, "chambre")]


def test_a_mandate_reference_serves_once(rules):
    facts = {"iban": "FR7615589134169172869631493", "rum": "M-1", "date_mandat": date(2026, 3, 4)}
    book = small_book()
    for contract in book["Contrats"]:
        contract.update(facts)
    assert errors_of(file_of(book), rules) == [("Contrats", 3, "rum")]


# --- An error that only follows from another is not told ------------------------------------------
@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        ("Sites_0_code", None, ("Sites", 2, "code")),
        ("Colocations_0_code", None, ("Colocations", 2, "code")),
        ("Chambres_0_numero", None, ("Chambres", 2, "numero")),
        ("Chambres_0_colocation", "M9", ("Chambres", 2, "colocation")),
        ("Residents_0_matricule", None, ("Residents", 2, "matricule")),
        ("Residents_1_matricule", "R1", ("Residents", 3, "matricule")),
        ("Contrats_0_numero", None, ("Contrats", 2, "numero")),
        ("Contrats_1_numero", "C1", ("Contrats", 3, "numero")),
        ("Sites_0_fin_convention", "?", ("Sites", 2, "fin_convention")),
        ("Contrats_0_debut", "?", ("Contrats", 2, "debut")),
        ("Soldes_0_date", "?", ("Soldes", 2, "date")),
    ],
)
def test_nothing_follows_from_an_error(rules, place, value, expected):
    assert errors_of(file_of(**{place: value}), rules) == [expected]


@pytest.mark.parametrize(
    "sheet", ["Sites", "Colocations", "Chambres", "Residents", "Contrats", "Soldes"]
)
def test_nothing_follows_from_a_missing_sheet(rules, sheet):
    lines = lines_of(small_book())
    del lines[sheet]
    assert errors_of(raw_file(lines), rules) == [(sheet, 1, "")]


@pytest.mark.parametrize(
    ("sheet", "column"),
    [(sheet, column) for sheet, lines in lines_of(small_book()).items() for column in lines[0]],
)
def test_nothing_follows_from_a_missing_heading(rules, sheet, column):
    lines = lines_of(small_book())
    index = lines[sheet][0].index(column)
    for line in lines[sheet]:
        del line[index]
    assert errors_of(raw_file(lines), rules) == [(sheet, 1, column)]
