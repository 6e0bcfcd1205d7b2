"""Send papers by e-mail to those who agreed: one mail per document and person, never twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core.periods import Month
from caracol.documents.enums import DocumentState
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut
from caracol.notifications.services import queue_mail
from payments.models import TermPaper
from residents.models import ContractHolder, Person

PAPERS_MAILED = history.label("payments.papers-mailed", "Papiers envoyés par courriel")
TEMPLATE = "notifications/letter"


@dataclass(frozen=True)
class Letter:
    """A paper to send to a person who agreed, and the mail already written, if any."""

    paper: TermPaper
    person: Person
    mail: MailOut | None = None

    @property
    def key(self) -> str:
        """What makes the mail unique."""
        return f"paper:{self.paper.document_id}:{self.person.pk}"


@dataclass
class MailPlan:
    """What sending the papers would do, person by person."""

    to_send: list[Letter] = field(default_factory=list)
    sent: list[Letter] = field(default_factory=list)
    doubtful: list[Letter] = field(default_factory=list)
    no_address: list[Letter] = field(default_factory=list)
    refused: list[Letter] = field(default_factory=list)
    unready: list[Letter] = field(default_factory=list)

    @property
    def people(self) -> int:
        """How many people would get a mail."""
        return len({letter.person.pk for letter in self.to_send})


def plan_mails(papers: Any) -> MailPlan:
    """Sort the living papers by what may be sent to whom: a constant number of queries."""
    rows = list(papers.select_related("document", "term__contract__territory"))
    holders = _holders({paper.term.contract_id for paper in rows})
    letters = [
        Letter(paper, holder.person)
        for paper in rows
        for holder in holders.get(paper.term.contract_id, [])
        if holder.starts_on <= paper.term.ends_on and holder.ends_on >= paper.term.starts_on
    ]
    keys = [letter.key for letter in letters]
    mails = {mail.dedup_key: mail for mail in MailOut.objects.filter(dedup_key__in=keys)}
    plan = MailPlan()
    for letter in letters:
        _pile(plan, letter, mails.get(letter.key)).append(
            Letter(letter.paper, letter.person, mails.get(letter.key))
        )
    return plan


def _pile(plan: MailPlan, letter: Letter, mail: MailOut | None) -> list[Letter]:
    if mail is not None:
        doubtful = mail.state in (MailState.FAILED, MailState.UNCERTAIN) and not mail.settled_at
        return plan.doubtful if doubtful else plan.sent
    if not letter.person.email_consent:
        return plan.refused
    if not letter.person.email:
        return plan.no_address
    if letter.paper.document.state != DocumentState.RENDERED:
        return plan.unready
    return plan.to_send


def _holders(contracts: set[int]) -> dict[int, list[ContractHolder]]:
    rows = ContractHolder.objects.filter(contract__in=contracts).select_related("person")
    found: dict[int, list[ContractHolder]] = {}
    for holder in rows.order_by("-is_main", "pk"):
        found.setdefault(holder.contract_id, []).append(holder)
    return found


@transaction.atomic
def mail_papers(*, papers: Any, month: Month, batch: str, actor: User) -> int:
    """Write the mails of a plan made again now; return how many. Again = none."""
    letters = plan_mails(papers).to_send
    with history.act(PAPERS_MAILED, actor=actor):
        for letter in letters:
            _write(letter, month, batch, actor)
    return len(letters)


def _write(letter: Letter, month: Month, batch: str, actor: User) -> None:
    document = letter.paper.document
    contract = letter.paper.term.contract
    territory: Territory = contract.territory
    kind = document.kind_label.lower()
    paragraphs: Sequence[str] = (
        f"Vous trouverez en pièce jointe votre {kind} pour {month.label}.",
        "Gardez ce document : il peut vous être demandé, par la CAF par exemple.",
        "Une question ? Répondez à ce message ou appelez-nous.",
    )
    queue_mail(
        dedup_key=letter.key,
        to=letter.person.email,
        subject=f"Votre document {month.of_label}",
        template=TEMPLATE,
        context={"greeting": "Bonjour,", "paragraphs": paragraphs, "papers": [document.file_name]},
        documents=[document.pk],
        batch=batch,
        requested_by=actor,
        territory=territory,
    )
