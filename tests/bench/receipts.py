"""Receipts: the product's bulk issue against WeasyPrint called once per document.

Both start from the same numbered rows and the same template. "Naive" is what WeasyPrint's
documentation shows: a fresh HTML, CSS and font configuration for each document, nothing stored.
The product's side is the whole of it: claims, rendering, files written, rows committed.
"""

import multiprocessing
import os
import secrets
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.dev")
django.setup()  # the workers are new processes, which read this file first

# ruff: noqa: E402
from django.db import connections
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from caracol.accounts.models import Territory
from caracol.core import clock
from caracol.documents import rendering, services, sheets
from caracol.documents.services.rendering import render_pending
from caracol.jobs.models import Job
from tests.bench.processes import answer
from tests.documents import samples

# Short turns, one after the other: whatever else the machine does weighs on both sides.
ROUNDS, EACH, TURNS, SHARED = 15, 8, 5, 32


def run() -> list[tuple[str, float, str]]:
    """Measure and return (label, value, unit); ratios first, then the times they come from."""
    naive_times, bulk_times = [], []
    _naive(_issue(1)[1])
    _bulk(_issue(1)[0].pk)  # both warm
    for _ in range(ROUNDS):
        job, documents = _issue(EACH)
        naive_times.append(_timed(lambda documents=documents: _naive(documents)) / EACH)
        bulk_times.append(_timed(lambda job=job: _bulk(job.pk)) / EACH)
    naive, bulk = statistics.median(naive_times), statistics.median(bulk_times)
    turns = _two_workers()
    shared = statistics.median(each for _, each in turns)
    shared_ratio = statistics.median(each / alone for alone, each in turns)
    return [
        ("receipts: bulk, one process / naive (at most 0.7)", bulk / naive, "×"),
        ("receipts: bulk, two workers / naive (at most 0.4)", shared_ratio, "×"),
        ("receipts: naive, per document", naive * 1000, "ms"),
        ("receipts: bulk in one process, per document", bulk * 1000, "ms"),
        ("receipts: bulk on two workers, per document", shared * 1000, "ms"),
        ("receipts: numbering and freezing 20,000", _timed(lambda: _issue(20_000)), "s"),
    ]


def _issue(count):
    subject = Territory.objects.first()
    stamp = secrets.token_hex(6)
    issued = services.issue_documents(
        orders=[
            services.Order(
                kind="QUITTANCE",
                key=f"bench:{stamp}:{index}",
                subject=subject,
                data=samples.quittance() if index % 3 else samples.lease_quittance(),
            )
            for index in range(count)
        ],
        issued_on=clock.today(),
        actor=None,
    )
    return issued.job, issued.new


def _naive(documents):
    for document in documents:
        page = sheets.write_html(document.template, document.context())
        fonts, fetcher = FontConfiguration(), rendering.ClosedFetcher()
        style = CSS(string=sheets.read(sheets.STYLESHEET), font_config=fonts, url_fetcher=fetcher)
        HTML(string=page, base_url=rendering.SCHEME, url_fetcher=fetcher).write_pdf(
            font_config=fonts, stylesheets=[style], pdf_variant="pdf/ua-1"
        )


def _bulk(job_id):
    job = Job.objects.get(pk=job_id)
    while render_pending(job):
        pass


def _two_workers() -> list[tuple[float, float]]:
    """Return (naive, shared) seconds per document, turn by turn; both workers are warm."""
    batches = [[_issue(1)[0].pk] * 2] + [[_issue(SHARED)[0].pk] * 2 for _ in range(TURNS)]
    documents = _issue(EACH)[1]
    connections.close_all()
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(3)
    workers = [
        context.Process(target=_worker, args=([pair[index] for pair in batches], gate))
        for index in range(2)
    ]
    for worker in workers:
        worker.start()
    _turn(gate)  # warms both
    turns = [
        (_timed(lambda: _naive(documents)) / EACH, _timed(lambda: _turn(gate)) / SHARED)
        for _ in range(TURNS)
    ]
    for worker in workers:
        worker.join()
    return turns


def _turn(gate):
    gate.wait(60)
    gate.wait(60)


def _worker(job_ids, gate):
    _bulk(_issue(1)[0].pk)
    for job_id in job_ids:
        gate.wait(60)
        _bulk(job_id)
        gate.wait(60)


def _timed(action):
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


if __name__ == "__main__":
    answer(run())
