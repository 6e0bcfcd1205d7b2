"""The paper of a mandate: its kind, its text, its one place to sign."""

from dataclasses import replace
from datetime import date

from caracol.accounts.models import User
from caracol.accounts.policy import may_on
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.documents.content import Signature, TextPaper
from caracol.documents.filling import Fact, Vocabulary
from caracol.documents.models import TextTemplate
from caracol.documents.registry import DocumentKind, register_kind
from caracol.documents.texts import TextKind, register_text
from caracol.documents.typography import fours
from caracol.parameters.selectors import association, value
from payments.models import Mandate
from residents.models import Contract
from residents.papers import Plan, write
from residents.papers.vocabulary import CONTRACT_WORDS

SEPA_MANDATE = register_kind(
    DocumentKind(
        code="SEPA_MANDATE",
        label="Mandat de prélèvement",
        series="MP",
        template="deed.html",
        read_key="payments:paper-read",
        file_stem="Mandat",
    )
)
_ADMIN = "administration, « Association »"
_RULES = "administration, « Paramètres datés »"
_TAB = "onglet Prélèvement du contrat"
_FACTS = {
    "association.ICS": Fact(label="identifiant créancier", example="FR72ZZZ123456", where=_ADMIN),
    "mandat.RUM": Fact(label="référence du mandat", example="RUM-C2026-014-1", where=_TAB),
    "mandat.titulaire": Fact(label="titulaire du compte", example="Amina DIALLO", where=_TAB),
    "mandat.IBAN": Fact(label="IBAN", example="FR76 4255 9100 0008 0123 4567 862", where=_TAB),
    "mandat.BIC": Fact(label="BIC", example="CCOPFRPPXXX", where=_TAB),
    "mandat.durée": Fact(label="durée sans prélèvement", example="36 mois", where=_RULES),
    "prélèvement.annoncé avant": Fact(label="délai d'annonce", example="14 jours", where=_RULES),
    "prélèvement.contestable pendant": Fact(
        label="délai de remboursement", example="8 semaines", where=_RULES
    ),
}
WORDS = Vocabulary(facts={**CONTRACT_WORDS.facts, **_FACTS}, questions=CONTRACT_WORDS.questions)


def mandate_paper(mandate: Mandate, iban: str, today: date) -> TextPaper:
    """Return the paper of a mandate, to be signed by the account's holder. Raises Refused."""
    contract = mandate.contract
    facts = {
        "mandat.RUM": mandate.reference,
        "mandat.titulaire": mandate.holder,
        "mandat.IBAN": fours(iban),
        "mandat.BIC": mandate.bic or "à compléter",
    }
    creditor = association(today).creditor_id
    if not creditor:
        raise Refused(
            "L'association n'a pas d'identifiant créancier SEPA (ICS) : la direction l'écrit dans "
            "l'administration, « Association »."
        )
    paper = write(_plan(contract, {"association.ICS": creditor, **facts}, today))
    place = Signature(heading="Le titulaire du compte", names=(mandate.holder,))
    return replace(paper, signatures=(place,))


def _plan(contract: Contract, facts: dict[str, str], today: date) -> Plan:
    more = {
        "mandat.durée": f"{value('sepa.mandate_months', today)} mois",
        "prélèvement.annoncé avant": f"{value('sepa.prenotification_days', today)} jours",
        "prélèvement.contestable pendant": f"{value('sepa.refund_weeks', today)} semaines",
    }
    subtitle = f"Contrat n° {contract.number}"
    return Plan("SEPA_MANDATE", contract, contract, today, subtitle, {**more, **facts})


def _preview(user: User, number: str, template: TextTemplate) -> TextPaper:
    """Write a version of the text on a real contract, with an account made up."""
    contract = Contract.objects.visible_to(user).filter(number=number.strip()).first()
    if contract is None or not may_on(user, "payments:mandate-prepare", contract.territory_id):
        raise Refused(
            "Aucun contrat de ce numéro ne vous est visible. Le numéro se lit sur la fiche du "
            "contrat."
        )
    ours = {"association.ICS": association(clock.today()).creditor_id}
    examples = {
        name: ours.get(name) or fact.example
        for name, fact in _FACTS.items()
        if name in ours or name.startswith("mandat.")
    }
    return write(_plan(contract, examples, clock.today()), template)


register_text(
    TextKind(
        code="SEPA_MANDATE",
        label="Mandat de prélèvement",
        document_kind=SEPA_MANDATE.code,
        words=WORDS,
        preview=_preview,
        order=60,
    )
)
