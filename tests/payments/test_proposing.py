"""What is certain is settled alone, what is not is proposed, what a person answered is taken."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caracol.core.commands import InputRefused
from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.calculations.match_facts import Certainty, Part
from payments.enums import AccountKind, BankLineState, MatchRule, PaymentMeans
from payments.models import BankLine, Entry, KnownPayer, LineProposal, Reconciliation
from payments.services import automatic
from payments.services.accounts import account_of
from payments.services.answers import take_answers
from payments.services.closing import close_month
from payments.services.line_parts import LinePart
from payments.services.proposing import propose, propose_one
from payments.services.receiving import record_payment
from payments.services.reconciling import set_aside, settle_line, undo_line
from payments.services.settlers import Offer
from tests import factories
from tests.helpers.samples import sample
from tests.helpers.threads import at_once
from tests.payments.lines import make_line

D = Decimal
TODAY = date(2026, 11, 24)
ON = date(2026, 11, 5)
FRIEND = "FR7699999000010001"


@pytest.fixture
def actor(association):
    return factories.make_user()


@pytest.fixture
def amina(actor):
    found = factories.make_contract(
        person=factories.make_person("Diallo", "Amina"),
        number="C2601",
        starts_on=date(2026, 3, 1),
        ends_on=date(2027, 2, 28),
        fee=D("200.00"),
    )
    close_month(month=Month(2026, 11), actor=actor)
    return found


def proposed(line):
    """What matching among all contracts gives; among those the line may be for, it is the same."""
    found = propose([line], on=TODAY)[line.pk]
    assert propose_one(line, on=TODAY) == found
    return found


def run(actor):
    return automatic.reconcile(actor=actor, today=TODAY)


def owed(contract):
    return account_of(contract, AccountKind.RECEIVABLE).balance


def test_our_reference_is_settled_without_a_person(amina, actor):
    line = make_line(actor, "200.00", on=ON, text="loyer C2601")
    assert run(actor).settled == 1
    done = Reconciliation.objects.get(line=line)
    assert (done.is_automatic, done.rule) == (True, MatchRule.REFERENCE)
    assert "référence" in done.reason
    assert not KnownPayer.objects.exists()
    assert (run(actor).settled, owed(amina)) == (0, ZERO)


def test_a_name_is_kept_as_a_strong_proposal_and_settles_nothing(amina, actor):
    line = make_line(actor, "200.00", on=ON, payer="DIALLO AMINA")
    assert run(actor).settled == 0
    kept = LineProposal.objects.get(line=line)
    assert (kept.certainty, kept.rule, kept.is_strong) == ("proposed", MatchRule.NAME, True)
    assert (kept.contract, kept.parts) == (amina, [{"contract": "C2601", "amount": "200.00"}])


def test_an_account_confirmed_once_is_settled_the_next_time(amina, actor):
    first = make_line(actor, "50.00", on=ON, payer="M HOTE", iban=FRIEND)
    assert proposed(first).certainty == Certainty.NONE
    settle_line(line=first, parts=[LinePart(D("50.00"), amina)], actor=actor, today=TODAY)
    make_line(actor, "150.00", on=date(2026, 12, 5), payer="M HOTE", iban=FRIEND)
    assert run(actor).settled == 1
    assert Reconciliation.objects.filter(rule=MatchRule.ACCOUNT, is_automatic=True).count() == 1


def test_a_payer_without_account_is_only_proposed(amina, actor):
    first = make_line(actor, "50.00", on=ON, payer="ASSOCIATION ENTRAIDE")
    settle_line(line=first, parts=[LinePart(D("50.00"), amina)], actor=actor, today=TODAY)
    later = make_line(actor, "150.00", on=date(2026, 12, 5), payer="Entraide Association")
    assert proposed(later).rule == MatchRule.PAYER
    assert run(actor).settled == 0


def test_what_was_undone_is_never_done_again_alone(amina, actor):
    line = make_line(actor, "200.00", on=ON, text="C2601")
    run(actor)
    done = Reconciliation.objects.get(line=line)
    undo_line(reconciliation=done, actor=actor, today=TODAY, reason="c'était pour sa sœur")
    assert run(actor).settled == 0
    assert "défait" in LineProposal.objects.get(line=line).reason


def test_a_transfer_recorded_by_hand_is_not_counted_twice(amina, actor):
    recorded = record_payment(
        key="k",
        contract=amina,
        amount=D("200.00"),
        means=PaymentMeans.TRANSFER,
        received_on=ON,
        today=TODAY,
        actor=actor,
    ).entry
    line = make_line(actor, "200.00", on=date(2026, 11, 6), text="loyer C2601")
    found = proposed(line)
    assert (found.certainty, found.rule, found.recorded) == (
        Certainty.PROPOSED,
        MatchRule.RECORDED,
        recorded.pk,
    )


def test_who_was_set_aside_once_is_proposed_to_be_again(actor):
    set_aside(
        line=make_line(actor, "-18.40", on=ON, payer="BANQUE", text="FRAIS 11"),
        actor=actor,
        today=TODAY,
    )
    again = make_line(actor, "-18.40", on=date(2026, 12, 5), payer="BANQUE", text="FRAIS 12")
    assert proposed(again).rule == MatchRule.FOREIGN


@pytest.mark.parametrize(
    ("text", "certainty", "rule"),
    [
        ("VIREMENT", Certainty.PROPOSED, MatchRule.CAF),
        ("C2601", Certainty.AUTO, MatchRule.CAF),
        ("C2601", Certainty.PROPOSED, MatchRule.REFERENCE),
        ("DIALLO AMINA", Certainty.PROPOSED, MatchRule.NAME),
    ],
    ids=["words that say nothing", "a certain offer", "our reference", "a full name, the amount"],
)
def test_another_modules_offer_comes_first_unless_the_line_itself_is_surer(
    amina, actor, monkeypatch, text, certainty, rule
):
    class Example:
        key, rule = "example", MatchRule.CAF

        def offers(self, lines):
            parts = (Part("C2601", D("200.00")),)
            return {
                line.pk: Offer("B1", certainty, "Le relevé B1.", "Relevé B1", parts)
                for line in lines
            }

    monkeypatch.setattr("payments.services.proposing.settlers", lambda: {"example": Example()})
    found = proposed(make_line(actor, "200.00", on=ON, text=text))
    assert found.rule == rule
    assert found.settler == ("example" if rule == MatchRule.CAF else "")


def test_proposing_reads_as_often_for_twenty_lines_as_for_two(amina, actor):
    lines = [make_line(actor, f"{n}.00", on=ON, payer="DIALLO") for n in range(1, 21)]
    with CaptureQueriesContext(
        connection,
    ) as few:
        propose(lines[:2], on=TODAY)
    with CaptureQueriesContext(connection) as many:
        propose(lines, on=TODAY)
    assert len(few) == len(many)


def csv_of(*rows):
    return "\n".join(["bank_ref;date;contracts;kind", *rows]).encode()


def answers(actor, *rows):
    return take_answers(data=csv_of(*rows), actor=actor, today=TODAY)


def test_a_persons_answers_are_taken_as_such(amina, actor):
    for ref, amount in (("S1", "200.00"), ("S2", "-18.40"), ("S3", "70.00"), ("S4", "30.00")):
        make_line(actor, amount, on=ON, bank_ref=ref)
    rows = (
        "S1;;C2601:150.00|SUSPENSE:50.00;resident",
        "S2;;;other",
        "S3;;;unknown",
        "S4;;c2601:30,00;third_party",
    )
    assert answers(actor, *rows).changed == 4
    states = dict(BankLine.objects.values_list("bank_ref", "state"))
    assert states == {"S1": "SUSPENSE", "S2": "SET_ASIDE", "S3": "SUSPENSE", "S4": "SETTLED"}
    assert answers(actor, *rows).changed == 0
    assert owed(amina) == D("20.00")


def test_an_answer_replaces_what_was_settled_alone(amina, actor):
    make_line(actor, "200.00", on=ON, text="C2601", bank_ref="S1")
    run(actor)
    answers(actor, "S1;;;unknown")
    assert owed(amina) == D("200.00")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("S9;;C2601:200.00;", "Aucune ligne"),
        ("S1;;C9999:200.00;", "inconnu"),
        ("S1;;C2601:199.00;", "répartissez"),
        ("S1;;C2601;", "écrivez un contrat et un montant"),
        ("S1;;;resident", "pas de réponse"),
    ],
)
def test_answers_that_cannot_be_taken_are_told_row_by_row_and_nothing_is_written(
    amina, actor, row, words
):
    make_line(actor, "200.00", on=ON, bank_ref="S1")
    make_line(actor, "30.00", on=ON, bank_ref="S2")
    with pytest.raises(InputRefused) as refused:
        answers(actor, "S2;;C2601:30.00;", row)
    assert words in refused.value.errors[0]["message"]
    assert refused.value.errors[0]["row"] == 3
    assert not Reconciliation.objects.exists()


def test_answers_without_their_columns_are_refused(actor):
    with pytest.raises(InputRefused, match="colonnes"):
        take_answers(data=b"a,b\n1,2\n", actor=actor, today=TODAY)


def manage(*arguments):
    out = StringIO()
    call_command(*map(str, arguments), "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue().splitlines()[-1])


def test_the_sample_months_hold_no_wrong_automatic_match(db, tmp_path, settings):
    """RULES: a reference or a confirmed account is automatic; a name never is."""
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")
    manage("takeover", sample("reprise.xlsx"))
    right = {}
    for month in ("2026-11", "2026-12"):
        manage("close_month", month)
        manage("import_bank", sample(f"releve-{month}.camt053.xml"))
        told = tmp_path / f"{month}.jsonl"
        first = manage("reconcile", "--out", told)
        assert manage("reconcile")["new"] == 0
        assert_alone_as_among_all()
        truth = sample(f"attendu-{month}.csv")
        right[month] = score(told.read_text(), truth.read_text())
        manage("reconcile", "--confirm", truth)
        assert manage("reconcile", "--confirm", truth)["new"] == 0
        assert first["auto"] >= 20
        assert manage("check_ledger")["ok"]
    assert right["2026-11"] == {"wrong": 0, "automatic": 21, "first": 47, "missed": 0}
    assert right["2026-12"] == {"wrong": 0, "automatic": 59, "first": 3, "missed": 0}


def assert_alone_as_among_all():
    """A line's page reads what the line may be for only: it proposes what the whole book does."""
    lines = list(BankLine.objects.filter(state=BankLineState.TO_SETTLE))
    found = propose(lines, on=TODAY)
    assert {line.pk: propose_one(line, on=TODAY) for line in lines} == found


def score(told, truth):
    """Count, for residents' lines and returns, what was right and wrong."""
    decided = {row["bank_ref"]: row for row in map(json.loads, told.splitlines())}
    counts = dict.fromkeys(("wrong", "automatic", "first", "missed"), 0)
    for line in truth.splitlines()[1:]:
        ref, _on, _amount, kind, contracts = line.split(",")
        row = decided[ref]
        named = sorted(part["contract"] for part in row["allocations"])
        is_right = named == sorted(part.split(":")[0] for part in contracts.split("|") if part)
        if row["decision"] == "auto":
            counts["automatic" if is_right else "wrong"] += 1
        elif kind in {"resident", "third_party", "sdd_return"}:
            counts["first" if is_right else "missed"] += 1
    return counts


def test_two_managers_on_one_line_at_once_one_wins(real_db):
    actor = factories.make_user()
    contracts = [factories.make_contract() for _one in range(2)]
    line = make_line(actor, "200.00", on=ON)
    outcomes = at_once(
        *(
            lambda who=contract: settle_line(
                line=line, parts=[LinePart(D("200.00"), who)], actor=actor, today=TODAY
            )
            for contract in contracts
        )
    )
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["LineTaken", "Reconciliation"]
    assert sorted(owed(contract) for contract in contracts) == [D("-200.00"), ZERO]
    line.refresh_from_db()
    assert line.state == BankLineState.SETTLED
    assert Entry.objects.filter(key__startswith="line:").count() == 1


def test_two_runs_at_once_settle_a_line_once(real_db):
    actor = factories.make_user()
    contract = factories.make_contract(number="C2601")
    make_line(actor, "200.00", on=ON, text="C2601")
    outcomes = at_once(*[lambda: run(actor).settled] * 2)
    assert sorted(outcomes) == [0, 1]
    assert owed(contract) == D("-200.00")
