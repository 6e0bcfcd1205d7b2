"""Numbers without a gap, frozen data, one document per key."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from caracol.accounts.models import Territory
from caracol.documents import services
from caracol.documents.enums import DocumentState
from caracol.documents.models import Counter, Document
from caracol.jobs.models import Job
from tests.documents import samples
from tests.helpers.databases import check_constraints


def order(key, subject, data=None, kind="QUITTANCE"):
    return services.Order(
        kind=kind,
        key=key,
        subject=subject,
        data=data or samples.quittance(),
        territory_id=subject.pk,
    )


def test_numbers_follow_each_other_per_series_and_year(issue):
    numbers = [
        issue(key="a").number,
        issue(key="b").number,
        issue(samples.due_notice(), kind="DUE_NOTICE", key="c").number,
        issue(key="d", on=date(2027, 1, 2)).number,
        issue(key="e").number,
    ]
    assert numbers == [
        "Q-2026-00001",
        "Q-2026-00002",
        "AE-2026-00001",
        "Q-2027-00001",
        "Q-2026-00003",
    ]
    check_constraints()


def test_the_same_key_gives_the_first_document_unchanged(issue):
    first = issue(key="term:1")
    again = issue(samples.lease_quittance(), key="term:1")
    assert again == first
    assert again.fingerprint == first.fingerprint
    assert Counter.objects.get(series="Q").last == 1


def test_many_are_numbered_in_their_order_with_few_queries(territory, manager, query_count):
    orders = [order(f"k{i}", territory) for i in range(60)]
    services.issue_documents(orders=orders[:1], issued_on=date(2026, 11, 25), actor=manager)
    with query_count() as counted:
        issued = services.issue_documents(
            orders=orders, issued_on=date(2026, 11, 25), actor=manager, title="Quittances"
        )
    assert counted.value <= 10
    assert [each.sequence for each in issued.documents] == list(range(1, 61))
    assert len(issued.new) == 59
    assert issued.job.total == 59
    assert Document.objects.filter(batch=issued.job).count() == 59


def test_nothing_new_makes_no_job(territory, manager):
    orders = [order("k", territory)]
    services.issue_documents(orders=orders, issued_on=date(2026, 11, 25), actor=manager)
    issued = services.issue_documents(orders=orders, issued_on=date(2026, 11, 25), actor=manager)
    assert (issued.new, issued.job) == ([], None)
    assert Job.objects.count() == 1


def test_data_are_frozen_as_text(issue):
    document = issue()
    document.refresh_from_db()
    assert document.data["total"] == "200.00"
    assert document.data["starts_on"] == "2026-11-01"
    assert document.data["payments"][0]["amount"] == "42.63"
    assert document.issued_by.email == "gla@example.org"


def test_a_cancellation_is_a_numbered_document_of_its_own(issue, manager):
    quittance = issue()
    data = samples.cancellation(quittance.number)
    facts = {"document": quittance, "data": data, "issued_on": date(2026, 12, 9), "actor": manager}
    counter = services.cancel_document(**facts)
    assert counter.number == "AN-2026-00001"
    assert counter.cancels == quittance
    assert services.cancel_document(**facts) == counter
    assert list(Document.objects.living()) == []
    assert services.cancelled_ref(quittance).total == samples.quittance().total
    with pytest.raises(services.AlreadyACancellation):
        services.cancel_document(**(facts | {"document": counter}))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_document SET data = '{}'",
        "UPDATE documents_document SET number = 'Q-2026-00009'",
        "UPDATE documents_document SET issued_on = '2026-11-26'",
        "DELETE FROM documents_document",
        "TRUNCATE documents_document CASCADE",
        "UPDATE documents_counter SET last = 0",
        "DELETE FROM documents_counter",
        "INSERT INTO documents_document SELECT (jsonb_populate_record(d, "
        """'{"id": 9, "sequence": 2, "number": "Q-2026-00002", "key": "x"}')).* """
        "FROM documents_document d",
    ],
)
def test_the_database_refuses_to_change_what_was_issued(issue, statement):
    issue()
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize(
    "change", ["sha256 = repeat('0', 64)", "state = 'PENDING'", "file = 'x'", "error = 'x'"]
)
def test_a_rendered_document_never_changes(issue, change):
    services.render_document(issue())
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        connection.cursor().execute(f"UPDATE documents_document SET {change}")


def test_the_owner_of_the_tables_is_refused_too(real_db, owner_connection):
    subject = Territory.objects.create(code="T", name="T", departments=["75"])
    services.issue_documents(orders=[order("k", subject)], issued_on=date(2026, 11, 25), actor=None)
    with owner_connection.cursor() as cursor:
        for statement in (
            "UPDATE documents_document SET data = '{}'",
            "DELETE FROM documents_document",
            "TRUNCATE documents_document CASCADE",
            "UPDATE documents_counter SET last = 7",
            "DELETE FROM documents_counter",
        ):
            with pytest.raises(DatabaseError):
                cursor.execute(statement)


def test_no_gap_and_no_double_under_threads_and_crashes(real_db):
    """Eight threads, twenty keys each shared by two, one issue in five rolled back."""
    subject = Territory.objects.create(code="T", name="T", departments=["75"])
    barrier = threading.Barrier(8)

    def issue_both(key, *, crashes):
        orders = [
            order(key, subject),
            order(f"{key}:n", subject, samples.due_notice(), kind="DUE_NOTICE"),
        ]
        with transaction.atomic():
            services.issue_documents(orders=orders, issued_on=date(2026, 11, 25), actor=None)
            transaction.set_rollback(crashes)

    def work(worker):
        barrier.wait()
        try:
            for index in range(20):
                issue_both(f"{worker // 2}:{index}", crashes=(worker + index) % 5 == 0)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    for series in ("Q", "AE"):
        found = Document.objects.filter(series=series).order_by("sequence")
        assert [each.sequence for each in found] == list(range(1, len(found) + 1))
        assert Counter.objects.get(series=series).last == len(found) > 0
        assert {each.state for each in found} == {DocumentState.PENDING}
