"""The papers of contracts, letters and certificates: their kinds, and the texts they are made of.

Which text serves is a rule: the type of the contract, the ground of the notice, the day concluded.
"""

from caracol.accounts.models import User
from caracol.accounts.policy import may_on
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.documents.content import TextPaper
from caracol.documents.filling import Vocabulary
from caracol.documents.models import TextTemplate
from caracol.documents.texts import TextKind, register_text
from residents.enums import ContractKind, NoticeGiver
from residents.models import Amendment, Contract, Notice
from residents.papers import kinds, vocabulary
from residents.papers.building import (
    NOTICE_TEXTS,
    Plan,
    amendment_plan,
    certificate_plan,
    contract_plan,
    deposit_plan,
    insurance_plan,
    notice_plan,
    write,
)

__all__ = ["Plan", "amendment_plan", "certificate_plan", "contract_plan", "deposit_plan",
           "insurance_plan", "notice_plan", "write"]  # fmt: skip

ISSUE = "residents:document-issue"
_TYPES = tuple((kind.value, str(kind.label)) for kind in ContractKind)
_NO_CONTRACT = (
    "Aucun contrat de ce numéro ne vous est visible. Le numéro se lit sur la fiche du contrat."
)
_EXAMPLE_DEPOSIT = {
    name: fact.example
    for name, fact in vocabulary.DEPOSIT_WORDS.facts.items()
    if name.startswith(("sortie.", "dépôt."))
}


def _contract(user: User, number: str) -> Contract:
    contract = Contract.objects.visible_to(user).filter(number=number.strip()).first()
    if contract is None or not may_on(user, ISSUE, contract.territory_id):
        raise Refused(_NO_CONTRACT)
    return contract


def _preview(user: User, number: str, template: TextTemplate) -> TextPaper:
    """Write a version of a text, a draft perhaps, on a real contract."""
    contract = _contract(user, number)
    plan = _plan_for(template.code, contract)
    if template.code == "CONTRACT_SUMMARY":
        plan = Plan("CONTRACT_SUMMARY", contract, contract, clock.today())
    return write(plan, template)


def _plan_for(code: str, contract: Contract) -> Plan:
    today = clock.today()
    if code == "AMENDMENT":
        return _last_amendment(contract)
    if code.startswith("NOTICE_"):
        return _notice(code, contract)
    if code.startswith("INSURANCE_"):
        plan = insurance_plan(contract, code, today)
        since = plan.more["assurance.manque depuis le"] or "jour sans assurance"
        return Plan(
            code, contract, contract, today, plan.subtitle,
            {**plan.more, "assurance.manque depuis le": since},
        )  # fmt: skip
    if code == "DEPOSIT_SETTLEMENT":
        return deposit_plan(contract, today, _EXAMPLE_DEPOSIT)
    if code == "RESIDENCE_CERTIFICATE":
        return certificate_plan(contract, today)
    return contract_plan(contract, today)


def _last_amendment(contract: Contract) -> Plan:
    amendment = Amendment.objects.filter(contract=contract).order_by("-number").first()
    if amendment is None:
        raise Refused("Ce contrat n'a pas d'avenant : choisissez-en un qui en ait.")
    return amendment_plan(amendment, clock.today())


def _notice(code: str, contract: Contract) -> Plan:
    """Return the plan of a contract's notice, or of one made up that is never kept."""
    by_text = {text: basis for basis, text in NOTICE_TEXTS.items()}
    found = Notice.objects.filter(contract=contract).order_by("-pk")
    if code == "NOTICE_ACK":
        notice = found.filter(given_by=NoticeGiver.RESIDENT).first()
    else:
        notice = found.filter(given_by=NoticeGiver.MANAGER, basis=by_text[code]).first()
    if notice is not None:
        return notice_plan(notice, clock.today())
    words = vocabulary.NOTICE_WORDS.facts
    made_up = {name: fact.example for name, fact in words.items() if name.startswith("congé.")}
    return Plan(code, contract, contract, clock.today(), f"Contrat n° {contract.number}", made_up)


def _text(code: str, label: str, document: str, words: Vocabulary, order: int) -> None:
    register_text(
        TextKind(
            code=code,
            label=label,
            document_kind=document,
            words=words,
            preview=_preview,
            variants=_TYPES,
            every_variant=code == "CONTRACT",
            order=order,
        )
    )


_WORDS = vocabulary
for _order, (_code, _label, _document, _known) in enumerate(
    (
        ("CONTRACT", "Contrat", kinds.CONTRACT.code, _WORDS.CONTRACT_WORDS),
        ("CONTRACT_SUMMARY", "Contrat, page « En bref »", "CONTRACT", _WORDS.CONTRACT_WORDS),
        ("AMENDMENT", "Avenant", kinds.AMENDMENT.code, _WORDS.AMENDMENT_WORDS),
        ("NOTICE_NON_RENEWAL", "Congé : non-renouvellement", "NOTICE_LETTER", _WORDS.NOTICE_WORDS),
        ("NOTICE_OBJECTIVE_CAUSE", "Congé : cause objective", "NOTICE_LETTER", _WORDS.NOTICE_WORDS),
        ("NOTICE_BREACH", "Congé : manquement", "NOTICE_LETTER", _WORDS.NOTICE_WORDS),
        ("NOTICE_AT_TERM", "Congé pour le terme du bail", "NOTICE_LETTER", _WORDS.NOTICE_WORDS),
        ("NOTICE_ORDINARY", "Congé ordinaire", "NOTICE_LETTER", _WORDS.NOTICE_WORDS),
        ("NOTICE_ACK", "Réponse au congé du résident", "NOTICE_ACK", _WORDS.NOTICE_WORDS),
        (
            "INSURANCE_BEHALF",
            "Mise en demeure : assurance pour compte",
            "INSURANCE_NOTICE",
            _WORDS.INSURANCE_WORDS,
        ),
        (
            "INSURANCE_CLAUSE",
            "Mise en demeure : clause résolutoire",
            "INSURANCE_NOTICE",
            _WORDS.INSURANCE_WORDS,
        ),
        (
            "RESIDENCE_CERTIFICATE",
            "Attestation de résidence",
            "RESIDENCE_CERTIFICATE",
            _WORDS.CONTRACT_WORDS,
        ),
        (
            "DEPOSIT_SETTLEMENT",
            "Décompte de dépôt de garantie",
            "DEPOSIT_LETTER",
            _WORDS.DEPOSIT_WORDS,
        ),
    )
):
    _text(_code, _label, _document, _known, _order)
