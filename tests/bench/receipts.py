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
from tests.documents import samples

ROUNDS, EACH, SHARED = 3, 40, 160


def run() -> list[tuple[str, float, str]]:
    """Measure and return (label, value, unit); ratios first, then the times they come from."""
    alone, naive_times, bulk_times = [], [], []
    _naive(_issue(1)[1])
    _bulk(_issue(1)[0].pk)  # both warm
    for _ in range(ROUNDS):
        job, documents = _issue(EACH)
        naive = _timed(lambda documents=documents: _naive(documents)) / EACH
        bulk = _timed(lambda job=job: _bulk(job.pk)) / EACH
        naive_times.append(naive)
        bulk_times.append(bulk)
        alone.append(bulk / naive)
    naive = statistics.median(naive_times)
    shared = _two_workers() / SHARED
    return [
        ("receipts: bulk, one process / naive (at most 0.7)", statistics.median(alone), "×"),
        ("receipts: bulk, two workers / naive (at most 0.4)", shared / naive, "×"),
        ("receipts: naive, per document", naive * 1000, "ms"),
        ("receipts: bulk in one process, per document", statistics.median(bulk_times) * 1000, "ms"),
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


def _two_workers():
    """Return the wall time of two processes sharing one batch, both warm at the start."""
    warm_up = [_issue(1)[0].pk for _ in range(2)]
    job = _issue(SHARED)[0]
    connections.close_all()
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    workers = [context.Process(target=_worker, args=(first, job.pk, start)) for first in warm_up]
    for worker in workers:
        worker.start()
    start.wait(60)

    def finish():
        for worker in workers:
            worker.join()

    return _timed(finish)


def _worker(warm_up, job_id, start):
    _bulk(warm_up)
    start.wait(60)
    _bulk(job_id)


def _timed(action):
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


if __name__ == "__main__":
    for label, value, unit in run():
        print(f"{label:60} {value:8.2f} {unit}")
