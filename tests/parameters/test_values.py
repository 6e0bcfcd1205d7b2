"""A rule's new value begins on a day and closes the one before; nothing ever overlaps."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from caracol.accounts.enums import Role
from caracol.parameters import catalogue, services
from caracol.parameters.models import Association, Parameter
from caracol.parameters.selectors import ParameterMissing, parameters_at_once, value
from tests import factories

KEY, SCOPE = "essai", ("key",)
FIRST = date(2026, 1, 1)


def begin(value, day, actor, key=KEY):
    row = Parameter(key=key, value=value, valid_from=day, source="Décret")
    return services.begin(row=row, scope=SCOPE, actor=actor)


def spans():
    rows = Parameter.objects.filter(key=KEY).order_by("valid_from")
    return [(row.value, row.valid_from, row.valid_to) for row in rows]


@pytest.fixture
def actor(db):
    return factories.make_user(Role.DIRECTOR, "*")


def test_a_new_value_closes_the_one_before_on_the_eve(actor):
    begin(1, FIRST, actor)
    begin(2, date(2026, 7, 1), actor)
    assert spans() == [(1, FIRST, date(2026, 6, 30)), (2, date(2026, 7, 1), None)]


def test_a_value_foreseen_later_stays(actor):
    begin(1, FIRST, actor)
    begin(3, date(2027, 1, 1), actor)
    begin(2, date(2026, 7, 1), actor)
    assert [value for value, _from, _to in spans()] == [1, 2, 3]
    assert spans()[1][2] == date(2026, 12, 31)


def test_a_value_before_all_others_ends_before_them(actor):
    begin(2, FIRST, actor)
    begin(1, date(2025, 1, 1), actor)
    assert spans()[0] == (1, date(2025, 1, 1), date(2025, 12, 31))


def test_two_values_on_a_day_are_refused_in_words(actor):
    begin(1, FIRST, actor)
    with pytest.raises(services.ValueRefused, match="commence déjà le 1er janvier 2026"):
        begin(2, FIRST, actor)
    assert len(spans()) == 1


def test_the_last_one_is_corrected_with_a_reason(actor):
    row = begin(1, FIRST, actor)
    row.value = 7
    with pytest.raises(services.ValueRefused, match="dites pourquoi"):
        services.correct(row=row, scope=SCOPE, today=FIRST, reason="", actor=actor)
    services.correct(row=row, scope=SCOPE, today=FIRST, reason="faute de frappe", actor=actor)
    assert spans() == [(7, FIRST, None)]


def test_one_that_was_succeeded_stays_as_it_served(actor):
    row = begin(1, FIRST, actor)
    begin(2, date(2026, 7, 1), actor)
    with pytest.raises(services.ValueRefused, match="lui a succédé"):
        services.correct(row=row, scope=SCOPE, today=FIRST, reason="non", actor=actor)


@pytest.mark.parametrize("day", [date(2026, 5, 1), date(2026, 9, 1)])
def test_moving_a_value_to_come_moves_the_end_of_the_one_before(actor, day):
    begin(1, FIRST, actor)
    row = begin(2, date(2026, 7, 1), actor)
    row.valid_from = day
    services.correct(row=row, scope=SCOPE, today=FIRST, reason="", actor=actor)
    assert spans() == [(1, FIRST, day - timedelta(days=1)), (2, day, None)]


def test_an_identity_is_alone_in_its_rule(actor):
    first = Association.objects.first()
    facts = {"address": "1 rue", "siret": "12345678200010", "iban": "FR76", "signatory": "A"}
    for name, day in (("Avant", FIRST), ("Après", date(2026, 6, 1))):
        row = Association(name=name, valid_from=day, **facts)
        services.begin(row=row, scope=(), actor=actor)
    assert first is None
    assert Association.objects.get(name="Avant").valid_to == date(2026, 5, 31)


@pytest.mark.django_db
def test_every_parameter_known_has_its_french_name_and_reads_in_words():
    for row in Parameter.objects.all():
        assert catalogue.label_of(row.key) != row.key, (
            f"Name {row.key} in caracol/parameters/catalogue.py"
        )
        words = catalogue.words_of(row.key, row.value)
        assert words
        shape = catalogue.shape_of(row.key)
        field = shape.field()
        typed = shape.typed(row.value)
        assert catalogue.words_of(row.key, shape.stored(field.clean(typed))) == words, row.key


class TestSequences(TestCase):
    """Whatever the order in which values are given, each day has one value, and no hole."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.integers(0, 60), min_size=1, max_size=8, unique=True))
    def test_days_are_covered_once(self, offsets):
        actor = factories.make_user(Role.DIRECTOR, "*")
        for offset in offsets:
            begin(offset, FIRST + timedelta(days=offset), actor)
        rows = spans()
        for (_v, _from, ends), (_w, starts, _to) in itertools.pairwise(rows):
            assert ends == starts - timedelta(days=1)
        assert rows[-1][2] is None


def test_values_read_at_once_are_those_of_each_day(query_count, actor):
    """One query for many keys and days; a day without a value is refused in the same words."""
    keys = list(Parameter.objects.values_list("key", flat=True).distinct()[:5])
    days = (date(2020, 1, 1), date(2026, 12, 1), date(2060, 1, 1))

    def read():
        found = []
        for key in keys:
            for day in days:
                try:
                    found.append(value(key, day))
                except ParameterMissing as missing:
                    found.append(missing.message)
        return found

    alone = read()
    with query_count() as counted, parameters_at_once():
        assert read() == alone
    assert counted.value == 1
