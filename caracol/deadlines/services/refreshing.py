"""The engine: what is due on a day, compared with what is written, in a few statements.

Every kind's facts stream into a temporary table by COPY, a thousand at a time; the difference is
then made by PostgreSQL. A row is written only if one of its facts differs: twice the same day
writes nothing. Two runs at once wait for each other, and the second finds nothing to do.

- a fact without a deadline opens one;
- a fact that differs from its open deadline moves it; moved earlier, it ends a putting off;
- a deadline that was closed by its source opens again when the fact comes back;
- a deadline done stays done as long as its fact keeps the day it was done for; another day is
  another occurrence, to be done anew;
- an open deadline without a fact is closed, with the outcome that its source is settled;
- of one that a person closed, the day is kept since which its source is settled too;
- what was confided to somebody whose account is closed goes back to its role, or its author.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import connection, transaction

from caracol.accounts.enums import Role
from caracol.core.workdays import next_working_day
from caracol.deadlines.enums import DeadlineAct, DeadlineState, Outcome
from caracol.deadlines.registry import TASK, DeadlineKind, Fact, kinds
from caracol.deadlines.selectors.rules import rules_on

LOCK = 4_221_755  # any constant: two refreshes wait for each other
AT_ONCE = 2000
SHOWN = 200  # what a name may hold
SAID = 300

# What a fact says of its deadline, in the order of the temporary table.
FACTS = (
    *("subject", "subject_id", "about", "territory_id", "person_id", "contract_id"),
    *("home_id", "site_id", "due_on", "stated_on", "opens_on", "why", "otherwise", "url_arg"),
)
Row = tuple[object, ...]


@dataclass(frozen=True)
class Refreshed:
    """What a run changed."""

    opened: int = 0
    moved: int = 0
    closed: int = 0
    unchanged: int = 0


@transaction.atomic
def refresh(*, on: date) -> Refreshed:
    """Bring every deadline in line with its source, as it is on a day; again changes nothing."""
    _wait_for_others()
    followed = _followed(on)
    _create_table()
    total = sum(_load(kind, on) for kind in followed)
    _index_table()
    closed = _close([kind.code for kind in followed], on)
    moved, reopened = _change()
    _settle(on)
    opened = _open(on) + reopened
    _take_back()
    _drop_table()
    return Refreshed(opened, moved, closed, total - opened - moved)


def _followed(on: date) -> list[DeadlineKind]:
    rules = rules_on(on)
    return [kind for kind in kinds() if kind.code in rules and rules[kind.code].is_enabled]


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _create_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)


def _drop_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE deadline_fact")


def _index_table() -> None:
    """Refuse two facts under one key, and let the planner know how many there are."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE deadline_fact ADD PRIMARY KEY (kind, key)")
        cursor.execute("ANALYZE deadline_fact")


def _load(kind: DeadlineKind, on: date) -> int:
    """Write a kind's facts in the temporary table; return how many there are."""
    count, facts = 0, iter(kind.facts(on))
    # Read first, then copied: while a COPY is open the connection answers nothing else.
    while chunk := list(islice(_rows(kind, facts), AT_ONCE)):
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(_COPY) as stream,
        ):
            for row in chunk:
                stream.write_row(row)
        count += len(chunk)
    return count


def _rows(kind: DeadlineKind, facts: Iterable[Fact]) -> Iterator[Row]:
    for fact in facts:
        due_on = next_working_day(fact.due_on) if kind.is_procedural else fact.due_on
        yield (
            kind.code,
            fact.key,
            kind.subject.value,
            fact.subject_id,
            fact.about[:SHOWN],
            fact.territory_id,
            fact.person_id,
            fact.contract_id,
            fact.home_id,
            fact.site_id,
            due_on,
            fact.due_on if due_on != fact.due_on else None,
            fact.opens_on,
            fact.why[:SAID],
            fact.otherwise[:SAID],
            fact.url_arg,
        )


def _close(followed: list[str], on: date) -> int:
    """Close what has lost its source, and what the direction follows no more."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {**_WORDS, "on": on, "followed": followed})
        return int(cursor.fetchone()[0])


def _change() -> tuple[int, int]:
    """Write the facts that differ; return how many moved, and how many opened again."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, _WORDS)
        moved, reopened = cursor.fetchone()
    return int(moved), int(reopened)


def _open(on: date) -> int:
    """Open what is new."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {**_WORDS, "on": on})
        return int(cursor.fetchone()[0])


def _settle(on: date) -> None:
    """Keep since when what people closed has no source; forget it when the source is back."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {**_WORDS, "on": on})


def _take_back() -> None:
    """Give back what is confided to people who have left."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, _WORDS)


_WORDS = {
    "task": TASK,
    "open": DeadlineState.OPEN.value,
    "done": DeadlineState.DONE.value,
    "closed": DeadlineState.CLOSED.value,
    "settled": Outcome.SETTLED.value,
    "suspended": Outcome.SUSPENDED.value,
    "act_opened": DeadlineAct.OPENED.value,
    "act_moved": DeadlineAct.MOVED.value,
    "act_closed": DeadlineAct.CLOSED.value,
    "act_reopened": DeadlineAct.REOPENED.value,
    "act_handed": DeadlineAct.HANDED.value,
    "left": "à l'équipe : le compte de la personne est fermé",
    "manager": Role.GLA_MANAGER.value,
}
_NAMES = ", ".join(FACTS)
_D_FACTS = ", ".join(f"d.{name}" for name in FACTS)
_F_FACTS = ", ".join(f"f.{name}" for name in FACTS)
_SET_FACTS = ", ".join(f"{name} = old.{name}" for name in FACTS)

_CREATE = """
CREATE TEMPORARY TABLE deadline_fact (
    kind text NOT NULL, key text NOT NULL, subject text NOT NULL, subject_id bigint NOT NULL,
    about text NOT NULL, territory_id bigint, person_id bigint, contract_id bigint,
    home_id bigint, site_id bigint, due_on date NOT NULL, stated_on date, opens_on date,
    why text NOT NULL, otherwise text NOT NULL, url_arg text NOT NULL
) ON COMMIT DROP
"""
# Their only parts that vary are names of ours.
_COPY = f"COPY deadline_fact (kind, key, {_NAMES}) FROM STDIN"

_CLOSE = """
WITH gone AS (
    UPDATE deadlines_deadline d
       SET state = %(closed)s, closed_on = %(on)s, snoozed_until = NULL, snooze_reason = '',
           outcome = CASE WHEN d.kind = ANY(%(followed)s) THEN %(settled)s ELSE %(suspended)s END
     WHERE d.state = %(open)s AND d.kind <> %(task)s
       AND NOT EXISTS (SELECT 1 FROM deadline_fact f WHERE f.kind = d.kind AND f.key = d.key)
 RETURNING d.id, d.due_on, d.outcome
), told AS (
    INSERT INTO deadlines_deadlineevent (deadline_id, act, from_on, text)
    SELECT id, %(act_closed)s, due_on, outcome FROM gone
)
SELECT count(*) FROM gone
"""

_CHANGE = f"""
WITH old AS MATERIALIZED (
    SELECT d.id, d.state AS was, d.due_on AS was_due, f.*
      FROM deadlines_deadline d
      JOIN deadline_fact f ON f.kind = d.kind AND f.key = d.key
     WHERE d.state = %(open)s AND ({_D_FACTS}) IS DISTINCT FROM ({_F_FACTS})
        OR d.state = %(closed)s
        OR d.state = %(done)s AND d.due_on <> f.due_on
       FOR UPDATE OF d
), changed AS (
    UPDATE deadlines_deadline d
       SET {_SET_FACTS}, state = %(open)s, outcome = '', note = '', closed_on = NULL,
           closed_by_id = NULL, settled_on = NULL,
           occurrence = d.occurrence + (old.was = %(done)s)::int,
           snoozed_until = CASE WHEN old.was = %(open)s AND old.due_on >= old.was_due
                                THEN d.snoozed_until END,
           snooze_reason = CASE WHEN old.was = %(open)s AND old.due_on >= old.was_due
                                THEN d.snooze_reason ELSE '' END
      FROM old WHERE d.id = old.id
), told AS (
    INSERT INTO deadlines_deadlineevent (deadline_id, act, from_on, to_on, text)
    SELECT id, CASE WHEN was = %(open)s THEN %(act_moved)s ELSE %(act_reopened)s END,
           was_due, due_on, ''
      FROM old WHERE was <> %(open)s OR was_due <> due_on
)
SELECT count(*) FILTER (WHERE was = %(open)s), count(*) FILTER (WHERE was <> %(open)s) FROM old
"""  # noqa: S608

_SETTLE = """
UPDATE deadlines_deadline d
   SET settled_on = CASE WHEN d.settled_on IS NULL THEN %(on)s::date END
 WHERE d.state = %(done)s AND d.kind <> %(task)s
   AND (d.settled_on IS NOT NULL)
       = EXISTS (SELECT 1 FROM deadline_fact f WHERE f.kind = d.kind AND f.key = d.key)
"""

# A task without a team goes back to its author; where they have left too, to the managers.
_TAKE_BACK = """
WITH old AS MATERIALIZED (
    SELECT d.id, d.kind = %(task)s AND d.role = '' AND d.owner_id IS NULL AS is_nobodys,
           coalesce(author.is_active, false) AS has_author
      FROM deadlines_deadline d
      JOIN accounts_user who ON who.id = d.assignee_id AND NOT who.is_active
      LEFT JOIN accounts_user author ON author.id = d.author_id
     WHERE d.state = %(open)s
       FOR UPDATE OF d
), given AS (
    UPDATE deadlines_deadline d
       SET assignee_id = CASE WHEN old.is_nobodys AND old.has_author THEN d.author_id END,
           role = CASE WHEN old.is_nobodys AND NOT old.has_author THEN %(manager)s
                       ELSE d.role END
      FROM old WHERE d.id = old.id
 RETURNING d.id, d.due_on
)
INSERT INTO deadlines_deadlineevent (deadline_id, act, from_on, text)
SELECT id, %(act_handed)s, due_on, %(left)s FROM given
"""

_OPEN = f"""
WITH fresh AS (
    INSERT INTO deadlines_deadline
        (kind, key, {_NAMES}, occurrence, state, outcome, note, opened_on, snooze_reason, role)
    SELECT f.kind, f.key, {_F_FACTS}, 1, %(open)s, '', '', %(on)s, '', ''
      FROM deadline_fact f
      LEFT JOIN deadlines_deadline d ON d.kind = f.kind AND d.key = f.key
     WHERE d.id IS NULL
 RETURNING id, due_on
), told AS (
    INSERT INTO deadlines_deadlineevent (deadline_id, act, to_on, text)
    SELECT id, %(act_opened)s, due_on, '' FROM fresh
)
SELECT count(*) FROM fresh
"""  # noqa: S608
