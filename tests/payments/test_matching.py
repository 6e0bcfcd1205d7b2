"""Whom a bank line pays for: certain by what is ours, proposed by names, never the other way."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.calculations.match_facts import Certainty, Claim, Payment, Rule
from payments.calculations.matching import decide, open_book, payer_key
from payments.calculations.naming import Household, NameIndex

TODAY = date(2026, 11, 5)
AMINA = Claim(
    "C2601",
    (Household("Diallo", "Amina"),),
    date(2026, 1, 1),
    date(2027, 6, 30),
    home="MON1",
    room="01",
    mandates=("CARACOL-C2601",),
    documents=("AE-2026-00012",),
    due=Decimal("200.00"),
    open_amounts=(Decimal("200.00"), Decimal("80.00")),
)
YUSUF = Claim(
    "C2602",
    (Household("El Haddad", "Yusuf"), Household("Tesfaye", "Selam")),
    date(2026, 1, 1),
    date(2027, 6, 30),
    home="MON1",
    room="02",
    due=Decimal("150.00"),
    open_amounts=(Decimal("150.00"),),
)
MOHAMED = Claim(
    "C2603",
    (Household("Ndiaye", "Mohamed"),),
    date(2026, 1, 1),
    date(2027, 6, 30),
    home="PAR1",
    room="1",
    due=Decimal("310.00"),
    open_amounts=(Decimal("310.00"),),
)
GONE = Claim(
    "C2500", (Household("Martin", "Claire"),), date(2024, 1, 1), date(2025, 1, 1), is_closed=True
)
CLAIMS = (AMINA, YUSUF, MOHAMED, GONE)


def decided(text="", amount="200.00", *, payer="", iban="", accounts=None, **facts):
    """Decide on a line received on the day of the tests."""
    payment = Payment(Decimal(amount), TODAY, (text,), payer, iban, **facts)
    return decide(payment, open_book(CLAIMS, accounts or {}))


def shown(decision):
    """What a decision comes to, in short."""
    return decision.certainty.value, [(part.contract, str(part.amount)) for part in decision.parts]


@pytest.mark.parametrize(
    "text",
    [
        "C2601",
        "loyer C2601 novembre",
        "VIR SEPA c 2601",
        "REF:C26 01/LOYER",
        "CARACOL-C2601",
        "avis AE-2026-00012",
        "Caracol chambre 01 MON1",
        "mon1 ch 1",
        "MON1 ch01 loyer",
        "chambre n°01 MON1",
        "MON1-01",
        "loyer MON1/1",
    ],
)
def test_a_reference_of_ours_is_certain(text):
    """Whatever the spaces, the case and the words around it."""
    assert shown(decided(text)) == ("auto", [("C2601", "200.00")])


@pytest.mark.parametrize(
    "text",
    [
        *("chambre 01", "MON1", "chambre 9 MON1", "MON1 et PAR1 chambre 1"),
        *("MON1 01", "MON1-01-2026", "ch1 ch2 MON1", "C26", "2601", "C26011"),
    ],
)
def test_half_a_reference_is_no_reference(text):
    """A room without its home, a home without its room, a number cut short: nothing is certain."""
    assert decided(text).certainty == Certainty.NONE


def test_the_room_of_somebody_who_left_names_nobody():
    """On the day, the room was not theirs."""
    late = Payment(Decimal("200.00"), date(2027, 8, 1), ("chambre 01 MON1",))
    assert decide(late, open_book(CLAIMS, {})).certainty == Certainty.NONE


def test_a_number_against_a_home_that_may_be_the_month_names_no_room():
    """In November, "loyer MON1/11" may speak of November; "chambre 11" cannot."""
    eleventh = replace(AMINA, room="11")
    book = open_book((eleventh, YUSUF), {})
    lines = [Payment(Decimal("200.00"), TODAY, (text,)) for text in ("MON1/11", "MON1 ch 11")]
    assert [decide(line, book).certainty.value for line in lines] == ["none", "auto"]


def test_a_shared_room_leaves_the_choice_to_a_person():
    """The name says whose part it is, and a name only proposes."""
    partner = replace(YUSUF, room="01")
    line = Payment(Decimal("150.00"), TODAY, ("MON1 chambre 01",), "HADDAD YUSUF")
    decision = decide(line, open_book((AMINA, partner), {}))
    assert shown(decision) == ("proposed", [("C2602", "150.00")])
    assert decision.others == ("C2601",)


def test_the_name_of_who_had_the_room_before_makes_it_doubtful():
    """Somebody who left pays what was owed, by the words always used."""
    before = replace(YUSUF, room="01", last=date(2026, 9, 30))
    line = Payment(Decimal("150.00"), TODAY, ("MON1 chambre 01",), "MLLE TESFAYE")
    decision = decide(line, open_book((AMINA, before), {}))
    assert shown(decision) == ("proposed", [("C2601", "150.00")])
    assert decision.others == ("C2602",)


@pytest.mark.parametrize(
    ("text", "certainty", "contract"),
    [
        ("loyer Ndiaye", "proposed", "C2603"),
        ("pour Yusuf", "proposed", "C2602"),
        ("aide Mohamed Ndiaye loyer", "proposed", "C2603"),
        ("loyer Amina", "auto", "C2601"),
        ("loyer Bernard", "auto", "C2601"),
        ("loyer novembre", "auto", "C2601"),
    ],
)
def test_an_account_known_for_one_pays_for_another_whom_the_words_name(text, certainty, contract):
    """A guardian's account settles by itself only for the one it is known for."""
    accounts = {"FR76": frozenset({"C2601"})}
    decision = decided(text, payer="M BERNARD HOTE", iban="FR76", accounts=accounts)
    assert shown(decision) == (certainty, [(contract, "200.00")])


def test_a_payer_known_by_name_pays_for_another_whom_the_words_name():
    """Without an account too, what the payer writes comes before what he did."""
    book = open_book(CLAIMS, {}, {payer_key("M BERNARD HOTE"): frozenset({"C2601"})})
    line = Payment(Decimal("150.00"), TODAY, ("pour Yusuf El Haddad",), "M BERNARD HOTE")
    decision = decide(line, book)
    assert (shown(decision), decision.others) == (("proposed", [("C2602", "150.00")]), ("C2601",))


def test_the_first_name_of_one_is_the_last_name_of_another():
    """Martin Hassan writes "loyer Martin": his own account settles his own rent."""
    martin = replace(YUSUF, households=(Household("Hassan", "Martin"),))
    other = replace(MOHAMED, households=(Household("Martin", "Selam"),))
    book = open_book((martin, other), {"FR76": frozenset({"C2602"})})
    line = Payment(Decimal("150.00"), TODAY, ("loyer Martin",), "HASSAN M", "FR76")
    assert shown(decide(line, book)) == ("auto", [("C2602", "150.00")])


@pytest.mark.parametrize(
    ("payer", "text", "better"),
    [
        ("NOOR Z", "loyer", ("Noor", "Zahra")),
        ("IDRISSI N", "VIR INST LOYER MAI", ("Idrissi", "Noor")),
        ("MAHAAT SALAM", "VIR INST LOYER MAI", ("Mahamat", "Salam")),
        ("NOOR NOOR", "loyer", ("Noor", "Noor")),
        ("AVRIL MAI", "loyer", ("Mai", "Avril")),
    ],
)
def test_the_better_name_is_proposed_first(payer, text, better):
    """An initial counts, a month is no surname, and a word said once is not a whole name."""
    names = [("Noor", "Zahra"), ("Noor", "Noor"), ("Idrissi", "Noor"), ("Mai", "Avril")]
    names += [("Mahamat", "Salam"), ("Mai", "Salam")]
    book = NameIndex()
    for last, first in names:
        book.add(f"{last} {first}", Household(last, first))
    scores = book.scores(payer, (text,))
    assert max(scores, key=scores.get) == " ".join(better)


def test_who_bears_one_name_only_is_named_by_it_whole():
    """Many a passport has a single name."""
    single = replace(AMINA, households=(Household("Jawad", ""),))
    decision = decide(
        Payment(Decimal("200.00"), TODAY, ("loyer",), "JAWAD"), open_book((single, YUSUF), {})
    )
    assert (shown(decision)[0], decision.strong) == ("proposed", True)


def test_a_reference_that_the_payers_name_denies_waits_for_a_person():
    """Amina's number under Mohamed's whole name: one of them is a mistake."""
    decision = decided("C2601", payer="NDIAYE MOHAMED")
    assert shown(decision) == ("proposed", [("C2601", "200.00")])
    assert decision.others == ("C2603",)


def test_a_partner_pays_for_the_household():
    """A co-holder's name denies nothing."""
    assert decided("C2602", payer="TESFAYE SELAM").certainty == Certainty.AUTO


def test_a_closed_contract_is_never_certain():
    """Its account is settled: a person looks."""
    assert decided("C2500").certainty == Certainty.PROPOSED


def test_two_contracts_named_are_certain_only_when_the_sums_fit():
    """Parts are what each owes, to the cent."""
    assert shown(decided("C2601 C2602", "350.00")) == (
        "auto",
        [("C2601", "200.00"), ("C2602", "150.00")],
    )
    assert shown(decided("C2601 C2602", "300.00")) == (
        "proposed",
        [("C2601", "200.00"), ("C2602", "100.00")],
    )


def test_an_account_confirmed_for_one_contract_is_certain():
    """A friend pays for Amina, as a person of the team said once."""
    accounts = {"FR76AMI": frozenset({"C2601"})}
    decision = decided("loyer", payer="M BERNARD HOTE", iban="FR76AMI", accounts=accounts)
    assert shown(decision) == ("auto", [("C2601", "200.00")])


def test_an_account_of_two_contracts_only_proposes():
    """The one whose amount is due comes first."""
    accounts = {"FR76UDAF": frozenset({"C2601", "C2602"})}
    decision = decided("aide", "150.00", iban="FR76UDAF", accounts=accounts)
    assert shown(decision) == ("proposed", [("C2602", "150.00")])
    assert decision.others == ("C2601",)


def test_an_account_that_the_text_denies_waits_for_a_person():
    """The guardian's usual account pays, this time, for another."""
    accounts = {"FR76UDAF": frozenset({"C2601"})}
    decision = decided("pour Mohamed Ndiaye", "310.00", iban="FR76UDAF", accounts=accounts)
    assert decision.certainty == Certainty.PROPOSED


@pytest.mark.parametrize(
    ("payer", "contract"),
    [
        ("MME DIALLO AMINA", "C2601"),
        ("Amina Diallo", "C2601"),
        ("DIALO AMINA", "C2601"),
        ("EL HADDAD YUSUF OU MME TESFAYE", "C2602"),
        ("HADDAD YOUSOUF", "C2602"),
        ("N'DIAYE MOHAMMED", "C2603"),
        ("NDIAYE MUHAMMAD", "C2603"),
    ],
)
def test_a_name_proposes_and_never_settles(payer, contract):
    """Accents, order, doubled letters, transcriptions, particles."""
    decision = decided("loyer", payer=payer)
    assert decision.certainty == Certainty.PROPOSED
    assert decision.parts[0].contract == contract


def test_a_whole_name_and_an_exact_amount_are_a_strong_proposal():
    """They are accepted together, after one look."""
    assert decided("loyer", payer="Amina Diallo").strong
    assert not decided("loyer", "123.45", payer="Amina Diallo").strong


def test_namesakes_are_told_apart_by_what_is_due_and_never_strong():
    """The same name on two contracts."""
    twin = Claim(
        "C2699",
        (Household("Diallo", "Amina"),),
        date(2026, 1, 1),
        date(2027, 6, 30),
        open_amounts=(Decimal("95.00"),),
    )
    book = open_book((*CLAIMS, twin), {})
    decision = decide(Payment(Decimal("95.00"), TODAY, ("loyer",), "DIALLO AMINA"), book)
    assert decision.parts[0].contract == "C2699"
    assert decision.others == ("C2601",)
    assert not decision.strong


@pytest.mark.parametrize("text", ["loyer", "VIREMENT PERMANENT", "SUBVENTION 2026 SOLDE", ""])
def test_common_words_name_nobody(text):
    """What everybody writes says nothing."""
    assert decided(text, payer="FONDATION EXEMPLE").certainty == Certainty.NONE


def test_a_returned_debit_reopens_the_debt_it_names():
    """By its mandate, with the bank's code; an invoice that bears a number of ours is not one."""
    back = decided("REJET PRELEVEMENT", "-75.00", mandate_id="CARACOL-C2601", return_reason="MD06")
    assert shown(back) == ("auto", [("C2601", "-75.00")])
    assert "MD06" in back.reason
    assert decided("FACTURE 998812", "-642.10").certainty == Certainty.NONE
    assert decided("REMBOURSEMENT C2601", "-80.00").certainty == Certainty.PROPOSED


@pytest.mark.parametrize(
    "text", ["REJETS DE PRELEVEMENTS 3 OPERATIONS", "IMPAYES SDD", "RETOUR PRLV DU 07/12"]
)
def test_debits_that_come_back_in_one_sum_wait_for_their_detail(text):
    """The bank says how much, not whose: nobody's debt is reopened, and it is not foreign."""
    lump = decided(text, "-615.00")
    assert (lump.certainty, lump.rule) == (Certainty.NONE, Rule.RETURN)
    assert "ne dit pas lesquels" in lump.reason
    assert decided("RETOUR MATERIEL", "-615.00").rule == Rule.NONE


@given(
    st.lists(st.sampled_from(["C2601", "C2602", "loyer", "MON1", "chambre", "01", "Diallo"])),
    st.decimals("0.01", "2000", places=2),
    st.sampled_from(["", "DIALLO AMINA", "NDIAYE MOHAMED", "X"]),
)
def test_what_is_decided_is_never_more_nor_less_than_the_line(words, amount, payer):
    """Parts add up to the amount, and a certain one names a contract of ours."""
    decision = decided(" ".join(words), str(amount), payer=payer)
    if decision.parts:
        assert sum(part.amount for part in decision.parts) == amount
    assert (decision.certainty == Certainty.NONE) == (not decision.parts)


@given(st.text(max_size=60), st.text(max_size=30))
def test_no_text_breaks_the_index(text, payer):
    """Any signs, any alphabet."""
    index = NameIndex()
    index.add("C1", Household("Diallo", "Amina"))
    assert all(0 <= score <= 100 for score in index.scores(payer, (text,)).values())


@pytest.mark.parametrize(
    ("text", "amount", "payer", "word"),
    [
        ("LOYER C2601 NOVEMBRE", "99999.00", "", "dépasse de loin"),
        ("FACTURE C2601 PLOMBERIE", "200.00", "MARTIN SARL", "« facture »"),
        ("devis C2601", "200.00", "", "« devis »"),
        ("AIDE C2601", "200.00", "CAF DE PARIS", "une CAF"),
        ("AIDE C2601", "200.00", "Caisse d'allocations familiales 59", "une CAF"),
    ],
)
@pytest.mark.parametrize("iban", ["", "FR7612345678901234567890123"])
def test_a_sign_of_ours_beside_what_no_resident_writes_is_only_proposed(
    text, amount, payer, word, iban
):
    accounts = {iban: frozenset({"C2601"})} if iban else {}
    words = "NOVEMBRE" if iban and "LOYER" in text else text.replace("C2601", "") if iban else text
    found = decided(words, amount, payer=payer, iban=iban, accounts=accounts)
    assert shown(found) == ("proposed", [("C2601", amount)])
    assert word in found.reason


def test_a_year_paid_in_advance_is_certain():
    assert decided("C2601", "2400.00").certainty == Certainty.AUTO


@pytest.mark.parametrize(
    ("payer", "text"),
    [
        ("CNAF", "ALS C2601 10/2026"),
        ("MSA ILE DE FRANCE", "AIDE LOGEMENT C2601"),
        ("MAIF", "INDEMNITE SINISTRE C2601"),
        ("EDF", "REMBOURSEMENT TROP PERCU C2601"),
        ("AMINA DIALLO", "DEPOT DE GARANTIE C2601"),
    ],
)
def test_money_of_another_nature_that_bears_a_reference_waits_for_a_person(payer, text):
    """Aid, an indemnity or a deposit is no rent of the resident's."""
    assert decided(text, payer=payer).certainty == Certainty.PROPOSED


def test_a_date_is_no_part_of_a_reference():
    """ "C 26/01" is the 26th of January, whatever contract C2601 may be."""
    assert decided("VIR DUPUIS C 26/01").certainty == Certainty.NONE
    assert decided("C2601 26/01/2026").certainty == Certainty.AUTO


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("FRAIS REJET PRELEVEMENT C2601", "proposed"),
        ("VIR EMIS RETOUR DEPOT DE GARANTIE C2601", "proposed"),
        ("REJET PRELEVEMENT RUM CARACOL-C2601", "auto"),
    ],
)
def test_only_a_debit_that_returned_reopens_a_debt_by_itself(text, certainty):
    """The bank's fee is not the resident's, and a deposit sent back is another matter."""
    assert decided(text, "-75.00").certainty == certainty
