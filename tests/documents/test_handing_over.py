"""Downloads, bundles to print, archives: who gets what, and what is written of it."""

import io
import zipfile
from datetime import date
from io import BytesIO

import pikepdf
import pytest
from django.http import HttpResponseRedirect
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.models import Membership, Territory, User
from caracol.accounts.policy import PAGES
from caracol.audit.models import AccessRecord
from caracol.documents import merging, registry, services
from caracol.documents.enums import BundleKind
from caracol.documents.models import Bundle, Document
from caracol.jobs import services as jobs
from tests.documents import samples


@pytest.fixture
def member(territory):
    """A function that makes a member of the team."""

    def make(role, where=territory):
        user = User.objects.create_user(f"{role.lower()}-{where.code}@example.org")
        Membership.objects.create(user=user, role=role, territory=where)
        return user

    return make


@pytest.fixture
def document(issue):
    """A rendered quittance."""
    return services.render_document(issue())


def address(document, **query):
    path = reverse("documents:document-download", kwargs={"number": document.number})
    return path + ("?inline=1" if query else "")


@pytest.fixture
def get(client_for):
    """A function that gets an address as a user and closes what it opened."""
    opened = []

    def get_as(user, path):
        opened.append(client_for(user).get(path))
        return opened[-1]

    yield get_as
    for response in opened:
        response.close()


def test_a_manager_gets_the_very_file_and_it_is_written(get, member, document):
    user = member(Role.GLA_MANAGER)
    response = get(user, address(document))
    assert b"".join(response.streaming_content) == services.read_document(document)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        'attachment; filename="Quittance_2026-11_MON1-03_Diallo.pdf"'
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    record = AccessRecord.objects.get()
    assert (record.user, record.action, record.object_id) == (user, "DOWNLOAD", document.pk)


def test_it_can_be_shown_in_the_browser(get, member, document):
    response = get(member(Role.GLA_MANAGER), address(document, inline=1))
    assert response["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.DIRECTOR, 200),
        (Role.GLA_ASSISTANT, 200),
        (Role.SOCIAL_WORKER, 200),
        (Role.SOCIAL_DIRECTOR, 200),
        (Role.ACCOUNTANT, 403),
        (Role.TECHNICAL, 403),
        (Role.MISSION_OFFICER, 404),
    ],
)
def test_who_sees_no_amount_or_no_place_reads_no_paper(get, member, document, role, status):
    assert get(member(role), address(document)).status_code == status


def test_every_paper_is_kept_from_accounting(db):
    assert registry.kinds()
    for kind in registry.kinds():
        assert not PAGES[kind.read_key] & {Role.ACCOUNTANT, Role.TECHNICAL, Role.MISSION_OFFICER}


def test_outside_the_territory_the_paper_does_not_exist(get, member, document):
    north = Territory.objects.get_or_create(
        code="HDF", defaults={"name": "Hauts-de-France", "departments": ["59"]}
    )[0]
    response = get(member(Role.GLA_MANAGER, north), address(document))
    assert response.status_code == 404
    assert not AccessRecord.objects.exists()


def test_a_paper_not_ready_leads_to_its_job(get, member, issue, monkeypatch):
    monkeypatch.setattr(
        "caracol.documents.views.files.redirect",
        lambda name, pk: HttpResponseRedirect(f"/{name}/{pk}"),
    )
    document = issue()
    response = get(member(Role.GLA_MANAGER), address(document))
    assert response.url == f"/jobs:job-detail/{document.batch_id}"
    assert not AccessRecord.objects.exists()


def test_a_reading_that_cannot_be_written_does_not_happen(get, member, document, monkeypatch):
    def refuses(**_):
        raise RuntimeError

    monkeypatch.setattr("caracol.documents.views.files.record_access", refuses)
    with pytest.raises(RuntimeError):
        get(member(Role.GLA_MANAGER), address(document))


def render_all(*documents):
    return [services.render_document(each) for each in documents]


def test_the_book_to_print_keeps_tags_and_a_bookmark_for_each(issue, manager):
    render_all(issue(key="a"), issue(samples.lease_quittance(), key="b"))
    render_all(issue(samples.statement(), kind="STATEMENT", key="c"))
    bundle = services.ask_bundle(
        documents=Document.objects.order_by("pk"),
        kind=BundleKind.PRINT,
        title="Quittances de novembre 2026, Les Murs à Pêches",
        actor=manager,
    )
    assert jobs.run_now(bundle.job).state == "DONE"
    bundle.refresh_from_db()
    with bundle.file.open("rb") as file, pikepdf.open(file) as book:
        assert len(book.pages) == 2 + Document.objects.get(kind="STATEMENT").pages
        with book.open_outline() as outline:
            titles = [item.title for item in outline.root]
        assert titles[0] == "Chambre 03 · Mme Aïssata Diallo · Quittance Q-2026-00001"
        assert len(titles) == 3
        assert str(book.docinfo["/Title"]) == bundle.title
        assert str(book.Root.Lang) == "fr"
        assert_tags_tie(book)
    assert AccessRecord.objects.get().rows == 3


def assert_tags_tie(book):
    """Every page's marked content leads to an element that names that very page."""
    assert bool(book.Root.MarkInfo.Marked)
    root = book.Root.StructTreeRoot
    numbers = root.ParentTree.Nums
    by_key = {int(numbers[i]): numbers[i + 1] for i in range(0, len(numbers), 2)}
    keys = [int(page.obj.StructParents) for page in book.pages]
    assert len(set(keys)) == len(keys)
    for page, key in zip(book.pages, keys, strict=True):
        elements = list(by_key[key])
        assert elements
        assert all(element.Pg.objgen == page.obj.objgen for element in elements)
    assert all(element.P.objgen == root.objgen for element in root.K)


def test_the_same_parts_make_the_same_book(issue):
    content = services.read_document(services.render_document(issue()))
    parts = [merging.Part("a", content), merging.Part("b", content)]
    books = []
    for _ in range(2):
        target = BytesIO()
        assert merging.merge(parts, title="x", made_on=date(2026, 11, 30), target=target) == 2
        books.append(target.getvalue())
    assert books[0] == books[1]


def test_the_archive_holds_every_paper_under_a_plain_name(get, member, issue):
    documents = render_all(
        issue(key="a"), issue(key="b"), issue(samples.lease_quittance(), key="c")
    )
    user = member(Role.GLA_MANAGER)
    bundle = services.ask_bundle(
        documents=Document.objects.visible_to(user).order_by("pk"),
        kind=BundleKind.ZIP,
        title="Quittances de novembre 2026",
        actor=user,
    )
    assert jobs.run_now(bundle.job).state == "DONE"
    link = reverse("documents:bundle-download", kwargs={"pk": bundle.pk})
    response = get(user, link)
    assert 'filename="Quittances-de-novembre-2026.zip"' in response["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert archive.testzip() is None
    assert archive.namelist() == [
        "Quittance_2026-11_MON1-03_Diallo_Q-2026-00001.pdf",
        "Quittance_2026-11_MON1-03_Diallo_Q-2026-00002.pdf",
        "Quittance_2026-11_IVR1-12-bis_Salih-Woldemariam-Gebremedhin.pdf",
    ]
    assert archive.read(archive.namelist()[0]) == services.read_document(documents[0])
    assert get(member(Role.DIRECTOR), link).status_code == 404


def test_a_bundle_of_nothing_is_refused(issue, manager):
    issue()
    with pytest.raises(services.NothingToBundle):
        services.ask_bundle(
            documents=Document.objects.all(), kind=BundleKind.ZIP, title="x", actor=manager
        )
    assert not Bundle.objects.exists()
