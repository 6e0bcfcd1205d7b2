"""What the papers of contracts say, and that they are tagged, frozen and printed the same."""

from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.periods import end_of_duration, french_day
from caracol.documents import press
from caracol.documents.models import TextTemplate
from caracol.documents.services import read_document, render_document
from caracol.documents.services.drafting import draft_pdf
from residents.enums import ContractKind, ContractStatus, NoticeBasis, NoticeGiver
from residents.papers import (
    amendment_plan,
    certificate_plan,
    contract_plan,
    deposit_plan,
    insurance_plan,
    notice_plan,
    write,
)
from residents.services.documents import issue_plan
from tests import factories

DEPOSIT = {
    "dépôt.versé": "180,00 €",
    "dépôt.retenu": "25,00 €",
    "dépôt.retenues": "Clé perdue : 25,00 €",
    "dépôt.rendu": "155,00 €",
    "dépôt.à rendre avant le": "24 décembre 2026",
}
SECRETS = ("Kiribati", "réfugié", "carte de résident", "titre de séjour")


def words(paper):
    """All that a paper says, as one line."""
    said = [paper.title, paper.subtitle]
    for block in (*paper.blocks, *paper.summary):
        lines = block.get("items", [block.get("runs", [])])
        said += ["".join(run["text"] for run in runs) for runs in lines]
    return " ".join(said).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (ContractKind.CRT, ("18 mois", "200,00 €", "15 jours", "Retrait de l'agrément", "2 mois")),
        (ContractKind.COP, ("la démolition du bâtiment est décidée", "1225", "modique")),
        (ContractKind.SUBLET_SOCIAL, ("agrément du préfet n° 2020-14", "L. 365-4", "relogement")),
        (ContractKind.LEASE_89_FURN, ("11,5 m²", "inventaire", "six semaines", "article 7, g")),
        (ContractKind.LEASE_89_BARE, ("11,5 m²", "zone tendue", "six semaines", "article 22")),
        (ContractKind.MOBILITY, ("Aucun dépôt de garantie", "n'est pas révisé", "six semaines")),
    ],
)
def test_a_contract_of_each_type_says_what_it_must(contract_of, kind, said):
    """The right text by the type, facts in their places, and the page « En bref »."""
    deposit = 180 if kind.startswith("LEASE") else 0
    contract = contract_of(kind, deposit=deposit)
    paper = write(contract_plan(contract, clock.today()))
    text = words(paper)
    for word in (*said, "Mme Amina DIALLO, née le 3 mars 1994", "Chambre 3", "Les Tilleuls"):
        assert word in text, word
    assert paper.summary
    assert [place.heading for place in paper.signatures] == [
        "Pour Association Exemple",
        "Le résident ou la résidente",
    ]
    assert "{" not in text
    assert "[[" not in text
    for secret in SECRETS:
        assert secret not in text


@pytest.mark.parametrize(
    ("kind", "field", "word"),
    [
        (ContractKind.CRT, "purpose", "finalité de l'occupation"),
        (ContractKind.CRT, "objective_causes", "causes objectives"),
        (ContractKind.COP, "precarity_ground", "motif de précarité"),
        (ContractKind.SUBLET_SOCIAL, "approval_reference", "agrément"),
    ],
)
def test_a_fact_that_nobody_wrote_is_told_with_where_to_write_it(contract_of, kind, field, word):
    """The paper is not written with a hole."""
    with pytest.raises(Refused, match=f"{word}.*Modifier le brouillon"):
        write(contract_plan(contract_of(kind, **{field: ""}), clock.today()))


def test_a_lease_without_its_energy_class_says_where_to_write_it(contract_of):
    """The home lacks it, not the contract."""
    contract = contract_of(ContractKind.LEASE_89_BARE)
    home = contract.terms.get().room.colocation
    home.dpe_class = ""
    home.save()
    with pytest.raises(Refused, match=r"DPE.*fiche de la colocation"):
        write(contract_plan(contract, clock.today()))


def cut(contract, status, ends_on):
    """End a contract earlier, as a notice or a departure does."""
    contract.terms.update(ends_on=ends_on)
    contract.holders.update(ends_on=ends_on)
    contract.ends_on, contract.status = ends_on, status
    contract.save()


@pytest.mark.parametrize("status", [ContractStatus.NOTICE_GIVEN, ContractStatus.ENDED])
def test_the_deed_of_a_contract_cut_since_prints_the_end_first_signed(contract_of, status):
    """Nobody wrote its initial duration: its history knows its end."""
    contract = contract_of(initial_months=None)
    signed = contract.ends_on
    cut(contract, status, signed - timedelta(days=40))
    text = words(write(contract_plan(contract, clock.today())))
    assert french_day(signed) in text
    assert french_day(contract.ends_on) not in text


def test_the_deed_of_a_contract_taken_over_already_ended_is_refused_with_what_to_do(contract_of):
    """What nobody knows is not printed."""
    contract = contract_of(initial_months=None, status=ContractStatus.ENDED)
    with pytest.raises(Refused, match="Joignez le contrat signé"):
        write(contract_plan(contract, clock.today()))
    contract.initial_months = 6
    end = end_of_duration(contract.starts_on, 6)
    assert french_day(end) in words(write(contract_plan(contract, clock.today())))


def test_an_amendment_says_before_and_after(contract_of):
    """Old and new amounts and rooms; what does not change is not repeated."""
    contract = contract_of()
    room = factories.make_room(contract.terms.get().room.colocation, number="9")
    amendment = factories.make_amendment(
        contract, effective_on=clock.today(), room=room, fee=190, reason="chambre plus grande"
    )
    text = words(write(amendment_plan(amendment, clock.today())))
    assert "Chambre : 9, au lieu de 3" in text
    assert "190,00 €, au lieu de 180,00 €" in text
    assert "Fin du contrat" not in text


@pytest.mark.parametrize("basis", NoticeBasis.values)
def test_a_notice_of_the_association_takes_the_text_of_its_ground(contract_of, basis):
    """Five grounds, five letters, each with the delay and the reason."""
    notice = factories.make_notice(
        contract_of(), given_by=NoticeGiver.MANAGER, basis=basis, reason="bâtiment repris"
    )
    paper = write(notice_plan(notice, clock.today()))
    assert paper.text.code == f"NOTICE_{basis}"
    assert "1 mois" in words(paper)
    assert "bâtiment repris" in words(paper)
    assert paper.signatures == ()


def test_the_answer_to_a_residents_notice_says_the_day_and_the_rule(contract_of):
    """And nothing of why."""
    notice = factories.make_notice(contract_of(), reason="secret", rule="Préavis de 15 jours.")
    text = words(write(notice_plan(notice, clock.today())))
    assert "Préavis de 15 jours." in text
    assert "secret" not in text


def test_the_two_formal_notices_to_insure_exclude_each_other(contract_of):
    """On behalf: a month, a twelfth, ten percent, and the clause is waived; else the clause."""
    contract = contract_of()
    behalf = words(write(insurance_plan(contract, "INSURANCE_BEHALF", clock.today())))
    for word in ("sous 1 mois", "par douzième", "10 %", "nous renonçons"):
        assert word in behalf
    clause = words(write(insurance_plan(contract, "INSURANCE_CLAUSE", clock.today())))
    assert "commandement" in clause
    assert "renonçons" not in clause


def plans(contract):
    """One plan for each kind of document."""
    today = clock.today()
    amendment = factories.make_amendment(contract, effective_on=today)
    theirs = factories.make_notice(contract)
    ours = factories.make_notice(
        contract, given_by=NoticeGiver.MANAGER, reason="x", withdrawn_on=today
    )
    contract.keys_returned_on = today
    return [
        contract_plan(contract, today),
        amendment_plan(amendment, today),
        notice_plan(theirs, today),
        notice_plan(ours, today),
        insurance_plan(contract, "INSURANCE_BEHALF", today),
        certificate_plan(contract, today),
        deposit_plan(contract, today, DEPOSIT),
    ]


def test_one_sheet_of_each_kind_is_tagged_and_in_french(contract_of):
    """PDF/UA-1: headings, lists, tables for signatures; a draft says that it is one."""
    kinds = set()
    for plan in plans(contract_of()):
        content = draft_pdf(kind=plan.kind, paper=write(plan), on=plan.on)
        with pikepdf.open(BytesIO(content)) as pdf:
            assert bool(pdf.Root.MarkInfo.Marked)
            assert str(pdf.Root.Lang) == "fr"
            with pdf.open_metadata() as about:
                assert about["pdfuaid:part"] == "1"
            kinds |= {str(node.S) for node in structure(pdf.Root.StructTreeRoot)}
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/LI", "/Table"} <= kinds


def structure(node):
    """Every element of the structure of a PDF."""
    children = node.get("/K")
    for child in children if isinstance(children, pikepdf.Array) else []:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from structure(child)


def test_an_issued_contract_is_frozen_and_prints_the_same_bytes(contract_of, manager):
    """A text published since changes nothing: a re-print gives the file of the first day."""
    contract = contract_of()
    plan = contract_plan(contract, clock.today())
    document = issue_plan(plan=plan, today=clock.today(), actor=manager)
    assert document.number.startswith("CT-")
    rendered = render_document(document)
    first = read_document(rendered)
    text = TextTemplate.objects.get(code="CONTRACT", variant="CRT")
    TextTemplate.objects.create(
        code="CONTRACT",
        variant="CRT",
        version=2,
        title="Autre titre",
        body="Autre",
        state="PUBLISHED",
        valid_from=text.valid_from,
        published_at=clock.now(),
    )
    again = render_document(rendered)
    assert read_document(again) == first
    assert again.data["text"]["version"] == 1
    assert press.print_document(again) == first
