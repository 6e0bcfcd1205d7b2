"""The difference beside a plain model: facts move, vanish, come back; runs repeat or miss a day."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from caracol.accounts.policy import GLA
from caracol.deadlines.enums import DeadlineAct, DeadlineState, Domain, Outcome, Subject
from caracol.deadlines.models import Deadline, DeadlineEvent, DeadlineRule
from caracol.deadlines.registry import Fact, deadline_kind, forget
from caracol.deadlines.registry import kinds as known_kinds
from caracol.deadlines.services import acting, refreshing
from caracol.deadlines.services.refreshing import Refreshed, refresh
from tests.factories import make_territory, make_user

KIND = "tests.model"
START = date(2026, 11, 24)
KEYS = st.sampled_from("abcd")
SHIFTS = st.integers(0, 6)


class Engine(RuleBasedStateMachine):
    """What the engine writes is what one would write by hand."""

    @initialize()
    def begin(self):
        self.example = transaction.atomic()
        self.example.__enter__()
        self.facts, self.expected, self.day = {}, {}, START
        deadline_kind(
            KIND,
            domain=Domain.STAY,
            subject=Subject.CONTRACT,
            readers=GLA,
            url_name="residents:contract-detail",
            settled="Réglé.",
        )(lambda day: [Fact(key, 1, key, due, self.place) for key, due in self.facts.items()])
        DeadlineRule.objects.create(
            kind=KIND, label="x", why="x", otherwise="x", leads=[1], audience=["GLA_MANAGER"],
            role="GLA_MANAGER", valid_from=date(2020, 1, 1), source="x",
        )  # fmt: skip
        self.user, self.place = make_user(), make_territory().pk

    @rule(key=KEYS, shift=SHIFTS)
    def a_fact_is_there_or_moves(self, key, shift):
        self.facts[key] = START + timedelta(days=shift)

    @rule(key=KEYS)
    def a_fact_is_gone(self, key):
        self.facts.pop(key, None)

    @rule(days=st.integers(0, 3))
    def days_go_by(self, days):
        self.day += timedelta(days=days)

    @rule(key=KEYS)
    def somebody_does_it(self, key):
        row = Deadline.objects.filter(kind=KIND, key=key, state=DeadlineState.OPEN).first()
        if row is not None:
            acting.mark_done(deadline=row, outcome=Outcome.DONE, actor=self.user, on=self.day)
            self.expected[key]["state"] = DeadlineState.DONE
            self.expected[key]["until"] = None

    @rule(key=KEYS, days=st.integers(1, 4))
    def somebody_puts_it_off(self, key, days):
        row = Deadline.objects.filter(kind=KIND, key=key, state=DeadlineState.OPEN).first()
        if row is not None:
            until = self.day + timedelta(days=days)
            acting.snooze(
                deadline=row, until=until, reason="attendre", actor=self.user, on=self.day
            )
            self.expected[key]["until"] = until

    @rule(times=st.integers(1, 3))
    def it_is_refreshed(self, times):
        wanted = self._by_hand()
        assert refresh(on=self.day) == wanted
        events = DeadlineEvent.objects.count()
        for _again in range(times - 1):
            assert refresh(on=self.day) == Refreshed(unchanged=len(self.facts))
        assert DeadlineEvent.objects.count() == events

    def _by_hand(self):
        """Move the model as the rules of the engine say, one row at a time."""
        count = dict.fromkeys(("opened", "moved", "closed", "unchanged"), 0)
        for key, row in self.expected.items():
            if row["state"] == DeadlineState.OPEN and key not in self.facts:
                row |= {"state": DeadlineState.CLOSED, "until": None}
                count["closed"] += 1
        for key, due in self.facts.items():
            count[self._one(key, due)] += 1
        return Refreshed(**count)

    def _one(self, key, due):
        row = self.expected.get(key)
        fresh = {"state": DeadlineState.OPEN, "due": due, "until": None}
        if row is None:
            self.expected[key] = {**fresh, "turn": 1}
            return "opened"
        if row["state"] == DeadlineState.CLOSED:
            row |= fresh
            return "opened"
        if row["due"] == due:
            return "unchanged"
        if row["state"] == DeadlineState.DONE:
            row |= {**fresh, "turn": row["turn"] + 1}
            return "opened"
        row |= {"due": due, "until": row["until"] if due >= row["due"] else None}
        return "moved"

    @invariant()
    def rows_are_the_model_s(self):
        if not hasattr(self, "expected"):
            return
        rows = Deadline.objects.filter(kind=KIND)
        found = {
            row.key: {
                "state": row.state,
                "due": row.due_on,
                "until": row.snoozed_until,
                "turn": row.occurrence,
            }
            for row in rows
        }
        assert found == self.expected

    def teardown(self):
        forget(KIND)
        if hasattr(self, "example"):
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)


@pytest.mark.django_db
def test_the_engine_writes_what_one_would_write_by_hand(monkeypatch):
    """Only the model's facts are read: the others are empty here, and cost time."""
    mine = lambda: [kind for kind in known_kinds() if kind.code == KIND]  # noqa: E731
    monkeypatch.setattr(refreshing, "kinds", mine)
    run_state_machine_as_test(
        Engine, settings=settings(max_examples=15, stateful_step_count=18, deadline=None)
    )


def test_acts_that_people_do_have_their_words():
    assert all(act.label for act in DeadlineAct)
