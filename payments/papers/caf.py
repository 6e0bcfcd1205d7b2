"""What the association writes to a CAF about a contract: certificates, demands, a contest.

No status, no nationality, no permit: the CAF knows the person by their number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from caracol.accounts.models import User
from caracol.accounts.policy import may_on
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.core.periods import Month, french_day
from caracol.documents.content import Recipient, TextPaper
from caracol.documents.filling import Fact, Vocabulary
from caracol.documents.models import TextTemplate
from caracol.documents.texts import TextKind, register_text
from caracol.documents.typography import fours
from caracol.parameters.models import Association
from payments.enums import CafNature, CafState
from payments.models import CafLine, CafOffice
from residents.enums import AidEligibility, ContractStatus
from residents.models import Contract, ContractHolder, ContractTerms
from residents.papers import Plan, write
from residents.papers.choices import PaperChoice, paper_provider
from residents.papers.kinds import CAF_PAPER
from residents.papers.vocabulary import CONTRACT_WORDS

_OFFICE = "Encaissements, CAF, « Adresses des CAF »"
_FACTS = {
    "CAF.allocataire": Fact(
        label="n° d'allocataire", example="1234567", where="fiche de la personne"
    ),
    "CAF.bailleur": Fact(label="notre n° de bailleur", example="0012345", where=_OFFICE),
    "CAF.départ": Fact(label="jour du départ", example="30 novembre 2026"),
    "CAF.bordereau": Fact(label="bordereau qui reprend l'aide", example="B202611-93"),
    "CAF.indu": Fact(label="somme reprise", example="98,50 €"),
    "CAF.mois": Fact(label="mois repris", example="septembre 2026"),
    "association.IBAN": Fact(
        label="notre compte",
        example="FR76 4255 9100 0008 0123 4567 862",
        where="administration, « Association »",
    ),
}
WORDS = Vocabulary(facts={**CONTRACT_WORDS.facts, **_FACTS}, questions=CONTRACT_WORDS.questions)
_LIVED = frozenset({ContractStatus.IN_FORCE, ContractStatus.NOTICE_GIVEN, ContractStatus.SIGNED})
_GONE = frozenset({ContractStatus.NOTICE_GIVEN, ContractStatus.ENDED, ContractStatus.CLOSED})


@dataclass(frozen=True)
class _Letter:
    """What every letter to the CAF about a contract says, read once."""

    contract: Contract
    on: date
    recipient: Recipient
    known: dict[str, str]

    def plan(self, text: str, facts: dict[str, str] | None = None) -> Plan:
        """Return the plan of one of them."""
        return Plan(
            text,
            self.contract,
            self.contract,
            self.on,
            f"Contrat n° {self.contract.number}",
            {**self.known, **(facts or {})},
            recipient=self.recipient,
        )


def _letter(contract: Contract, today: date) -> _Letter:
    holder = (
        ContractHolder.objects.filter(contract=contract)
        .select_related("person")
        .order_by("-is_main", "pk")
        .first()
    )
    person = holder.person if holder else None
    office = _office(contract)
    us = Association.objects.on(today).first()
    known = {
        "CAF.allocataire": person.caf_number if person else "",
        "CAF.bailleur": office.landlord_number,
        "association.IBAN": fours(us.iban) if us and us.iban else "",
    }
    recipient = Recipient(
        names=(office.name,),
        lines=(office.address,) if office.address else (),
        postcode=office.postcode,
        city=office.city,
        short_name=office.name,
    )
    return _Letter(contract, today, recipient, known)


def _office(contract: Contract) -> CafOffice:
    """Return the CAF of the contract's home, known here or not yet."""
    terms = ContractTerms.objects.filter(contract=contract).order_by("-starts_on")
    department = terms.values_list("room__colocation__site__department", flat=True).first() or ""
    known = CafOffice.objects.filter(department=department).first()
    return known or CafOffice(department=department, name=f"CAF {department}")


@paper_provider
def caf_papers(contract: Contract, today: date) -> Iterable[tuple[PaperChoice, Plan]]:
    """Offer what is written to the CAF about a contract, as it stands."""
    recoveries = _recoveries(contract)
    if contract.aid_eligible == AidEligibility.NO and not recoveries:
        return
    letter = _letter(contract, today)
    if contract.aid_eligible != AidEligibility.NO and contract.status in _LIVED:
        yield (
            PaperChoice("caf-loyer", "Attestation de loyer", "pour la CAF", "certificate"),
            letter.plan("CAF_RENT_CERTIFICATE"),
        )
        yield (
            PaperChoice("caf-direct", "Demande de versement direct", "à la CAF", "mail-forward"),
            letter.plan("CAF_DIRECT_PAYMENT"),
        )
    if contract.aid_eligible != AidEligibility.NO and contract.status in _GONE:
        left = french_day(contract.left_on or contract.ends_on)
        yield (
            PaperChoice("caf-depart", "Signaler le départ à la CAF", f"au {left}", "door-exit"),
            letter.plan("CAF_DEPARTURE", {"CAF.départ": left}),
        )
    for line in recoveries:
        amount, month = euros(-line.amount), Month.of(line.month_from).label
        facts = {
            "CAF.bordereau": line.statement.reference,
            "CAF.indu": amount,
            "CAF.mois": month,
        }
        yield (
            PaperChoice(
                f"caf-indu-{line.pk}",
                "Contester un indu auprès de la CAF",
                f"{amount} repris pour {month}",
                "gavel",
            ),
            letter.plan("CAF_CONTEST", facts),
        )


def _recoveries(contract: Contract) -> list[CafLine]:
    lines = CafLine.objects.filter(
        contract=contract,
        nature=CafNature.RECOVERY,
        amount__lt=0,
        statement__state=CafState.POSTED,
    )
    return list(lines.select_related("statement").order_by("-pk")[:6])


def _preview(user: User, number: str, template: TextTemplate) -> TextPaper:
    """Write a version of a text on a real contract, with what it lacks made up."""
    contract = Contract.objects.visible_to(user).filter(number=number.strip()).first()
    if contract is None or not may_on(user, "residents:document-issue", contract.territory_id):
        raise Refused(
            "Aucun contrat de ce numéro ne vous est visible. Le numéro se lit sur la fiche du "
            "contrat."
        )
    letter = _letter(contract, clock.today())
    examples = {name: fact.example for name, fact in _FACTS.items()}
    known = {name: value for name, value in letter.known.items() if value}
    return write(letter.plan(template.code, {**examples, **known}), template)


for _order, (_code, _label) in enumerate(
    (
        ("CAF_RENT_CERTIFICATE", "CAF : attestation de loyer"),
        ("CAF_DIRECT_PAYMENT", "CAF : demande de versement direct"),
        ("CAF_DEPARTURE", "CAF : départ"),
        ("CAF_CONTEST", "CAF : contestation d'un indu"),
    ),
    start=70,
):
    register_text(
        TextKind(
            code=_code,
            label=_label,
            document_kind=CAF_PAPER.code,
            words=WORDS,
            preview=_preview,
            order=_order,
        )
    )
