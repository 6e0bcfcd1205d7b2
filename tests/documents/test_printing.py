"""Sheets are made once, by any number of workers, whatever interrupts them."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from caracol.accounts.models import Territory
from caracol.documents import press, services, tasks
from caracol.documents.enums import DocumentState
from caracol.documents.models import Document
from caracol.documents.services import rendering
from caracol.jobs import services as jobs
from caracol.jobs.enums import JobState
from tests.documents import samples


def issue_many(subject, count, actor=None):
    return services.issue_documents(
        orders=[
            services.Order(kind="QUITTANCE", key=f"k{i}", subject=subject, data=samples.quittance())
            for i in range(count)
        ],
        issued_on=date(2026, 11, 25),
        actor=actor,
    )


def stored_files():
    folders = default_storage.listdir("documents")[0]
    return [
        f"documents/{f}/{name}"
        for f in folders
        for name in default_storage.listdir(f"documents/{f}")[1]
    ]


def test_a_document_is_rendered_once_and_read_back_to_the_byte(issue):
    document = services.render_document(issue())
    content = services.read_document(document)
    assert document.state == DocumentState.RENDERED
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert (document.size, document.pages) == (len(content), 1)
    again = services.render_document(document)
    assert again.file.name == document.file.name
    assert press.print_document(document) == content


def test_the_path_names_nobody_and_cannot_be_guessed(issue):
    first = services.render_document(issue(key="a"))
    second = services.render_document(issue(key="b"))
    for document in (first, second):
        assert "Diallo" not in document.file.name
        assert document.number not in document.file.name
        assert len(document.file.name) > 48
    assert first.file.name != second.file.name


def test_a_file_changed_or_lost_is_never_handed_over(issue):
    document = services.render_document(issue())
    with Path(default_storage.path(document.file.name)).open("ab") as file:
        file.write(b"x")
    with pytest.raises(services.DocumentDamaged):
        services.read_document(document)
    default_storage.delete(document.file.name)
    with pytest.raises(services.DocumentDamaged):
        services.open_document(document)


def test_a_pending_document_has_nothing_to_read(issue):
    with pytest.raises(services.DocumentNotReady, match="en préparation"):
        services.read_document(issue())


def test_a_batch_is_done_by_its_job_and_says_what_came_out(territory, manager):
    issued = issue_many(territory, 10, manager)
    job = jobs.run_now(issued.job)
    assert job.state == JobState.DONE
    assert (job.progress, job.total) == (10, 10)
    assert "10 documents mis en page" in job.result["message"]
    assert Document.objects.filter(state=DocumentState.RENDERED).count() == 10
    assert len(stored_files()) == 10


def test_one_bad_paper_does_not_hold_the_others(territory, manager, monkeypatch):
    issued = issue_many(territory, 4, manager)
    bad = issued.documents[1]
    real = press.print_document

    def fails_on_one(document):
        if document.pk == bad.pk:
            raise ValueError("Mme Diallo")
        return real(document)

    monkeypatch.setattr(press, "print_document", fails_on_one)
    job = jobs.run_now(issued.job)
    assert (job.state, job.result["failed"]) == (JobState.DONE, 1)
    bad.refresh_from_db()
    assert bad.state == DocumentState.FAILED
    assert "Diallo" not in bad.error

    monkeypatch.setattr(press, "print_document", real)
    again = services.retry_failed(job=job, actor=manager)
    assert jobs.run_now(again).state == JobState.DONE
    bad.refresh_from_db()
    assert bad.state == DocumentState.RENDERED
    assert services.retry_failed(job=job, actor=manager) is None


def test_a_paper_that_kills_its_worker_comes_last_and_ends_alone(territory, manager, monkeypatch):
    issued = issue_many(territory, 12, manager)
    killer = issued.documents[2]
    real = press.print_document

    def dies(document):
        if document.pk == killer.pk:
            raise KeyboardInterrupt
        return real(document)

    monkeypatch.setattr(press, "print_document", dies)
    for _ in range(40):
        try:
            if not rendering.render_pending(issued.job):
                break
        except KeyboardInterrupt:
            continue
    states = dict(Document.objects.values_list("pk", "state"))
    assert states.pop(killer.pk) == DocumentState.FAILED
    assert set(states.values()) == {DocumentState.RENDERED}


def test_no_plan_of_the_database_takes_more_papers_than_the_limit(territory, monkeypatch):
    issued = issue_many(territory, 12)
    monkeypatch.setattr(rendering, "_render", lambda _document: None)
    with connection.cursor() as cursor:
        for plan in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            cursor.execute(f"SET LOCAL enable_{plan} = off")
    assert rendering.render_pending(issued.job) == rendering.AT_ONCE
    assert rendering.render_pending(issued.job) == 4
    assert rendering.render_pending(issued.job) == 1


def test_an_interrupted_group_leaves_rows_pending_and_no_name_twice(territory, monkeypatch):
    issued = issue_many(territory, 5)
    real = press.print_document
    done = []

    def interrupted(document):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(document.pk)
        return real(document)

    monkeypatch.setattr(press, "print_document", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rendering.render_pending(issued.job)
    assert not Document.objects.exclude(state=DocumentState.PENDING).exists()
    monkeypatch.setattr(press, "print_document", real)
    while rendering.render_pending(issued.job):
        pass
    named = list(Document.objects.values_list("file", flat=True))
    assert len(set(named)) == 5
    assert set(named) < set(stored_files())  # three orphans, named nowhere


def test_two_workers_share_a_batch_without_doing_anything_twice(real_db, monkeypatch):
    subject = Territory.objects.create(code="T", name="T", departments=["75"])
    issued = issue_many(subject, 40)
    real, printed = press.print_document, []
    barrier = threading.Barrier(3)

    def count(document):
        printed.append(document.pk)
        return real(document)

    monkeypatch.setattr(press, "print_document", count)

    def work(_):
        barrier.wait()
        try:
            while rendering.render_pending(issued.job):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(work, range(3)))
    assert sorted(printed) == sorted(set(printed))
    assert Document.objects.filter(state=DocumentState.RENDERED).count() == 40
    assert tasks.count_pending(issued.job) == 0


def test_what_was_frozen_is_printed_whatever_changed_since(issue):
    document = issue()
    Territory.objects.update(name="Autre")
    before = press.print_document(document)
    document.refresh_from_db()
    assert press.print_document(document) == before
