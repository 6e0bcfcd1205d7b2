"""The nightly refresh of deadlines: linear, in little memory, nothing written twice.

`python -m tests.bench.deadlines N` adds people up to N, each with eight real deadlines, and
answers with JSON: the first run, the same day again, and a day on which one in a hundred moved.
"""

import os
import resource
import sys
import time
from datetime import date
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.dev")
django.setup()

# ruff: noqa: E402
from django.db import connection, connections, transaction

from caracol.accounts.enums import Role
from caracol.accounts.models import Membership, Territory, User
from caracol.core.database import OWNER
from caracol.deadlines.models import Deadline
from caracol.deadlines.services.refreshing import refresh
from caracol.deadlines.services.reminding import send_reminders
from residents.models import Person
from tests.bench.processes import Bench, answer
from tests.bench.report import Row

DAY = date(2026, 11, 24)
FEW, MANY = 5_000, 20_000
EACH = 8
TEAM, ROLES = 50, (Role.SOCIAL_WORKER, Role.GLA_MANAGER, Role.GLA_ASSISTANT, Role.SOCIAL_DIRECTOR)
NEVER = date(2026, 11, 22)  # a Sunday: nobody is told anything
KIB = 1024
# A permit gives two deadlines (its end, its window), a housing request one, five rights one each.
PEOPLE = """
    INSERT INTO residents_person (territory_id, reference, civility, last_name, first_name,
        search_key, language, phone, email, email_consent, sms_consent, caf_number, caf_department)
    SELECT (SELECT min(id) FROM accounts_territory), 'D' || n, 'NONE', 'Nom' || n, 'Prenom',
        'nom' || n || ' prenom', 'fr', '', '', false, false, '', ''
    FROM generate_series((SELECT count(*) FROM residents_person) + 1, %(people)s) AS n
"""
PERMITS = """
    INSERT INTO residents_residencepermit (person_id, kind, expires_on)
    SELECT id, 'CARTE_RESIDENT', date '2027-01-01' + (id %% 900)::int FROM residents_person p
    WHERE NOT EXISTS (SELECT 1 FROM residents_residencepermit WHERE person_id = p.id)
"""
REQUESTS = """
    INSERT INTO residents_housingrequest (person_id, number, expires_on)
    SELECT id, 'NUR' || id, date '2026-12-01' + (id %% 360)::int FROM residents_person p
    WHERE NOT EXISTS (SELECT 1 FROM residents_housingrequest WHERE person_id = p.id)
"""
RIGHTS = """
    INSERT INTO social_personright
        (person_id, kind, due_on, filed_on, decision, outcome, is_transition)
    SELECT id, kind, date '2026-12-01' + (id %% 360)::int, date '2026-10-01', '', '', false
    FROM residents_person p, unnest(ARRAY['C2S','RSA','LICENCE','VISALE','INTEGRATION']) AS kind
    WHERE NOT EXISTS (SELECT 1 FROM social_personright WHERE person_id = p.id)
"""


def measure(bench: Bench, _big: str) -> list[Row]:
    """Refresh five thousand people, then twenty thousand, each in a fresh database."""
    found = {}
    for people in (FEW, MANY):
        with bench.database() as database:
            found[people] = bench.run(database, "deadlines", people)
    few, many = found[FEW], found[MANY]
    rows = []
    for what in ("first", "again", "moved"):
        growth = many[what]["seconds"] / few[what]["seconds"] / (MANY / FEW)
        rows.append(
            Row(
                f"deadlines: {what} run, {many['deadlines']:,} (a deadline)",
                f"{many[what]['seconds']:.1f} s",
                f"{few[what]['seconds']:.1f} s",
                growth,
                1.3,
            )
        )
    bytes_each = many["bytes"] / many["deadlines"]
    rows.append(
        Row("deadlines: memory of a deadline", f"{bytes_each:.0f} B", "", bytes_each, KIB, "B")
    )
    rows.append(
        Row("deadlines: rows rewritten, nothing moved", f"{many['again']['updated']}", "",
            many["again"]["updated"], 0, "")
    )  # fmt: skip
    moved = many["moved"]
    rows.append(
        Row("deadlines: rows rewritten / moved", f"{moved['updated']}", f"{moved['moved']}",
            moved["updated"] / moved["moved"], 1)
    )  # fmt: skip
    return [*rows, *_digests(few["digest"], many["digest"])]


def _digests(few: dict[str, Any], many: dict[str, Any]) -> list[Row]:
    """Fifty digests: as many queries for each, whatever there is to tell; the time of one."""
    asked = many["most_queries"] / few["most_queries"]
    return [
        Row(
            f"deadlines: queries of a digest, {many['people']} people",
            f"{many['least_queries']}–{many['most_queries']}",
            f"{few['least_queries']}–{few['most_queries']}",
            asked,
            1,
        ),
        Row(
            f"deadlines: a digest, {many['emails']} mails",
            f"{many['seconds'] / many['people']:.2f} s",
            f"{few['seconds'] / few['people']:.2f} s",
            many["seconds"] / few["seconds"] / (MANY / FEW),
            1.3,
        ),
        Row("deadlines: mails of a second run", f"{many['again']}", "", many["again"], 0, ""),
    ]


def run() -> dict[str, Any]:
    """Refresh once; return how long it took, what it changed, how many rows were rewritten."""
    with transaction.atomic():
        begun = time.perf_counter()
        done = refresh(on=DAY)
        seconds = time.perf_counter() - begun
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = %s",
                [Deadline._meta.db_table],
            )
            updated = cursor.fetchone()[0]
    return {"seconds": seconds, "updated": updated, **vars(done)}


def remind() -> dict[str, Any]:
    """Write the digests of the team's fifty; count the queries of each."""
    territory = Territory.objects.order_by("pk")[0]
    for number in range(TEAM):
        user = User.objects.create(email=f"equipe.{number}@example.org", first_name="Maya")
        Membership.objects.create(user=user, role=ROLES[number % len(ROLES)], territory=territory)
    counts = [0]

    def counting(execute: Any, *args: Any) -> Any:
        counts[-1] += 1
        return execute(*args)

    def told(_number: int, _total: int) -> None:
        counts.append(0)

    send_reminders(on=NEVER)  # what is loaded once, whatever the number
    begun = time.perf_counter()
    with connection.execute_wrapper(counting):
        done = send_reminders(on=DAY, report=told)
    seconds = time.perf_counter() - begun
    each = counts[1:-1]  # the first also counts what is read once for everybody
    return {
        "people": TEAM,
        "emails": done.emails,
        "reminders": done.reminders,
        "seconds": seconds,
        "least_queries": min(each),
        "most_queries": max(each),
        "again": send_reminders(on=DAY).emails,
    }


def memory() -> int:
    """Return the most memory that this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB


def look(people: int) -> dict[str, Any]:
    """Add people with their facts, and refresh three times."""
    with connections[OWNER].cursor() as cursor:
        for statement in (PEOPLE, PERMITS, REQUESTS, RIGHTS):
            cursor.execute(statement, {"people": people})
        cursor.execute("VACUUM ANALYZE")
    with transaction.atomic():  # what is loaded once, whatever the number
        Person.objects.filter(pk__gt=0)[:1].get()
    before = memory()
    first = run()
    held = memory() - before
    again = run()
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "UPDATE residents_housingrequest SET expires_on = expires_on + 7 WHERE id % 100 = 0"
        )
    return {
        "people": Person.objects.count(),
        "deadlines": Deadline.objects.count(),
        "first": first,
        "again": again,
        "moved": run(),
        "digest": remind(),
        "bytes": held,
    }


if __name__ == "__main__":
    answer(look(int(sys.argv[1])))
