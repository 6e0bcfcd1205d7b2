"""Amounts must tie before a paper is numbered; the frozen form is exact."""

from datetime import date
from decimal import Decimal

import pytest

from caracol.documents import content, freezing, naming
from tests.documents import samples

D = Decimal


@pytest.mark.parametrize(
    ("build", "change"),
    [
        (samples.due_notice, {"total": D("201.00")}),
        (samples.due_notice, {"net_due": D("62.62")}),
        (samples.quittance, {"paid_total": D("62.64")}),
        (samples.quittance, {"payments": ()}),
        (samples.partial_receipt, {"left_due": D("159.99")}),
    ],
)
def test_a_paper_that_does_not_tie_is_refused(build, change):
    with pytest.raises(content.PaperInconsistent):
        build(**change)


def test_a_term_paid_in_full_takes_no_receipt():
    with pytest.raises(content.PaperInconsistent, match="quittance"):
        samples.partial_receipt(
            payments=(
                content.PaymentLine(
                    received_on=date(2026, 11, 4), means="chèque", payer="vous", amount=D("200.00")
                ),
            ),
            paid_total=D("200.00"),
            left_due=D("0.00"),
        )


def test_a_statement_follows_its_own_movements():
    statement = samples.statement(3)
    rows = statement.rows[:-1]
    with pytest.raises(content.PaperInconsistent):
        content.Statement(**{**statement.__dict__, "rows": rows})


def test_no_float_is_ever_frozen():
    with pytest.raises(TypeError):
        freezing.freeze({"amount": 12.5})


def test_control_characters_never_reach_a_paper():
    assert freezing.freeze("Aïs\x00sata\x1b Diallo") == "Aïssata Diallo"


def test_the_fingerprint_is_of_what_is_said():
    facts = {"kind": "QUITTANCE", "number": "Q-2026-00001", "issued_on": date(2026, 11, 25)}
    one = freezing.fingerprint(**facts, data={"a": "1.00", "b": "2"})
    assert one == freezing.fingerprint(**facts, data={"b": "2", "a": "1.00"})
    assert one != freezing.fingerprint(**facts, data={"a": "1.01", "b": "2"})


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("Diallo", "Quittance_2026-11_MON1-03_Diallo.pdf"),
        ("Ben Salah", "Quittance_2026-11_MON1-03_Ben-Salah.pdf"),
        ("Keïta Łęcka", "Quittance_2026-11_MON1-03_Keita-Lecka.pdf"),
        ("../../etc/passwd\n", "Quittance_2026-11_MON1-03_etc-passwd.pdf"),
        ("", "Quittance_2026-11_MON1-03_Q-2026-00001.pdf"),
    ],
)
def test_file_names_are_plain(who, name):
    data = freezing.freeze(samples.quittance())
    data["recipient"]["short_name"] = who
    assert naming.file_name(stem="Quittance", number="Q-2026-00001", data=data) == name


def test_the_same_name_twice_takes_its_number():
    pairs = [("a.pdf", "Q-2026-00001"), ("b.pdf", "Q-2026-00002"), ("a.pdf", "Q-2026-00003")]
    assert naming.distinct(pairs) == ["a_Q-2026-00001.pdf", "b.pdf", "a_Q-2026-00003.pdf"]
