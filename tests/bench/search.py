"""The search among fifty thousand people: which indexes answer, and how long it takes.

`python -m tests.bench.search` measures on its database and answers with JSON.
"""

import json
import logging
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.dev")
django.setup()

# ruff: noqa: E402
from django.db import connections

from caracol.accounts.enums import Role
from caracol.core.database import OWNER
from caracol.dashboard.selectors import PER_GROUP, search
from colocations.models import Colocation, Room
from residents.models import Contract, Person
from residents.selectors.finding import first_matching
from residents.selectors.people import people_seen
from tests import factories
from tests.bench.processes import Bench, answer
from tests.bench.report import Row

PEOPLE = 50_000
TURNS = 7
OWN_HOMES = 8
SLOWEST = 100
"""Times of the bare query that a search may take."""
PALETTE = 300
OURS = frozenset(
    {"person_search", "person_by_name", "person_by_phone", "person_by_reference",
     "contract_by_number"}
)  # fmt: skip
TABLE = Person._meta.db_table
# Names as they are written and as they are searched, with telephones of every writing.
MORE = f"""
    INSERT INTO {TABLE} (territory_id, reference, civility, last_name, first_name, search_key,
        language, phone, email, email_consent, sms_consent, caf_number, caf_department)
    SELECT (SELECT min(id) FROM accounts_territory), 'X' || n, 'NONE', last, first,
        lower(last || ' ' || first), 'fr',
        '06 ' || to_char(n / 10000 %% 100, 'fm00') || ' ' || to_char(n / 100 %% 100, 'fm00')
            || ' ' || to_char(n %% 100, 'fm00') || ' ' || to_char(n * 7 %% 100, 'fm00'),
        '', false, false, '', ''
    FROM (
        SELECT n, initcap(translate(md5(n::text), '0123456789', 'ghijklmnop')) AS last,
            (ARRAY['Amina','Yusuf','Selam','Farid','Claire','Moussa','Elif','Hugo'])[n %% 8 + 1]
                AS first
        FROM generate_series(1, %s) AS n
    ) AS named
"""


def measure(bench: Bench, big: str) -> list[Row]:
    """Search in a copy of `big`, to which people are added up to PEOPLE."""
    with bench.database(big) as copy:
        found = bench.run(copy, "search")
    people, bare = f"{found['people']:,} people", found["bare"]
    rows = []
    for name, kind in found["kinds"].items():
        ours = f"{kind['seconds'] * 1000:.1f} ms"
        reference = f"{bare * 1000:.2f} ms"
        ratio = kind["seconds"] / bare
        rows.append(Row(f"{name} among {people} / one by its key", ours, reference, ratio, SLOWEST))
        indexes = ", ".join(kind["indexes"])
        rows.append(Row(f"  by {indexes}", f"{kind['scans']} scans", "", kind["scans"], 0, ""))
    whole = found["palette"] * 1000
    rows.append(Row("search: all that Ctrl-K asks", f"{whole:.0f} ms", "", whole, PALETTE, "ms"))
    return rows


def words_searched() -> dict[str, str]:
    """Return what is typed, by what it names."""
    person = Person.objects.exclude(phone="").order_by("pk").last()
    contract = Contract.objects.order_by("pk").last()
    room = Room.objects.select_related("colocation").order_by("pk").first()
    assert person is not None
    assert room is not None
    assert contract is not None
    return {
        "a part of a name": person.search_key[3:9],
        "two words": f"{person.first_name} {person.last_name[:5]}",
        "two letters": person.search_key[:2],
        "a common name": "diallo",
        "a contract": contract.number,
        "a telephone": person.phone,
        "a reference": person.reference,
        "a room": f"chambre {room.number} {room.colocation.name}",
        "a room of a code": f"{room.colocation.code} {room.number}",
        "nobody": "zzqx",
    }


def readers() -> Iterator[Any]:
    """Yield who searches: everywhere, in one territory, in the homes of own."""
    mark = time.time_ns()
    everywhere = f"tout-{mark}@example.org"
    yield factories.make_user(Role.GLA_MANAGER, factories.EVERYWHERE, email=everywhere)
    one = f"un-{mark}@example.org"
    yield factories.make_user(Role.GLA_MANAGER, "IDF", email=one)
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF", email=f"maison-{mark}@example.org")
    own = Colocation.objects.filter(site__territory__code="IDF").order_by("pk")[:OWN_HOMES]
    Colocation.objects.filter(pk__in=own.values("pk")).update(mission_officer=officer)
    yield officer


def plan_of(queryset: Any) -> dict[str, Any]:
    """Return the indexes that a query's plan reads, and how often it reads everybody."""
    nodes = list(_nodes(json.loads(queryset.explain(format="json"))[0]["Plan"]))
    return {
        "indexes": sorted({node["Index Name"] for node in nodes if "Index Name" in node}),
        "scans": sum(
            node["Node Type"].endswith("Seq Scan") and node.get("Relation Name") == TABLE
            for node in nodes
        ),
    }


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def timed(function: Callable[[], object]) -> float:
    """Return the median time of a function, in seconds."""
    times = []
    for _turn in range(TURNS):
        begun = time.perf_counter()
        function()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def look() -> dict[str, Any]:
    """Add people, then search as three readers do; keep the worst of them."""
    logging.disable(logging.INFO)
    with connections[OWNER].cursor() as cursor:
        cursor.execute(MORE, [max(0, PEOPLE - Person.objects.count())])
        cursor.execute("VACUUM ANALYZE")
    users = list(readers())
    kinds: dict[str, dict[str, Any]] = {}
    for name, words in words_searched().items():
        plans, times = [], []
        for user in users:
            people = first_matching(people_seen(user), user, words, PER_GROUP)
            plans.append(plan_of(people))
            times.append(timed(lambda found=people: list(found.all())))  # type: ignore[misc]
        kinds[f"search {name}"] = {
            "indexes": sorted(OURS.intersection(plans[0]["indexes"])),
            "scans": sum(plan["scans"] for plan in plans),
            "seconds": max(times),
        }
    one = Person.objects.values_list("pk", flat=True)[0]
    return {
        "people": Person.objects.count(),
        "kinds": kinds,
        "bare": timed(lambda: Person.objects.get(pk=one)),
        "palette": max(
            timed(lambda who=user, what=words: search(who, what))  # type: ignore[misc]
            for user in users
            for words in ("diallo", "avenant diallo", "chambre 03")
        ),
    }


if __name__ == "__main__":
    answer(look())
