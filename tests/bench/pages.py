"""Pages on twenty residents and on twenty thousand: as many queries, and the server's time.

`python -m tests.bench.pages` measures the pages on its database and answers with JSON.
"""

import logging
import os
import statistics
import sys
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.dev")
django.setup()

# ruff: noqa: E402
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Month
from payments.models import Term
from residents.models import Contract, Person
from tests import factories
from tests.bench.processes import Bench, answer
from tests.bench.report import Row
from tests.payments.lines import make_line

PEOPLE, MONTHS = 20, 60
TURNS = 5
SLOW_SECONDS = 0.3


def measure(bench: Bench, big: str) -> list[Row]:
    """Compare the pages of `big` with those of an association of twenty."""
    with bench.database() as small:
        bench.run(small, "steps", "seed", 1, MONTHS)
        bench.run(small, "steps", "seed", PEOPLE - 1, 1)
        bench.run(small, "steps", "close")
        few = bench.run(small, "pages")
    many = bench.run(big, "pages")
    rows = []
    for name, found in many.items():
        queries, seconds = found["queries"], found["seconds"]
        before = few[name]
        rows.append(
            Row(
                f"{name}: queries",
                str(queries),
                f"{before['queries']} for {PEOPLE}",
                queries / before["queries"],
                1,
            )
        )
        rows.append(
            Row(
                f"{name}: server's time",
                f"{seconds * 1000:.0f} ms",
                f"{before['seconds'] * 1000:.0f} ms for {PEOPLE}",
                seconds * 1000,
                SLOW_SECONDS * 1000,
                "ms",
            )
        )
    return rows


def addresses() -> dict[str, str]:
    """Return the pages measured, by name; those of a person are of the one who has most months."""
    most = Term.objects.values("contract").annotate(n=Count("pk")).order_by("-n", "contract")
    contract = most[0]["contract"]
    number = Contract.objects.values_list("number", flat=True).get(pk=contract)
    person = Term.objects.filter(contract=contract).values_list(
        "contract__holders__person", flat=True
    )[0]
    month = Month.of(clock.today())
    return {
        "Aujourd'hui": reverse("dashboard:today"),
        "residents, the list": reverse("residents:person-list"),
        "residents, found by name": reverse("residents:person-list") + "?q=diallo",
        f"a person, {MONTHS} months": reverse("residents:person-detail", args=[person]),
        f"an account, {MONTHS} months": reverse("payments:account-detail", args=[number]),
        "the month": reverse("payments:month-detail", args=[month]),
        "payments, the list": reverse("payments:payment-list"),
        "arrears": reverse("payments:arrears-list"),
        "homes, the list": reverse("colocations:home-list"),
        "the picture, 24 months": reverse("colocations:occupancy") + "?months=24",
        "search": reverse("dashboard:search") + "?q=diallo",
        **_bank_lines(contract),
    }


def _bank_lines(contract: int) -> dict[str, str]:
    """Return the pages of lines that bear a name, the same one letter off, and no name at all."""
    holder = Person.objects.filter(holdings__contract=contract).first()
    name = f"{holder.last_name} {holder.first_name}" if holder else "DIALLO ANA"
    said = {
        "a name": (name, "200.00"),
        "a name misspelt": (name[:2] + name[3:], "200.00"),
        "nobody": ("ZZYZX QWRTP", "203.17"),
    }
    actor = factories.make_user(Role.GLA_MANAGER, factories.EVERYWHERE, email="bench@example.org")
    lines = {
        what: make_line(actor, amount, on=clock.today(), payer=payer, text="VIR LOYER")
        for what, (payer, amount) in said.items()
    }
    return {
        f"a bank line, {what}": reverse("payments:bank-line", args=[line.pk])
        for what, line in lines.items()
    }


def look() -> dict[str, Any]:
    """Ask each page a few times; return its queries and its median time."""
    logging.disable(logging.INFO)
    client = Client()
    client.force_login(
        factories.make_user(Role.GLA_MANAGER, factories.EVERYWHERE),
        backend=settings.AUTHENTICATION_BACKENDS[1],
    )
    found = {}
    for name, address in addresses().items():
        _get(client, address)
        with CaptureQueriesContext(connection) as captured:
            _get(client, address)
        queries = captured.captured_queries  # the next request forgets them
        times = []
        for _ in range(TURNS):
            begun = time.perf_counter()
            _get(client, address)
            times.append(time.perf_counter() - begun)
        slowest = max(queries, key=lambda query: float(query["time"]))
        found[name] = {
            "queries": len(queries),
            "seconds": statistics.median(times),
            "slowest": f"{slowest['time']} s {slowest['sql']}",
        }
    return found


def _get(client: Client, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answers {response.status_code}")


if __name__ == "__main__":
    pages = look()
    if "--slowest" in sys.argv:
        for name, page in pages.items():
            print(f"{name}: {page['seconds'] * 1000:.0f} ms\n    {page['slowest']}\n")
    answer(pages)
