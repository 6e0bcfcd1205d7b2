"""Amounts, dates, names and statuses as they are written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from caracol.core.periods import Month
from caracol.ui import atoms
from caracol.ui.charts import bar_chart

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Decimal("1234.56"), f"1{NBSP}234,56{NBSP}€"),
        (Decimal("-37.5"), f"\N{MINUS SIGN}37,50{NBSP}€"),
        (Decimal(0), f"0,00{NBSP}€"),
    ],
)
def test_amounts_never_break(amount, written):
    assert atoms.euros(amount) == written
    assert written in atoms.money(amount)


def test_a_balance_says_its_sense_without_colour():
    assert "is-due" in atoms.money(Decimal(12), "balance")
    credit = atoms.money(Decimal(-12), "balance")
    assert "en avance" in credit
    assert "\N{MINUS SIGN}" not in credit
    assert "à rendre" in atoms.money(Decimal(-12), "balance", credit="à rendre")
    assert "+12,00" in atoms.money(Decimal(12), "signed")
    assert "non renseigné" in atoms.money(None)


def test_days_and_months_are_written_in_french():
    assert atoms.short_day(date(2026, 11, 23)) == f"23{NBSP}nov. 2026"
    assert atoms.short_day(date(2026, 9, 1)) == f"1er{NBSP}sept. 2026"
    assert atoms.long_day(date(2026, 11, 23)) == f"lundi 23{NBSP}novembre 2026"
    assert {
        atoms.month_name("2026-11"),
        atoms.month_name(Month(2026, 11)),
        atoms.month_name(date(2026, 11, 2)),
    } == {"novembre 2026"}


def test_a_moment_is_shown_in_paris():
    moment = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert atoms.short_day(moment) == f"24{NBSP}nov. 2026"
    assert f"à 00{NBSP}h{NBSP}30" in atoms.day(moment)


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 11, 23), "aujourd'hui"),
        (date(2026, 11, 22), "hier"),
        (date(2026, 11, 20), f"il y a 3{NBSP}jours"),
        (date(2027, 2, 23), f"dans 3{NBSP}mois"),
        (date(2023, 11, 23), f"il y a 3{NBSP}ans"),
    ],
)
def test_distances(day, written):
    assert atoms.ago(day, date(2026, 11, 23)) == written


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Amina Diallo", "AD"), ("Marie-Claire Ngo", "MN"), ("Omar", "O"), ("", "?"), ("42", "?")],
)
def test_initials(name, letters):
    assert atoms.initials(name) == letters


def test_names_are_escaped_everywhere():
    bad = '<script>alert("x")</script>'
    for html in (
        atoms.status(bad, bad),
        atoms.chip(bad, bad, detail=bad, person=True),
        atoms.avatar(bad),
        atoms.icon(bad, bad),
    ):
        assert "<script>" not in html


def test_a_chart_of_nothing_stands():
    chart = bar_chart([])
    assert chart.segments == []
    assert len(chart.scale) == 2


def test_a_chart_keeps_every_number_in_its_table():
    chart = bar_chart([("nov.", [Decimal("1200.5"), Decimal(0)])], legend=["A", "B"])
    assert chart.rows == [("nov.", [f"1{NBSP}200,50{NBSP}€", f"0,00{NBSP}€"])]
    assert len(chart.segments) == 1


@pytest.mark.parametrize("top", [1, 9, 10, 11, 249, 250, 1000, 123456])
def test_bars_stay_inside_the_chart(top):
    for segment in bar_chart([("x", Decimal(top))]).segments:
        assert float(segment.y) >= 0


def test_devices_are_named():
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert atoms.device(agent) == "Firefox sur Windows"
    assert atoms.device("curl") == "Navigateur inconnu"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("0612345678", "\N{NO-BREAK SPACE}".join(["06", "12", "34", "56", "78"])),
        ("+33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("", ""),
    ],
)
def test_a_phone_number_is_grouped_by_two(written, shown):
    assert atoms.phone(written) == shown
