"""A month's debits: what is asked, of whom, on which day; sent once; posted on its day."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from caracol.parameters.models import Association, Parameter
from payments.enums import BatchState, DebitState, Payer, PaymentMeans
from payments.models import Debit, DebitBatch, TermPaper
from payments.services.closing import close_month
from payments.services.collecting import (
    CollectRefused,
    NotAsShown,
    Wish,
    cancel_debits,
    prepare_debits,
    send_debits,
    unclosed_before,
)
from payments.services.debit_posting import post_debits, post_due
from payments.services.issuing import issue_due_notices
from payments.services.mandates import (
    MandateRefused,
    resume_mandate,
    revoke_mandate,
    say_aid,
    suspend_mandate,
)
from payments.services.receiving import record_payment
from payments.writers.checks import SCHEMAS, check_debits
from payments.writers.pain import write_debits
from payments.writers.shapes import DebitFile, DebitOrder, FileNotValid, Party
from residents.enums import PaymentMethod
from tests import factories
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
)

D = Decimal


def xml_of(batch):
    with batch.file.open("rb") as stream:
        return etree.fromstring(stream.read())


def texts(root, name):
    return [node.text for node in root.iter(f"{{*}}{name}")]


def schema_accepts(root):
    message = etree.QName(root).namespace.rpartition(":")[2]
    etree.XMLSchema(etree.parse(SCHEMAS / f"{message}.xsd")).assertValid(root)
    return message


def aid_came(contract, actor, amount="150.00"):
    record_payment(
        key=f"aid-{contract.number}",
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.TRANSFER,
        received_on=TODAY,
        today=TODAY,
        payer=Payer.CAF,
        month=MONTH.plus(1),
        actor=actor,
    )


# --- What is asked ------------------------------------------------------------------------------
def test_the_file_is_valid_and_its_sums_are_those_of_the_books(contract, actor):
    other = debited(IBANS[1], fee="333.33")
    close_month(month=MONTH, actor=actor)
    batch = prepared(actor)
    root = xml_of(batch)
    assert schema_accepts(root) == "pain.008.001.08"
    assert texts(root, "NbOfTxs") == ["2", "2"]
    assert texts(root, "CtrlSum") == ["533.33", "533.33"]
    assert sorted(texts(root, "InstdAmt")) == ["200.00", "333.33"]
    assert len(set(texts(root, "EndToEndId"))) == 2
    assert texts(root, "ReqdColltnDt") == [DAY.isoformat()]
    assert sorted(texts(root, "MndtId")) == sorted(
        mandate_of(c).reference for c in (contract, other)
    )
    assert texts(root, "SeqTp") == ["RCUR"]
    assert "BICFI" in {etree.QName(node).localname for node in root.iter("{*}*")}
    assert not texts(root, "AdrLine")
    assert (batch.count, batch.total, batch.state) == (2, D("533.33"), BatchState.PREPARED)


def test_the_older_message_by_setting(contract, actor):
    Parameter.objects.filter(key="sepa.debit_message").update(value="pain.008.001.02")
    assert schema_accepts(xml_of(prepared(actor))) == "pain.008.001.02"


def test_aid_is_deducted_only_once_the_caf_has_paid(actor):
    contract = debited(aid="150.00")
    close_month(month=MONTH, actor=actor)
    assert [line.amount for line in plan().lines] == [D("200.00")]
    aid_came(contract, actor)
    [line] = plan().lines
    assert (line.amount, line.aid) == (D("50.00"), D("150.00"))


def test_or_once_somebody_said_so(actor):
    contract = debited(aid="150.00")
    close_month(month=MONTH, actor=actor)
    say_aid(mandate=mandate_of(contract), deducted=True, today=TODAY, actor=actor)
    assert [line.amount for line in plan().lines] == [D("50.00")]


def test_what_was_paid_otherwise_is_not_debited(contract, actor):
    record_payment(
        key="p",
        contract=contract,
        amount=D("60.00"),
        means=PaymentMeans.CASH,
        received_on=TODAY,
        today=TODAY,
        actor=actor,
    )
    assert [line.amount for line in plan().lines] == [D("140.00")]


@pytest.mark.parametrize(
    ("day", "named"),
    [("2026-12-05", "7 décembre"), ("2026-12-25", "28 décembre"), ("2026-11-20", "est passé")],
)
def test_a_day_banks_do_not_settle_is_refused_with_the_next(contract, day, named):
    with pytest.raises(CollectRefused, match=named):
        plan(on=date.fromisoformat(day))


def test_a_month_not_closed_is_refused(actor):
    debited()
    with pytest.raises(CollectRefused, match="clôturé"):
        plan()


def test_who_cannot_be_debited_is_named_with_the_reason(contract, actor):
    suspend_mandate(mandate=mandate_of(contract), reason="x", today=TODAY, actor=actor)
    found = plan()
    assert not found.lines
    assert [row.why for row in found.left_out] == ["le mandat est suspendu"]
    resume_mandate(mandate=mandate_of(contract), actor=actor)
    revoke_mandate(mandate=mandate_of(contract), reason="x", today=TODAY, actor=actor)
    assert "aucun mandat" in plan().left_out[0].why


def test_a_mandate_unused_for_36_months_has_lapsed(contract):
    mandate = mandate_of(contract)
    mandate.signed_on = date(2023, 12, 8)
    mandate.save()
    assert "caduc" in plan().left_out[0].why
    mandate.last_used_on = date(2024, 1, 10)
    mandate.save()
    assert len(plan().lines) == 1


def test_the_first_debit_of_a_mandate_is_told_first(contract, actor):
    mandate = mandate_of(contract)
    mandate.was_used = False
    mandate.save()
    assert plan().lines[0].sequence == "FRST"
    collected(actor)
    close_month(month=MONTH.plus(1), actor=actor)
    assert plan(month=MONTH.plus(1), on=date(2027, 1, 8)).lines[0].sequence == "RCUR"


def test_the_due_notice_announces_day_and_amount_in_time(contract, actor):
    assert "pas prévenu" in plan().lines[0].remarks[0]
    issue_due_notices(month=MONTH, on=TODAY, actor=actor)
    debit = TermPaper.objects.get().document.data["means"]["debit"]
    assert (debit["on"], debit["amount"]) == ("2026-12-08", "200.00")
    assert plan().lines[0].remarks == ()
    early = plan(on=date(2026, 12, 4)).lines[0].remarks
    assert early == ("prévenu·e pour le 8 décembre 2026", "prévenu·e 10 jours avant, au lieu de 14")


# --- The file -----------------------------------------------------------------------------------
ORDERS = st.lists(st.decimals("0.01", "99999.99", places=2), min_size=1, max_size=25)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ORDERS, st.sampled_from(["pain.008.001.08", "pain.008.001.02"]))
def test_any_amounts_make_a_valid_file_of_the_same_sum(amounts, message):
    file = debit_file(amounts, message)
    root = etree.fromstring(write_debits(file))
    schema_accepts(root)
    assert D(texts(root, "CtrlSum")[0]) == sum(amounts, D(0)) == file.total
    groups = [D(text) for text in texts(root, "CtrlSum")[1:]]
    assert sum(groups, D(0)) == file.total


def debit_file(amounts, message="pain.008.001.08", **changes):
    orders = tuple(
        DebitOrder(
            **{
                "end_to_end_id": f"E-{rank}",
                "amount": amount,
                "mandate": f"RUM-{rank}",
                "signed_on": date(2026, 1, 1),
                "sequence": "FRST" if rank % 3 == 0 else "RCUR",
                "debtor": "Amina DIALLO",
                "iban": IBANS[rank % 3],
                "bic": "",
                "remittance": "Redevance",
                **{k: v for k, v in changes.items() if k in DebitOrder.__dataclass_fields__},
            }
        )
        for rank, amount in enumerate(amounts)
    )
    return DebitFile(
        message=message,
        reference="PRLV2612-1",
        made_at=datetime(2026, 11, 24, 10, 0),
        collect_on=changes.get("collect_on", DAY),
        creditor=Party(
            "Association", "FR7642559100000801234567862", "CCOPFRPPXXX",
            changes.get("creditor_id", "FR72ZZZ123456"),
        ),
        orders=orders,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"end_to_end_id": "E"}, "écrite 2 fois"),
        ({"iban": "FR7630006000011234567890188"}, "IBAN est faux"),
        ({"creditor_id": "NOPE"}, "identifiant créancier"),
        ({"signed_on": date(2026, 11, 25)}, "signé dans l'avenir"),
        ({"collect_on": date(2026, 12, 25)}, "ne règlent pas"),
        ({"debtor": "Ñandú & Cie"}, "alphabet"),
        ({"mandate": "RUM//1"}, "RUM"),
        ({"bic": "NON"}, "BIC"),
    ],
)
def test_what_banks_refuse_is_refused_before(changes, said):
    with pytest.raises(FileNotValid, match=said):
        check_debits(debit_file([D(1), D(2)], **changes))


def test_a_wrong_creditor_identifier_writes_nothing(contract, actor):
    Association.objects.update(creditor_id="FR00ZZZ123456")
    with pytest.raises(FileNotValid, match="identifiant créancier"):
        prepared(actor)
    assert not DebitBatch.objects.exists()


# --- Sent once, posted on its day -----------------------------------------------------------------
def test_a_file_is_posted_on_its_day_and_once(contract, actor):
    batch = send_debits(batch=prepared(actor), today=TODAY, actor=actor)
    assert post_debits(batch=batch, today=DAY - timedelta(1), actor=actor) == 0
    assert owed(contract) == D("200.00")
    assert post_due(today=DAY, actor=actor) == 1
    assert (owed(contract), in_transit()) == (0, D("200.00"))
    assert post_due(today=DAY + timedelta(1), actor=actor) == 0
    assert mandate_of(contract).last_used_on == DAY


def test_a_file_not_sent_is_never_posted(contract, actor):
    prepared(actor)
    assert post_due(today=DAY, actor=actor) == 0


def test_a_file_is_sent_once(contract, actor):
    batch = send_debits(batch=prepared(actor), today=TODAY, actor=actor)
    with pytest.raises(CollectRefused, match="déjà partie"):
        send_debits(batch=batch, today=TODAY, actor=actor)


def test_a_month_in_a_file_is_in_no_other(contract, actor):
    prepared(actor)
    assert "déjà dans la remise" in plan().left_out[0].why
    debit = Debit.objects.get()
    debit.pk, debit.end_to_end_id = None, "AUTRE"
    with pytest.raises(IntegrityError), transaction.atomic():
        debit.save(force_insert=True)


def test_what_changed_since_it_was_shown_is_not_prepared(contract, actor):
    wish = Wish(MONTH, DAY)
    token = plan().token
    debited(IBANS[2])
    close_month(month=MONTH, actor=actor)
    with pytest.raises(NotAsShown):
        prepare_debits(wish=wish, token=token, today=TODAY, actor=actor)


def test_a_file_cancelled_frees_its_month(contract, actor):
    batch = prepared(actor)
    with pytest.raises(MandateRefused, match="remise"):
        revoke_mandate(mandate=mandate_of(contract), reason="x", today=TODAY, actor=actor)
    cancel_debits(batch=batch, reason="mauvaise date", today=TODAY, actor=actor)
    assert Debit.objects.get().state == DebitState.CANCELLED
    assert len(plan().lines) == 1
    with pytest.raises(CollectRefused, match="annulée"):
        send_debits(batch=batch, today=TODAY, actor=actor)


def test_a_file_that_the_bank_executes_is_not_cancelled(contract, actor):
    batch = collected(actor)
    with pytest.raises(CollectRefused, match="exécute"):
        cancel_debits(batch=batch, reason="x", today=DAY, actor=actor)


def test_a_month_before_that_is_not_closed_is_said(contract, actor):
    """What it will owe is not in this file: who prepares it is told."""
    assert unclosed_before(Wish(month=MONTH, on=DAY)) == []
    late = factories.make_contract(
        starts_on=date(2026, 11, 1),
        ends_on=date(2027, 10, 31),
        payment_method=PaymentMethod.DIRECT_DEBIT,
    )
    november, december = unclosed_before(Wish(month=MONTH, on=DAY))
    assert november.startswith("Novembre 2026 n'est pas clôturé pour 1 contrat en prélèvement")
    assert december.startswith("Décembre 2026 n'est pas clôturé pour 1 contrat en prélèvement")
    for month in (MONTH.plus(-1), MONTH):
        close_month(month=month, actor=actor)
    assert unclosed_before(Wish(month=MONTH, on=DAY)) == []
    assert late.pk
