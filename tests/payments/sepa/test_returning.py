"""What comes back: taken once whoever says it first, explained, told, and presented again once."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from caracol.accounts.enums import Role
from caracol.notifications.models import MailOut
from caracol.parameters.models import Parameter
from payments.enums import BankLineState, DebitState, PaperKind, ReturnAct
from payments.models import Debit, Mandate, StatusReport, TermPaper
from payments.readers.shapes import FileRefused
from payments.readers.status import read_status
from payments.selectors.return_reasons import Reasons
from payments.services.closing import close_month
from payments.services.collecting import CollectRefused, send_debits
from payments.services.issuing import issue_receipts
from payments.services.mandates import MandateFacts, record_mandates, revoke_mandate
from payments.services.reconciling import tie_line, undo_line
from payments.services.sepa_lines import SepaSettler
from tests import factories
from tests.payments.lines import make_line
from tests.payments.sepa.conftest import (
    DAY,
    IBANS,
    MONTH,
    TODAY,
    collected,
    debited,
    in_transit,
    mandate_of,
    owed,
    plan,
    prepared,
    report,
    suspense,
    told,
)

D = Decimal
LATER = date(2026, 12, 11)
SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "bank"


def tie(line, actor, today=LATER):
    """Settle a line as what it is offered as, which must be certain."""
    offer = SepaSettler().offers([line])[line.pk]
    assert offer.certainty == "auto", offer
    return tie_line(
        line=line, settler="sepa", ref=offer.ref, reason=offer.reason, actor=actor, today=today
    )


def returned_line(debit, actor, code="AM04", **fields):
    facts = {"end_to_end_id": debit.end_to_end_id, "return_reason": code, "on": LATER, **fields}
    return make_line(actor, str(-debit.amount), **facts)


def credit_line(batch, actor, amount=None, text=None):
    text = f"REMISE {batch.reference}" if text is None else text
    return make_line(actor, str(amount or batch.total), on=DAY, text=text)


# --- The credit -----------------------------------------------------------------------------------
def test_the_bank_shows_the_file_and_nothing_is_left_in_transit(contract, actor):
    batch = collected(actor)
    line = credit_line(batch, actor)
    tie(line, actor)
    assert (in_transit(), suspense(), owed(contract)) == (0, 0, 0)
    assert Debit.objects.get().bank_line_id == line.pk


def test_a_credit_without_reference_is_only_proposed(contract, actor):
    batch = collected(actor)
    line = credit_line(batch, actor, text="VIREMENT RECU")
    assert SepaSettler().offers([line])[line.pk].certainty == "proposed"
    assert not SepaSettler().offers([make_line(actor, "199.99", on=DAY)])


def test_the_credit_posts_a_file_whose_day_was_not_posted_yet(contract, actor):
    batch = send_debits(batch=prepared(actor), today=TODAY, actor=actor)
    tie(credit_line(batch, actor), actor)
    assert (in_transit(), owed(contract)) == (0, 0)


def test_the_credit_is_untied_and_tied_again(contract, actor):
    batch = collected(actor)
    line = credit_line(batch, actor)
    done = tie(line, actor)
    undo_line(reconciliation=done, actor=actor, today=LATER, reason="erreur")
    assert (in_transit(), suspense()) == (D(200), D(-200))
    line.refresh_from_db()
    tie(line, actor)
    assert (in_transit(), suspense()) == (0, 0)


def test_another_territory_sees_neither_the_credit_nor_what_came_back(contract, actor, client_for):
    """Such lines have no parts of their own: they are of the contracts whose debits they are."""
    batch = collected(actor)
    credit = credit_line(batch, actor)
    tie(credit, actor)
    back = returned_line(Debit.objects.get(), actor)
    tie(back, actor)
    paths = [f"/banque/{line.pk}/" for line in (credit, back)]
    lille = client_for(factories.make_user(Role.GLA_MANAGER, "HDF"))
    assert [lille.get(path).status_code for path in paths] == [404, 404]
    assert lille.post(f"{paths[1]}defaire/", {"reason": "erreur"}).status_code == 404
    own = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    assert [own.get(path).status_code for path in paths] == [200, 200]


# --- What comes back ------------------------------------------------------------------------------
def test_a_return_reopens_its_month_tells_the_resident_and_cancels_the_quittance(contract, actor):
    batch = collected(actor)
    issue_receipts(month=MONTH, on=DAY, actor=actor)
    tie(credit_line(batch, actor), actor)
    line = returned_line(Debit.objects.get(), actor)
    tie(line, actor)
    debit = Debit.objects.get()
    assert (debit.state, debit.return_code, debit.told_on) == (DebitState.RETURNED, "AM04", LATER)
    assert (owed(contract), in_transit(), suspense()) == (D(200), 0, 0)
    assert TermPaper.objects.get(kind=PaperKind.QUITTANCE).cancelled_by is not None
    mail = MailOut.objects.get()
    assert "pas assez d'argent" in mail.text_body
    assert "200,00" in mail.text_body
    assert "200" not in mail.subject
    assert mandate_of(contract).suspended_on is None


def test_whoever_says_it_first_it_is_posted_once(contract, actor):
    batch = collected(actor)
    debit = Debit.objects.get()
    done = told(report((debit.end_to_end_id, "AC04")), actor, today=LATER)
    assert (done.new, done.known, done.unknown) == (1, 0, [])
    again = told(report((debit.end_to_end_id, "AC04"), message="other"), actor, today=LATER)
    assert (again.new, again.known) == (0, 1)
    tie(credit_line(batch, actor), actor)
    tie(returned_line(debit, actor, "AC04"), actor)
    assert (owed(contract), in_transit(), suspense()) == (D(200), 0, 0)
    assert MailOut.objects.count() == 1


def test_refused_before_its_day_it_is_never_posted(contract, actor):
    other = debited(IBANS[1], fee="300.00")
    close_month(month=MONTH, actor=actor)
    batch = send_debits(batch=prepared(actor), today=TODAY, actor=actor)
    refused = Debit.objects.get(contract=other)
    told(report((refused.end_to_end_id, "AC01")), actor, today=TODAY)
    tie(credit_line(batch, actor, amount=D(200)), actor)
    assert (owed(contract), owed(other), in_transit(), suspense()) == (0, D(300), 0, 0)


def test_or_the_bank_credits_all_and_takes_it_back(contract, actor):
    batch = send_debits(batch=prepared(actor), today=TODAY, actor=actor)
    debit = Debit.objects.get()
    told(report((debit.end_to_end_id, "AC01")), actor, today=TODAY)
    tie(credit_line(batch, actor), actor)
    tie(returned_line(debit, actor, "AC01"), actor)
    assert (owed(contract), in_transit(), suspense()) == (D(200), 0, 0)


def test_several_returns_in_one_line_by_their_details(contract, actor):
    other = debited(IBANS[1], fee="300.00")
    close_month(month=MONTH, actor=actor)
    collected(actor)
    debits = Debit.objects.order_by("pk")
    details = [
        {"end_to_end_id": d.end_to_end_id, "amount": str(d.amount), "return_reason": "MS03"}
        for d in debits
    ]
    tie(make_line(actor, "-500.00", on=LATER, details=details), actor)
    assert (owed(contract), owed(other)) == (D(200), D(300))
    short = make_line(actor, "-501.00", on=LATER, details=details)
    assert not SepaSettler().offers([short])


def test_a_return_known_by_its_mandate_and_amount(contract, actor):
    collected(actor)
    rum = mandate_of(contract).reference
    tie(make_line(actor, "-200.00", on=LATER, mandate_id=rum, return_reason="MD06"), actor)
    assert owed(contract) == D(200)


def test_a_return_tied_by_mistake_is_put_back(contract, actor):
    collected(actor)
    line = returned_line(Debit.objects.get(), actor)
    done = tie(line, actor)
    undo_line(reconciliation=done, actor=actor, today=LATER, reason="erreur")
    assert Debit.objects.get().state == DebitState.COLLECTED
    assert (owed(contract), in_transit()) == (0, D(200))
    line.refresh_from_db()
    assert line.state == BankLineState.TO_SETTLE
    tie(line, actor)
    assert owed(contract) == D(200)


def undone(line, client_for):
    page = reverse("payments:bank-line-undo", args=[line.pk])
    client = client_for(factories.make_user(Role.GLA_MANAGER, "*"))
    return client.post(page, {"motif": "pas le bon"}, follow=True).text


@pytest.mark.parametrize(("code", "was"), [("MD01", "révoqué"), ("AC04", "suspendu")])
def test_a_wrong_return_undone_gives_the_mandate_back(contract, actor, client_for, code, was):
    collected(actor)
    line = returned_line(Debit.objects.get(), actor, code)
    tie(line, actor)
    before = mandate_of(contract)
    assert (before.revoked_on or before.suspended_on) == LATER
    said = undone(line, client_for)
    assert f"{before}, {was} par ce rejet, est remis comme avant" in said
    after = mandate_of(contract)
    assert (after.revoked_on, after.revoked_reason) == (None, "")
    assert (after.suspended_on, after.suspended_reason) == (None, "")


def test_what_somebody_did_to_the_mandate_since_stays(contract, actor, client_for):
    """Suspended by the return, then revoked by a person: it stays revoked, and it is said."""
    collected(actor)
    line = returned_line(Debit.objects.get(), actor, "AC04")
    tie(line, actor)
    mandate = mandate_of(contract)
    revoke_mandate(mandate=mandate, reason="sur demande", today=LATER, actor=actor)
    assert "reste révoqué" in undone(line, client_for)
    assert mandate_of(contract).revoked_reason == "sur demande"


def test_a_mandate_replaced_since_does_not_come_back(contract, actor):
    collected(actor)
    line = returned_line(Debit.objects.get(), actor, "MD01")
    done = tie(line, actor)
    new = MandateFacts(contract, "RUM-NEUF", IBANS[1], LATER)
    record_mandates([new])
    undo_line(reconciliation=done, actor=actor, today=LATER, reason="erreur")
    alive = Mandate.objects.get(contract=contract, revoked_on=None)
    assert alive.reference == "RUM-NEUF"


@pytest.mark.parametrize(
    ("code", "suspended", "revoked"),
    [
        ("AM04", False, False),
        ("AC01", True, False),
        ("AC06", True, False),
        ("MD01", False, True),
        ("MD06", False, False),
        ("MD07", True, False),
        ("XX99", False, False),
    ],
)
def test_the_reason_decides_what_becomes_of_the_mandate(contract, actor, code, suspended, revoked):
    collected(actor)
    told(report((Debit.objects.get().end_to_end_id, code)), actor, today=LATER)
    mandate = mandate_of(contract)
    assert (mandate.suspended_on is not None, mandate.revoked_on is not None) == (
        suspended,
        revoked,
    )


def test_nobody_is_written_to_about_a_death(contract, actor):
    collected(actor)
    told(report((Debit.objects.get().end_to_end_id, "MD07")), actor, today=LATER)
    assert not MailOut.objects.exists()
    assert Debit.objects.get().told_on is None


def test_every_reason_is_explained_and_unknown_ones_ask_for_contact(db):
    reasons = Reasons(TODAY)
    rows = Parameter.objects.filter(key__startswith="sepa.return.")
    for row in rows:
        found = reasons.of(row.key.removeprefix("sepa.return."))
        assert found.label
        assert found.advice
        assert found.act.value == row.value["act"]
    assert rows.count() > 20
    assert reasons.of("XX99").act == ReturnAct.CONTACT


# --- Presented once more --------------------------------------------------------------------------
def test_a_debit_is_presented_again_once(contract, actor):
    collected(actor)
    debit = Debit.objects.get()
    told(report((debit.end_to_end_id, "AM04")), actor, today=LATER)
    day = date(2026, 12, 21)
    assert "à représenter à part" in plan(LATER, on=day).left_out[0].why
    batch = send_debits(
        batch=prepared(actor, LATER, on=day, represent=(debit.pk,)), today=LATER, actor=actor
    )
    again = Debit.objects.get(batch=batch)
    assert (again.represents_id, again.amount) == (debit.pk, D(200))
    with pytest.raises(CollectRefused, match="rien à prélever"):
        prepared(actor, LATER, on=day, represent=(debit.pk,))
    told(report((again.end_to_end_id, "AM04"), message="N"), actor, today=day)
    with pytest.raises(CollectRefused, match="rien à prélever"):
        prepared(actor, day, on=date(2026, 12, 28), represent=(again.pk,))


# --- The report -----------------------------------------------------------------------------------
def test_the_samples_are_read_as_their_manifest_says():
    with (SAMPLES / "pain002" / "syn_v03_part_rejects.xml").open("rb") as stream:
        status = read_status(stream)
    assert [(a.code, a.amount) for a in status.refused] == [
        ("AC01", D("333.33")),
        ("MD01", D("412.50")),
    ]
    assert [a.mandate for a in status.refused] == ["RUM-AEL-000107", "RUM-AEL-000108"]


def test_a_report_of_nobody_here_is_kept_and_told(actor):
    with (SAMPLES / "pain002" / "syn_v03_part_rejects.xml").open("rb") as stream:
        done = told(stream.read(), actor)
    assert (done.new, len(done.unknown)) == (0, 2)
    assert StatusReport.objects.get().unknown == 2


def test_the_same_report_again_changes_nothing(contract, actor):
    collected(actor)
    data = report((Debit.objects.get().end_to_end_id, "AM04"))
    told(data, actor)
    assert told(data, actor).is_known_file
    assert StatusReport.objects.count() == 1


def test_a_file_refused_as_a_whole(contract, actor):
    batch = send_debits(batch=prepared(actor), today=TODAY, actor=actor)
    done = told(report(message=batch.reference, status="RJCT"), actor, today=TODAY)
    assert done.new == 1
    assert Debit.objects.get().state == DebitState.RETURNED
    assert owed(contract) == D(200)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"),
        (b"<a>", "illisible"),
        (b"bonjour", "illisible"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        (b"<Document><BkToCstmrStmt/></Document>", "camt.053"),
        (b"<Document><CstmrDrctDbtInitn/></Document>", "pain.008"),
        (b"<Document><Autre/></Document>", "pas un compte rendu"),
    ],
)
def test_what_is_no_report_is_refused_with_its_reason(data, said):
    with pytest.raises(FileRefused, match=said):
        read_status(io.BytesIO(data))


# --- Whatever happens, in whatever order ----------------------------------------------------------
CODES = st.sampled_from(["AM04", "AC04", "MS03", ""])


@pytest.fixture
def drive(contract, actor):  # noqa: C901 -- a machine is its rules
    """Run the machine on one contract: each example in a transaction of its own."""

    class Life(RuleBasedStateMachine):
        """The bank says things in any order, twice; the books stay right."""

        def __init__(self):
            super().__init__()
            self.block = transaction.atomic()
            self.block.__enter__()
            self.batch = send_debits(batch=prepared(actor), today=TODAY, actor=actor)
            self.debit = Debit.objects.get(batch=self.batch)
            self.credited = self.returned = False
            self.reports = 0

        @rule()
        def bank_credits(self):
            if not self.credited:
                tie(credit_line(self.batch, actor), actor)
                self.credited = True

        @rule(code=CODES)
        def report_says(self, code):
            self.reports += 1
            data = report((self.debit.end_to_end_id, code), message=f"M{self.reports}")
            told(data, actor, today=DAY)

        @rule(code=CODES)
        def bank_returns(self, code):
            if self.credited and not self.returned:
                tie(returned_line(self.debit, actor, code), actor)
                self.returned = True

        def teardown(self):
            self.debit.refresh_from_db()
            back = self.debit.state == DebitState.RETURNED
            collected_now = self.debit.state == DebitState.COLLECTED
            assert owed(contract) == (D(0) if collected_now else D(200))
            if self.returned:
                assert back
                assert in_transit() == 0
            assert suspense() == 0
            assert MailOut.objects.filter(dedup_key__contains=f":{self.debit.pk}:").count() == back
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    return Life


def test_the_bank_says_things_in_any_order(drive):
    run_state_machine_as_test(
        drive,
        settings=settings(
            max_examples=12,
            stateful_step_count=5,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
