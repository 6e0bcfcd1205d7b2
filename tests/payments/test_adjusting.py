"""Months billed already are put right by a difference; what was billed never changes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caracol.core.periods import Month
from payments.calculations.adjustment import Billed, Parts, difference, next_due
from payments.enums import (
    AccountKind,
    EntryKind,
    LockState,
    PaperKind,
    Payer,
    PaymentMeans,
    TermKind,
)
from payments.models import Entry, PeriodLock, Term, TermPaper
from payments.services.accounts import account_of
from payments.services.adjusting import CorrectionRefused, correct_term
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.issuing import issue_due_notices, issue_receipts
from payments.services.posting import MonthLocked
from payments.services.receiving import record_payment
from residents.enums import AidEligibility, ContractKind
from residents.selectors.effects import Version, accounts
from tests import factories

D = Decimal
OCTOBER, NOVEMBER, DECEMBER = Month(2026, 10), Month(2026, 11), Month(2026, 12)
TODAY = date(2026, 11, 23)


@pytest.fixture
def actor(association):
    yield factories.make_user()
    report = check_ledger()
    assert report.ok, report.failures


def make_contract(**fields):
    fields = {
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2027, 2, 28),
        "fee": "200.00",
        **fields,
    }
    return factories.make_contract(**fields)


def end_on(contract, day):
    """Cut a contract's only terms, as an end does."""
    contract.terms.update(ends_on=day)
    type(contract).objects.filter(pk=contract.pk).update(ends_on=day)


def price(contract, **amounts):
    contract.terms.update(**{name: D(amount) for name, amount in amounts.items()})


def apply(contract, actor, key="k", today=TODAY):
    return accounts().apply(
        contract=contract, actor=actor, today=today, reason="fin avancée", key=key
    )


def pay(contract, actor, amount, *, key="p", payer=Payer.RESIDENT, month=None):
    record_payment(
        key=key,
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.CASH,
        received_on=TODAY,
        today=TODAY,
        payer=payer,
        month=month,
        actor=actor,
    )


def balance(contract):
    return account_of(contract, AccountKind.RECEIVABLE).balance


def version(contract, **changes):
    terms = contract.terms.get()
    facts = {"starts_on": terms.starts_on, "ends_on": terms.ends_on, "fee": terms.fee}
    return Version(**{**facts, "charges": terms.charges, **changes})


# --- Pure ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("by_terms", "by_hand", "target", "expected"),
    [
        (200, 0, "66.67", "-133.33"),
        (200, 0, 250, 50),
        (200, 0, 200, 0),
        (200, -50, 200, 0),  # a correction by hand stays
        (200, -150, "66.67", -50),  # and the month never comes below zero
        (200, 0, 0, -200),
        (0, 0, 0, 0),
    ],
)
def test_what_puts_a_month_right(by_terms, by_hand, target, expected):
    billed = Billed(Parts(D(by_terms)), Parts(D(by_hand)))
    assert difference(billed, Parts(D(target))).total == D(expected)


@pytest.mark.parametrize(
    ("due_day", "on", "expected"),
    [
        (5, date(2026, 11, 23), date(2026, 12, 5)),
        (25, date(2026, 11, 23), date(2026, 11, 25)),
        (23, date(2026, 11, 23), date(2026, 11, 23)),
        (5, date(2026, 12, 6), date(2027, 1, 5)),
    ],
)
def test_a_complement_is_due_on_the_next_due_day(due_day, on, expected):
    assert next_due(due_day, on) == expected


cents = st.integers(0, 60_000).map(lambda n: D(n).scaleb(-2))
parts = st.builds(Parts, cents, cents)


@given(billed=parts, targets=st.lists(parts, max_size=6))
@settings(deadline=None)
def test_whatever_the_changes_the_month_comes_to_what_the_last_ones_say(billed, targets):
    found = Billed(billed)
    for target in targets:
        found = Billed(found.by_terms + difference(found, target))
        assert found.net.total == target.total


# --- Less ---------------------------------------------------------------------------------------
def test_an_end_in_a_month_billed_gives_back_the_days_not_lived(actor):
    contract = make_contract()
    close_month(month=NOVEMBER, actor=actor)
    end_on(contract, date(2026, 11, 10))
    found = apply(contract, actor)
    term = Term.objects.get()
    assert (term.amount, term.adjusted_amount, term.net_amount) == (D(200), D("133.33"), D("66.67"))
    assert balance(contract) == D("66.67")
    assert (found.adjustment, found.balance_after) == (D("-133.33"), D("66.67"))
    entry = Entry.objects.get(kind=EntryKind.ADJUSTMENT)
    assert entry.date == TODAY
    assert "10 jours sur 30" in str(entry.source["explanation"])


def test_the_preview_says_what_applying_does_and_writes_nothing(actor):
    contract = make_contract()
    close_month(month=NOVEMBER, actor=actor)
    pay(contract, actor, "200.00")
    issue_receipts(month=NOVEMBER, on=TODAY, actor=actor)
    cut = version(contract, ends_on=date(2026, 11, 10))
    tried = accounts().preview(contract=contract, versions=[cut], today=TODAY)
    assert not Entry.objects.filter(kind=EntryKind.ADJUSTMENT).exists()
    assert [(m.month, m.before, m.after, m.billed) for m in tried.months[:2]] == [
        (NOVEMBER.first, D(200), D("66.67"), True),
        (DECEMBER.first, D(200), D(0), False),
    ]
    assert (tried.balance_before, tried.balance_after) == (D(0), D("-133.33"))
    assert "uittance" in tried.papers[0]
    assert "novembre 2026" in tried.papers[0]
    end_on(contract, date(2026, 11, 10))
    done = apply(contract, actor)
    assert (done.adjustment, done.papers) == (tried.adjustment, tried.papers)
    assert balance(contract) == D("-133.33")


def test_the_quittance_of_a_month_put_right_is_cancelled_and_a_true_one_can_follow(actor):
    contract = make_contract()
    close_month(month=NOVEMBER, actor=actor)
    pay(contract, actor, "200.00")
    issue_receipts(month=NOVEMBER, on=TODAY, actor=actor)
    end_on(contract, date(2026, 11, 10))
    apply(contract, actor)
    assert TermPaper.objects.get().cancelled_by is not None
    assert issue_receipts(month=NOVEMBER, on=TODAY, actor=actor).new == 1
    data = TermPaper.objects.get(cancelled_by=None).document.data
    assert data["total"] == data["paid_total"] == "66.67"
    assert [line["amount"] for line in data["lines"]] == ["200.00", "-133.33"]


def test_a_due_notice_that_asks_too_much_is_cancelled_and_the_next_asks_right(actor):
    contract = make_contract()
    close_month(month=NOVEMBER, actor=actor)
    issue_due_notices(month=NOVEMBER, on=TODAY, actor=actor)
    end_on(contract, date(2026, 11, 10))
    found = apply(contract, actor)
    assert "vis d'échéance" in found.papers[0]
    issue_due_notices(month=NOVEMBER, on=TODAY, actor=actor)
    notice = TermPaper.objects.get(kind=PaperKind.DUE_NOTICE, cancelled_by=None)
    assert notice.document.data["net_due"] == "66.67"


def test_a_month_no_longer_covered_owes_nothing_and_gets_no_paper(actor):
    contract = make_contract()
    for month in (OCTOBER, NOVEMBER):
        close_month(month=month, actor=actor)
    end_on(contract, date(2026, 10, 31))
    apply(contract, actor)
    assert balance(contract) == D(200)
    for act in (issue_due_notices, issue_receipts):
        assert act(month=NOVEMBER, on=TODAY, actor=actor).new == 0


def test_money_of_a_month_put_right_settles_the_next_oldest(actor):
    contract = make_contract()
    for month in (OCTOBER, NOVEMBER):
        close_month(month=month, actor=actor)
    pay(contract, actor, "200.00")
    price(contract, fee="150.00")
    apply(contract, actor)
    october, november = Term.objects.order_by("month")
    assert (october.paid_amount, october.adjusted_amount) == (D(200), D(50))
    assert (november.paid_amount, november.adjusted_amount) == (D(100), D(50))
    assert balance(contract) == D(100)


def test_aid_above_a_month_put_right_waits_to_be_given_back(actor):
    contract = make_contract(aid_eligible=AidEligibility.YES, expected_aid="150.00")
    close_month(month=NOVEMBER, actor=actor)
    pay(contract, actor, "150.00", payer=Payer.CAF, month=NOVEMBER)
    end_on(contract, date(2026, 11, 10))
    found = apply(contract, actor)
    assert balance(contract) == D("-83.33")
    assert any("CCH art. L842-1" in sentence for sentence in found.sentences)
    assert Term.objects.get().expected_aid == 0  # a month begun opens no aid


# --- More ---------------------------------------------------------------------------------------
def test_an_increase_of_a_month_billed_is_a_complement_due_from_now_on(actor):
    contract = make_contract(kind=ContractKind.SUBLET_SOCIAL, charges="40.00")
    close_month(month=NOVEMBER, actor=actor)
    price(contract, fee="220.00", charges="45.00")
    found = apply(contract, actor)
    added = Term.objects.get(kind=TermKind.ADJUSTMENT)
    assert (added.amount, added.due_on) == (D(25), date(2026, 12, 5))
    assert [line.amount for line in added.lines.order_by("position")] == [D(20), D(5)]
    assert balance(contract) == D(265)
    assert "5 décembre 2026" in found.sentences[0]


def test_a_complement_has_its_notice_and_its_quittance_and_the_month_keeps_its_own(actor):
    contract = make_contract()
    close_month(month=NOVEMBER, actor=actor)
    pay(contract, actor, "200.00")
    issue_receipts(month=NOVEMBER, on=TODAY, actor=actor)
    price(contract, fee="230.00")
    assert apply(contract, actor).papers == ()
    assert issue_due_notices(month=NOVEMBER, on=TODAY, actor=actor).new == 2
    pay(contract, actor, "30.00", key="p2")
    assert issue_receipts(month=NOVEMBER, on=TODAY, actor=actor).new == 1
    assert TermPaper.objects.filter(kind=PaperKind.QUITTANCE, cancelled_by=None).count() == 2


def test_a_complement_paid_early_gives_way_to_an_older_month_billed_after_it(actor):
    contract = make_contract()
    close_month(month=OCTOBER, actor=actor)
    price(contract, fee="230.00")
    apply(contract, actor)  # 30.00 for October, due on 5 December
    pay(contract, actor, "230.00")
    close_month(month=NOVEMBER, actor=actor)
    paid = Term.objects.order_by("due_on").values_list("month", "kind", "paid_amount")
    assert list(paid) == [
        (OCTOBER.first, "MONTHLY", D(200)),
        (NOVEMBER.first, "MONTHLY", D(30)),
        (OCTOBER.first, "ADJUSTMENT", D(0)),
    ]


def test_an_increase_then_a_decrease_leave_what_the_terms_say(actor):
    contract = make_contract()
    close_month(month=NOVEMBER, actor=actor)
    for index, fee in enumerate(("230.00", "180.00", "210.00", "0.00", "200.00")):
        price(contract, fee=fee)
        apply(contract, actor, key=f"k{index}")
        assert balance(contract) == D(fee)


# --- Rules --------------------------------------------------------------------------------------
def test_the_same_act_twice_changes_nothing(actor):
    contract = make_contract()
    close_month(month=NOVEMBER, actor=actor)
    price(contract, fee="150.00")
    apply(contract, actor)
    again = apply(contract, actor)
    assert (again.adjustment, balance(contract)) == (D(0), D(150))
    assert Entry.objects.filter(kind=EntryKind.ADJUSTMENT).count() == 1


def test_a_locked_month_refuses_in_words(actor):
    contract = make_contract()
    close_month(month=OCTOBER, actor=actor)
    price(contract, fee="150.00")
    PeriodLock.objects.create(month=NOVEMBER.first, state=LockState.LOCKED, changed_by=actor)
    with pytest.raises(MonthLocked, match="11/2026 sont verrouillés"):
        apply(contract, actor)


def test_a_contract_never_billed_has_nothing_to_put_right(actor):
    contract = make_contract()
    assert apply(contract, actor).adjustment == 0
    assert not Entry.objects.exists()


def test_the_schedule_gives_the_first_terms_with_their_day_and_reason(db):
    terms = Version(date(2026, 11, 12), date(2027, 3, 31), fee=D("75.00"))
    months = accounts().schedule(kind="CRT", due_day=5, versions=[terms], months=3)
    assert [(m.month, m.after, m.due_on, m.days) for m in months] == [
        (date(2026, 11, 1), D("47.50"), date(2026, 11, 12), 19),
        (date(2026, 12, 1), D("75.00"), date(2026, 12, 5), 31),
        (date(2027, 1, 1), D("75.00"), date(2027, 1, 5), 31),
    ]
    assert "19 jours sur 30" in str(months[0].explanation)


def test_a_month_closed_that_a_contract_now_covers_is_to_be_closed_again(actor):
    contract = make_contract(ends_on=date(2026, 10, 31))
    make_contract()
    for month in (OCTOBER, NOVEMBER):
        close_month(month=month, actor=actor)
    longer = version(contract, ends_on=date(2026, 12, 31))
    tried = accounts().preview(contract=contract, versions=[longer], today=TODAY)
    assert [m.month for m in tried.months] == [NOVEMBER.first, DECEMBER.first]
    assert any("clôturez-le à nouveau" in sentence for sentence in tried.sentences)


# --- By hand ------------------------------------------------------------------------------------
def correct(term, actor, fee, key="h", charges="0.00", reason="double saisie"):
    return correct_term(
        term=term, fee=D(fee), charges=D(charges), reason=reason, today=TODAY, actor=actor, key=key
    )


def test_a_month_billed_by_mistake_is_corrected_and_stays_so_when_terms_change(actor):
    contract = make_contract()
    close_month(month=NOVEMBER, actor=actor)
    correct(Term.objects.get(), actor, "150.00")
    assert balance(contract) == D(150)
    apply(contract, actor)
    assert balance(contract) == D(150)
    price(contract, fee="210.00")
    apply(contract, actor, key="k2")
    assert balance(contract) == D(160)


@pytest.mark.parametrize(
    ("fee", "reason", "message"),
    [
        ("200.00", "double saisie", "vaut déjà"),
        ("150.00", "  ", "Dites pourquoi"),
        ("-1.00", "double saisie", "moins de zéro"),
    ],
)
def test_a_correction_that_corrects_nothing_is_refused(actor, fee, reason, message):
    make_contract()
    close_month(month=NOVEMBER, actor=actor)
    with pytest.raises(CorrectionRefused, match=message):
        correct(Term.objects.get(), actor, fee, reason=reason)


def test_a_correction_sent_twice_is_written_once(actor):
    contract = make_contract()
    close_month(month=NOVEMBER, actor=actor)
    term = Term.objects.get()
    correct(term, actor, "150.00")
    correct(term, actor, "150.00")
    assert balance(contract) == D(150)


def test_more_months_take_no_more_questions(actor, query_count):
    def counted(months):
        contract = make_contract(starts_on=date(2026, 1, 1))
        for number in range(months):
            close_month(month=Month(2026, 1).plus(number), actor=actor)
        cut = version(contract, ends_on=date(2026, 11, 10))
        with query_count() as count:
            accounts().preview(contract=contract, versions=[cut], today=TODAY)
        return count.value

    assert counted(2) == counted(10)
