"""The director edits a text: draft, refusal by line, preview on a real contract, publication."""

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.documents.models import Document, TextTemplate
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def director():
    """Who edits texts."""
    return factories.make_user(Role.DIRECTOR, "*")


@pytest.fixture
def text(db):
    """The published certificate."""
    return TextTemplate.objects.get(code="RESIDENCE_CERTIFICATE", version=1)


def address(act, *args):
    return reverse(f"admin:documents_texttemplate_{act}", args=args)


def fields(draft, **changes):
    return {
        "title": draft.title,
        "valid_from": f"{clock.today():%Y-%m-%d}",
        "note": "essai",
        "body": draft.body,
        **changes,
    }


def test_a_new_version_is_drafted_refused_mended_previewed_and_published(
    client_for, director, text, contract_of
):
    """The whole way, as the director walks it."""
    client = client_for(director)
    shown = client.get(address("change", text.pk)).content.decode()
    assert "Nouvelle version" in shown
    assert 'name="body"' not in shown  # a published version is only read
    client.post(address("nouvelle_version", text.pk))
    draft = TextTemplate.objects.get(code=text.code, version=2)
    wrong = client.post(
        address("change", draft.pk), fields(draft, body=f"{draft.body}\n\n{{{{ résident.nom }}}}")
    )
    assert "Vouliez-vous dire « résident.noms »" in wrong.content.decode()
    assert "Ligne 1" in wrong.content.decode()
    body = draft.body.replace("Je soussigné·e", "Je, soussigné·e")
    saved = client.post(address("change", draft.pk), fields(draft, body=body))
    assert saved.status_code == 302
    contract = contract_of()
    preview = client.get(address("apercu", draft.pk), {"contrat": contract.number})
    assert preview.content.startswith(b"%PDF-")
    assert preview["Content-Security-Policy"].startswith("sandbox")
    assert AccessRecord.objects.filter(label__contains=contract.number).count() == 1
    assert not Document.objects.exists()
    asked = client.get(address("publier", draft.pk)).content.decode()
    assert "Je, soussigné·e" in asked
    client.post(address("publier", draft.pk))
    draft.refresh_from_db()
    assert (draft.is_published, draft.published_by) == (True, director)
    compared = client.get(address("comparer", draft.pk), {"avec": text.pk}).content.decode()
    assert "ajouté" in compared
    listed = client.get(reverse("admin:documents_texttemplate_changelist")).content.decode()
    assert "Attestation de résidence" in listed


def test_a_draft_that_lacks_something_says_it_and_is_not_published(client_for, director, text):
    """The page, then the refusal of the act."""
    client = client_for(director)
    client.post(address("nouvelle_version", text.pk))
    draft = TextTemplate.objects.get(code=text.code, version=2)
    body = draft.body.replace("{{ contrat.début }}", "jour")
    client.post(address("change", draft.pk), fields(draft, body=body))
    assert "depuis quand" in client.get(address("change", draft.pk)).content.decode()
    page = client.post(address("publier", draft.pk), follow=True).content.decode()
    assert "il lui manque" in page
    draft.refresh_from_db()
    assert not draft.is_published
    client.post(address("abandonner", draft.pk))
    assert not TextTemplate.objects.filter(pk=draft.pk).exists()


def test_a_text_of_one_type_is_added(client_for, director):
    """From the list of what there may be."""
    client = client_for(director)
    add = reverse("admin:documents_texttemplate_add")
    assert "Attestation de résidence, Bail mobilité" in client.get(add).content.decode()
    body = (
        "{{ association.signataire }} {{ résident.noms }} {{ logement.adresse }} "
        "{{ contrat.début }}"
    )
    data = {"which": "RESIDENCE_CERTIFICATE|MOBILITY", "title": "Attestation", "note": "",
            "valid_from": f"{clock.today():%Y-%m-%d}", "body": body}  # fmt: skip
    assert client.post(add, data).status_code == 302
    made = TextTemplate.objects.get(code="RESIDENCE_CERTIFICATE", variant="MOBILITY")
    assert (made.version, made.created_by) == (1, director)


def test_every_shipped_text_previews_on_a_contract(client_for, director, contract_of):
    """Each kind finds, or makes up, what it needs beside the contract."""
    contract = contract_of()
    factories.make_amendment(contract, effective_on=clock.today())
    client = client_for(director)
    for text in TextTemplate.objects.filter(variant__in=["", "CRT"]):
        answer = client.get(address("apercu", text.pk), {"contrat": contract.number})
        assert answer.status_code == 200, text
        assert answer.content.startswith(b"%PDF-"), text


def test_a_preview_needs_a_contract_one_may_see(client_for, director, text):
    """An unknown number is told; without the right the administration itself is closed."""
    client = client_for(director)
    page = client.get(address("apercu", text.pk), {"contrat": "C0"}, follow=True)
    assert "Aucun contrat de ce numéro" in page.content.decode()
    manager = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    assert manager.get(address("apercu", text.pk), {"contrat": "C0"}).status_code == 302


def test_what_texts_must_hold_is_written_as_elements(client_for, director):
    """The director's own demands are checked too."""
    client = client_for(director)
    add = reverse("admin:documents_textrequirement_add")
    data = {"code": "CONTRACT", "variant": "CRT", "label": "x", "source": "y",
            "valid_from": "2026-12-01"}  # fmt: skip
    wrong = client.post(add, {**data, "element": "assurance"})
    assert "Écrivez" in wrong.content.decode()
    assert client.post(add, {**data, "element": "[[clause assurance]]"}).status_code == 302
