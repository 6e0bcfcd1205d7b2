"""The texts of the team: drafts, publication, versions, what the law demands of each."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.documents.models import TextRequirement, TextTemplate
from caracol.documents.services import texts
from caracol.documents.services.texts import TextMissing, TextRefused
from residents.enums import ContractKind
from residents.papers.building import NOTICE_TEXTS
from tests import factories

pytestmark = pytest.mark.django_db
CERTIFICATE = "RESIDENCE_CERTIFICATE"
GENERIC = (
    "AMENDMENT",
    *NOTICE_TEXTS.values(),
    "NOTICE_ACK",
    "INSURANCE_BEHALF",
    "INSURANCE_CLAUSE",
    "RESIDENCE_CERTIFICATE",
    "DEPOSIT_SETTLEMENT",
)
BODY = (
    "{{ association.signataire }} : {{ résident.noms }} habite {{ logement.adresse }} depuis le "
    "{{ contrat.début }}."
)


@pytest.fixture
def director():
    """Who writes texts."""
    return factories.make_user(Role.DIRECTOR, "*")


@pytest.fixture
def write(director):
    """A function that saves a draft of the certificate."""

    def save(body=BODY, *, code=CERTIFICATE, variant="", valid_from=None):
        return texts.save_draft(
            code=code,
            variant=variant,
            title="Attestation",
            body=body,
            valid_from=valid_from or clock.today(),
            note="",
            actor=director,
        )

    return save


def test_every_shipped_text_is_well_written_and_says_what_the_law_demands():
    """The defaults pass the checks that the team's texts pass."""
    shipped = TextTemplate.objects.filter(version=1)
    assert shipped.count() == 23
    for text in shipped:
        assert texts.problems_of(text.code, text.body) == [], text
        assert texts.lacking_in(text, clock.today()) == [], text


def test_an_unknown_name_is_refused_with_its_place_and_the_nearest(write):
    """Nothing is kept."""
    with pytest.raises(TextRefused) as refused:
        write("Bonjour\n\nMme {{ résident.nom }}")
    assert refused.value.problems == [
        "Ligne 3, colonne 5 : « {{ résident.nom }} » n'existe pas. Vouliez-vous dire "
        "« résident.noms » ?"
    ]
    assert not TextTemplate.objects.filter(published_at=None).exists()


def test_a_text_has_one_draft_then_versions_that_never_change(write, director):
    """Saving again changes the draft; publishing freezes it; the next draft is version 3."""
    assert write().pk == write(BODY + " Voilà.").pk
    published = texts.publish(template=write(), today=clock.today(), actor=director)
    assert (published.version, published.published_by) == (2, director)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        TextTemplate.objects.filter(pk=published.pk).update(body="autre")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        published.delete()
    draft = write()
    assert draft.version == 3
    texts.discard(template=draft, actor=director)
    assert not TextTemplate.objects.filter(pk=draft.pk).exists()
    event = apps.get_model("documents", "TextTemplateEvent")
    kept = event.objects.filter(pgh_obj_id=draft.pk).latest("pgh_id")
    assert (kept.pgh_label, kept.body) == ("delete", draft.body)
    assert kept.pgh_context.metadata["act"] == texts.DISCARDED


def test_what_lacks_is_named_with_its_source(write, director):
    """A certificate that forgets since when cannot be published."""
    draft = write("{{ association.signataire }} : {{ résident.noms }}, {{ logement.adresse }}.")
    with pytest.raises(TextRefused) as refused:
        texts.publish(template=draft, today=clock.today(), actor=director)
    [lacking] = refused.value.problems
    assert lacking == "depuis quand (Usage de l'association) : {{ contrat.début }}"


@pytest.mark.parametrize(
    ("code", "variant"),
    [("CONTRACT", kind) for kind in ContractKind.values] + [(code, "") for code in GENERIC],
)
def test_each_demanded_element_taken_out_is_missed(code, variant):
    """Table: for each type, every element of RULEBOOK 1 is really looked for."""
    text = TextTemplate.objects.get(code=code, variant=variant, version=1)
    for row in texts.requirements(code, variant, clock.today()):
        body = text.body
        for element in row.element.split(" ou "):
            body = body.replace(f" {element}", "").replace(element, "…")
        bare = TextTemplate(code=code, variant=variant, body=body)
        lacking = texts.lacking_in(bare, clock.today())
        assert any(line.startswith(row.label) for line in lacking), row.element


def test_a_fact_under_a_foreign_condition_is_not_said():
    """A deposit may stand under « si dépôt », not under something else."""
    text = TextTemplate(code="CONTRACT", variant="COP")
    own = TextTemplate.objects.get(code="CONTRACT", variant="COP", version=1).body
    text.body = own.replace("[[si dépôt]]", "[[si tiers payant]]")
    assert "dépôt de garantie" in texts.lacking_in(text, clock.today())[0]
    text.body = own.replace(
        "{{ contrat.motif de précarité }}",
        "[[si contrat.motif de précarité]]\n{{ contrat.motif de précarité }}\n[[fin]]",
    )
    assert "motif de précarité" in texts.lacking_in(text, clock.today())[0]


@pytest.mark.parametrize("variant", ["LEASE_89_FURN", "LEASE_89_BARE", "MOBILITY"])
def test_a_lease_needs_its_clauses_apart_from_october_2026_only(variant):
    """Décret 2026-596: clause résolutoire and nuisance, for contracts from 1 October 2026."""
    text = TextTemplate.objects.get(code="CONTRACT", variant=variant, version=1)
    text.body = text.body.replace(" [[clause résolutoire]]", "").replace(
        " [[clause tranquillité]]", ""
    )
    assert texts.lacking_in(text, date(2026, 9, 30)) == []
    lacking = texts.lacking_in(text, date(2026, 10, 1))
    assert len(lacking) == 2
    assert all("décret 2026-596" in line for line in lacking)


def test_an_empty_clause_is_no_clause():
    """A heading with nothing under it says nothing."""
    text = TextTemplate(code="INSURANCE_CLAUSE", variant="", body="# A [[clause résiliation]]\noui")
    assert any("résiliation" in line for line in texts.lacking_in(text, clock.today()))


def test_the_text_of_a_day_is_its_own_types_last_one_then_that_of_all(write, director):
    """By date, then by type; without any, it says who may publish one."""
    today = clock.today()
    assert texts.text_in_force(CERTIFICATE, "CRT", today).version == 1
    later = write(valid_from=today + timedelta(days=10))
    texts.publish(template=later, today=today, actor=director)
    assert texts.text_in_force(CERTIFICATE, "CRT", today).version == 1
    assert texts.text_in_force(CERTIFICATE, "CRT", today + timedelta(days=10)).pk == later.pk
    own = write(variant="COP")
    assert texts.text_in_force(CERTIFICATE, "COP", today).version == 1  # a draft serves nothing
    texts.publish(template=own, today=today, actor=director)
    assert texts.text_in_force(CERTIFICATE, "COP", today).pk == own.pk
    with pytest.raises(TextMissing, match="administration"):
        texts.text_in_force(CERTIFICATE, "CRT", date(1999, 1, 1))


def test_a_law_that_comes_after_asks_for_a_new_version():
    """The text in force no longer serves contracts of the day the law asks more."""
    today = clock.today()
    TextRequirement.objects.create(
        code=CERTIFICATE,
        element="[[clause nouvelle]]",
        label="la clause nouvelle",
        source="Loi nouvelle",
        valid_from=today,
    )
    text = texts.text_in_force(CERTIFICATE, "", today)
    texts.check_still_enough(text, today - timedelta(days=1))
    with pytest.raises(TextRefused, match="la clause nouvelle \\(Loi nouvelle\\)"):
        texts.check_still_enough(text, today)
