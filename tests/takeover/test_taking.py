"""A workbook is taken over in one piece, once; another one shows and applies its difference."""

import io
import json
import threading
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caracol.accounts.models import Invitation
from caracol.accounts.services import system_user
from caracol.core.periods import Month
from caracol.parameters.models import Association
from caracol.takeover.difference import Change
from caracol.takeover.models import TakeoverRun
from caracol.takeover.services import WorkbookRefused, examine, take_over
from caracol.takeover.services.taking import BalanceAlreadyPosted, MonthAlreadyClosed
from colocations.models import Colocation, Owner, OwnerAgreement, Room, Site
from payments.enums import AccountKind
from payments.models import Account, Entry, Mandate, Posting, Term
from payments.services.closing import close_month
from residents.enums import AidEligibility, ContractStatus
from residents.models import (
    Contract,
    ContractHolder,
    ContractTerms,
    HousingRequest,
    Insurance,
    Person,
    PersonStatus,
    ResidencePermit,
)
from tests.factories import make_user
from tests.helpers.databases import check_constraints
from tests.helpers.samples import sample
from tests.takeover.workbooks import TODAY, changed, file_of, small_book

WRITTEN = (
    Association, Owner, Site, OwnerAgreement, Colocation, Room, Person, PersonStatus,
    ResidencePermit, HousingRequest, Contract, ContractHolder, ContractTerms, Insurance,
    Mandate, Invitation, Account, Entry, Posting, Term, TakeoverRun,
)  # fmt: skip


def take(stream, actor=None, **options):
    outcome = take_over(workbook=stream, actor=actor or system_user(), today=TODAY, **options)
    check_constraints()
    return outcome


def take_sample():
    with sample("reprise.xlsx").open("rb") as stream:
        return take(stream, name="reprise.xlsx")


def row_counts():
    return {model.__name__: model.objects.count() for model in WRITTEN}


@pytest.mark.django_db
def test_the_sample_is_taken_over():
    outcome = take_sample()
    assert outcome.counts == {"homes": 14, "rooms": 128, "residents": 117, "contracts": 117}
    assert outcome.opening_total == outcome.run.opening_total == Decimal("10406.91")
    counts = row_counts()
    assert counts["OwnerAgreement"] == counts["Site"] == 14
    assert counts["PersonStatus"] == counts["ContractTerms"] == counts["ContractHolder"] == 117
    assert (counts["Insurance"], counts["Mandate"], counts["Term"]) == (102, 40, 117)
    assert Association.objects.get().valid_from == date(2026, 11, 1)


@pytest.mark.django_db
def test_again_changes_nothing_not_even_by_a_copy_saved_otherwise():
    take(file_of())
    before = row_counts()
    assert take(file_of()).new == 0
    again = take(file_of(Contrats_0_redevance="150,00 €"))
    assert (again.new, again.changed) == (0, 0)
    assert row_counts() == before


@pytest.mark.django_db
def test_what_is_written_is_what_the_workbook_says():
    mandate = {
        "iban": "FR76 1558 9134 1691 7286 9631 493",
        "rum": "M-1",
        "date_mandat": date(2026, 3, 4),
    }
    book = changed(Contrats_0_mode_paiement="PRELEVEMENT", Contrats_0_aide_logement=80)
    book["Contrats"][0].update(mandate)
    book["Contrats"][1]["debut"] = date(2026, 11, 12)
    book["Residents"][0].update({"nur": "533859030903790026", "nur_echeance": "23/08/2027"})
    take(file_of(book))
    one, two = Contract.objects.order_by("number")
    assert (one.status, two.status) == (ContractStatus.IN_FORCE, ContractStatus.SIGNED)
    assert (one.aid_eligible, two.aid_eligible) == (AidEligibility.YES, AidEligibility.ASK_CAF)
    assert one.territory.code == "IDF"
    assert one.terms.get().room.number == "01"
    assert one.mandates.get().iban == "FR7615589134169172869631493"
    assert Person.objects.get(reference="R1").housing_requests.get().expires_on == date(2027, 8, 23)
    balances = dict(Account.objects.filter(contract=one).values_list("kind", "balance"))
    assert balances[AccountKind.RECEIVABLE] == Decimal("12.50")
    assert balances[AccountKind.AID_AT_TAKEOVER] == Decimal("80.00")


@pytest.mark.django_db
def test_deposits_are_held_from_the_first_day_of_a_contract():
    book = changed(Contrats_0_type_contrat="SUBLET_SOCIAL", Contrats_0_depot=150)
    take(file_of(book))
    held = Account.objects.get(contract__number="C1", kind=AccountKind.DEPOSIT_HELD)
    assert held.balance == Decimal("-150.00")


@pytest.mark.django_db
def test_a_contract_that_has_ended_is_taken_with_its_balance():
    take(file_of(Contrats_0_fin=date(2026, 9, 30), Contrats_0_aide_logement=80))
    contract = Contract.objects.get(number="C1")
    assert contract.status == ContractStatus.ENDED
    aid = contract.accounts.get(kind=AccountKind.AID_AT_TAKEOVER)
    assert aid.balance == 0


@pytest.mark.django_db
def test_officers_known_have_their_homes_and_others_an_invitation():
    nadia = make_user("MISSION_OFFICER", email="nadia@example.org")
    book = small_book()
    book["Colocations"].append(
        book["Colocations"][0] | {"code": "M2", "charge_de_mission": "Eva@example.org"}
    )
    take(file_of(book))
    assert Colocation.objects.get(code="M1").mission_officer == nadia
    home = Colocation.objects.get(code="M2")
    assert (home.mission_officer, home.mission_officer_email) == (None, "eva@example.org")
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.territory.code) == ("eva@example.org", "IDF")


@pytest.mark.django_db
def test_an_agreement_longer_than_the_law_is_to_be_documented():
    take(file_of(Sites_0_fin_convention=date(2028, 5, 1)))
    assert OwnerAgreement.objects.get().extension_undocumented


@pytest.mark.django_db
def test_the_history_names_who_took_over():
    actor = make_user()
    take(file_of(), actor)
    event = Contract.pgh_event_models["insert"] if hasattr(Contract, "pgh_event_models") else None
    rows = (event or Contract.events.rel.related_model).objects.select_related("pgh_context")
    context = rows.first().pgh_context
    assert context.metadata["act"] == "takeover.workbook-taken-over"
    assert context.metadata["user"] == actor.pk


# --- Refused: nothing is written -----------------------------------------------------------------
@pytest.mark.django_db
def test_a_workbook_with_errors_writes_nothing():
    before = row_counts()
    stream = sample("reprise-avec-erreurs.xlsx").open("rb")
    with stream, pytest.raises(WorkbookRefused) as refusal:
        take(stream)
    assert len(refusal.value.errors) == 10
    assert row_counts() == before


@pytest.mark.django_db
def test_a_fault_in_the_last_sheet_undoes_all(monkeypatch):
    before = row_counts()
    monkeypatch.setattr(
        "caracol.takeover.services.taking.write_balances",
        lambda *_: (_ for _ in ()).throw(RuntimeError("the last step fails")),
    )
    with pytest.raises(RuntimeError):
        take(file_of())
    assert row_counts() == before


# --- Another workbook ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_another_workbook_adds_and_changes_before_a_month_is_closed():
    take(file_of())
    book = changed(Residents_0_nom="Diallo-Martin", Contrats_0_fin=date(2027, 7, 31))
    book["Chambres"].append(book["Chambres"][0] | {"numero": "03"})
    difference = examine(workbook=file_of(book), today=TODAY).difference
    told = [
        (line["sheet"], line["label"], line["change"], line["columns"]) for line in difference.told
    ]
    assert told == [
        ("Chambres", "M1 · chambre 03", "new", []),
        ("Residents", "R1 · Diallo-Martin Amina", "changed", [["nom", "Diallo", "Diallo-Martin"]]),
        ("Contrats", "C1 · M1 01", "changed", [["fin", "25/08/2027", "31/07/2027"]]),
    ]
    outcome = take(file_of(book))
    assert (outcome.new, outcome.changed) == (1, 2)
    assert Person.objects.get(reference="R1").search_key == "diallo martin amina"
    contract = Contract.objects.get(number="C1")
    assert contract.ends_on == contract.terms.get().ends_on == date(2027, 7, 31)
    assert take(file_of(book)).new == 0


@pytest.mark.django_db
def test_two_contracts_may_exchange_their_rooms():
    take(file_of())
    take(file_of(Contrats_0_chambre="02", Contrats_1_chambre="01"))
    assert Contract.objects.get(number="C1").terms.get().room.number == "02"


@pytest.mark.django_db
def test_what_a_workbook_no_longer_names_stays_and_is_shown():
    take(file_of())
    book = small_book()
    for sheet in ("Residents", "Contrats", "Assurances", "Soldes"):
        del book[sheet][1]
    difference = examine(workbook=file_of(book), today=TODAY).difference
    assert difference.count(Change.MISSING) == 4
    take(file_of(book))
    assert Contract.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cells", [{"Soldes_0_solde_du": 13}, {"Contrats_0_depot": 1}, {"Contrats_0_aide_logement": 9}]
)
def test_what_the_ledger_has_posted_is_never_rewritten(cells):
    take(file_of())
    with pytest.raises(BalanceAlreadyPosted, match="C1"):
        take(file_of(**cells))


@pytest.mark.django_db
def test_a_mandate_replaced_is_revoked():
    facts = {"iban": "FR7615589134169172869631493", "rum": "M-1", "date_mandat": date(2026, 3, 4)}
    book = small_book()
    book["Contrats"][0].update(facts)
    take(file_of(book))
    book["Contrats"][0]["rum"] = "M-2"
    take(file_of(book))
    assert dict(Mandate.objects.values_list("reference", "revoked_on")) == {
        "M-1": date(2026, 10, 31),
        "M-2": None,
    }


@pytest.mark.django_db
def test_once_a_month_is_closed_only_the_same_content_passes():
    take(file_of())
    close(date(2026, 11, 1))
    assert take(file_of()).new == 0
    assert take(file_of(Soldes_0_date="31/10/2026")).new == 0
    with pytest.raises(MonthAlreadyClosed):
        take(file_of(Residents_0_nom="Autre"))
    assert Person.objects.get(reference="R1").last_name == "Diallo"


def close(day):
    close_month(month=Month.of(day), actor=system_user())


# --- Properties ----------------------------------------------------------------------------------
_amounts = st.decimals(min_value=0, max_value=90, places=2).map(float)
_names = st.text(
    st.characters(categories=("Lu", "Ll"), max_codepoint=0x24F), min_size=1, max_size=20
)


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_right_workbook_is_read_back_unchanged(data):
    book, contracts = small_book(), data.draw(st.integers(1, 6))
    for sheet in ("Chambres", "Residents", "Contrats", "Assurances", "Soldes"):
        book[sheet] = book[sheet][:1] * contracts
    for index in range(contracts):
        _randomize(book, index, data)
    with_rollback(book)


def _randomize(book, index, data):
    code, room = f"X{index}", f"{index + 1:02}"
    start = data.draw(st.dates(date(2026, 6, 1), date(2026, 12, 1)))
    cells = {
        "Chambres": {"numero": room, "redevance": data.draw(_amounts)},
        "Residents": {"matricule": code, "nom": data.draw(_names), "email": f"{code}@example.org"},
        "Contrats": {
            "numero": code,
            "matricule": code,
            "chambre": room,
            "debut": start,
            "redevance": data.draw(_amounts),
            "aide_logement": data.draw(_amounts),
            "jour_echeance": data.draw(st.integers(1, 28)),
        },
        "Assurances": {"contrat": code},
        "Soldes": {
            "contrat": code,
            "solde_du": data.draw(st.decimals(-500, 500, places=2).map(float)),
        },
    }
    for sheet, values in cells.items():
        book[sheet][index] = book[sheet][index] | values


def with_rollback(book):
    """Take over, then compare: nothing may differ; then undo for the next example."""
    with transaction.atomic():
        outcome = take(file_of(book))
        assert outcome.opening_total == sum(
            Decimal(str(row["solde_du"])).quantize(Decimal("0.01")) for row in book["Soldes"]
        )
        again = examine(workbook=file_of(book), today=TODAY)
        assert again.findings.errors == []
        assert again.difference.told == []
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_takeover_makes_as_many_queries_for_forty_contracts_as_for_four(query_count):
    counts = []
    for number, letter in ((4, "A"), (40, "B")):
        system_user()
        with query_count() as counted:
            take(file_of(_larger(number, letter)))
        counts.append(counted.value)
    assert counts[1] <= counts[0]


def _larger(number, letter):
    book = small_book()
    book["Sites"][0]["code"] = book["Colocations"][0]["site"] = f"S{letter}"
    book["Colocations"][0]["code"] = f"M{letter}"
    book["Colocations"][0]["charge_de_mission"] = f"{letter}@example.org"
    book["Sites"][0]["proprietaire"] = f"Propriétaire {letter}"
    for sheet in ("Chambres", "Residents", "Contrats", "Assurances", "Soldes"):
        book[sheet] = book[sheet][:1] * number
    for index in range(number):
        code = f"{letter}{index}"
        cells = {
            "Chambres": {"colocation": f"M{letter}", "numero": code},
            "Residents": {"matricule": code},
            "Contrats": {
                "numero": code,
                "matricule": code,
                "colocation": f"M{letter}",
                "chambre": code,
            },
            "Assurances": {"contrat": code},
            "Soldes": {"contrat": code},
        }
        for sheet, values in cells.items():
            book[sheet][index] = book[sheet][index] | values
    return book


# --- Two at once ---------------------------------------------------------------------------------
def test_two_takeovers_at_once_write_once(real_db):
    system_user()
    barrier, news = threading.Barrier(2), []

    def work():
        try:
            stream = file_of()
            barrier.wait(10)
            outcome = take_over(workbook=stream, actor=system_user(), today=TODAY)
            news.append(outcome.new)
        finally:
            connections.close_all()

    content_is_same = [threading.Thread(target=work) for _ in range(2)]
    for thread in content_is_same:
        thread.start()
    for thread in content_is_same:
        thread.join(60)
    assert min(news) == 0 < max(news)
    assert Contract.objects.count() == 2


# --- The command ---------------------------------------------------------------------------------
def run(path, *options):
    """Run the command as `manage.py` does: its exit code, JSON and what it says on stderr."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("takeover", str(path), *options, "--json", stdout=out, stderr=err)
    except SystemExit as end:
        code = end.code
    return code, json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


@pytest.mark.django_db
def test_the_command_takes_over_once_and_tells():
    code, facts, _err = run(sample("reprise.xlsx"), "--check")
    assert (code, facts["new"] > 0, Contract.objects.count()) == (0, True, 0)
    code, facts, _err = run(sample("reprise.xlsx"))
    keys = ("homes", "rooms", "residents", "contracts", "opening_balance_total")
    assert [facts[key] for key in keys] == [14, 128, 117, 117, "10406.91"]
    assert {warning["kind"] for warning in facts["warnings"]} == {"warning", "task"}
    assert run(sample("reprise.xlsx"))[1]["new"] == 0


@pytest.mark.django_db
@pytest.mark.parametrize("options", [[], ["--check"]])
def test_the_command_refuses_with_every_error(options):
    code, facts, err = run(sample("reprise-avec-erreurs.xlsx"), *options)
    assert (code, len(facts["errors"])) == (2, 10)
    assert {"sheet", "row", "column", "message"} <= set(facts["errors"][0])
    assert err.startswith("10 erreurs")
    assert Contract.objects.count() == 0


@pytest.mark.django_db
def test_the_command_refuses_a_file_that_is_none(tmp_path):
    code, facts, err = run(tmp_path / "rien.xlsx")
    assert (code, [error["row"] for error in facts["errors"]]) == (2, [0])
    assert err == f"Il n'y a pas de fichier « {tmp_path / 'rien.xlsx'} ». Vérifiez le chemin.\n"
