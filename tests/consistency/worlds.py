"""One of everything in a territory, and the arguments of every address that names a thing.

A new address with arguments takes its line in `ARGUMENTS`; without it the matrix fails.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from caracol.accounts.enums import Role
from caracol.accounts.models import SavedView
from caracol.core import clock
from caracol.documents import content
from caracol.documents.enums import BundleKind
from caracol.documents.models import Bundle, Upload
from caracol.documents.services import issue_document
from caracol.jobs.models import Job
from caracol.lists.models import ListAct, ListExport
from caracol.notifications.models import MailOut
from caracol.takeover.models import RunState, TakeoverRun
from payments.enums import PaperKind, PaymentMeans
from payments.models import (
    TermPaper,
)
from payments.services.openings import OpeningBalance, take_over_balances
from payments.services.receiving import record_payment
from residents.enums import ContractKind, InsuranceStepKind
from residents.models import Amendment, HousingRequest
from residents.services.insurance_path import record_step
from social.models import PersonRight
from tests import factories
from tests.consistency import agenda, deadlines, messages, money, patrimony
from tests.documents import samples

# Words that only some readers may find on a page; no two territories share them.
CANARIES = {
    "name": "Zanzibarov",
    "phone": "06 98 76 54",
    "email": "boite.privee",
    "number": "CCANARI",
    "fee": "987,65",
    "balance": "654,32",
    "nationality": "Kiribati",
    "permit": "carte pluriannuelle",
    "insurer": "Assureur Canari",
    "cost": patrimony.COST,
    "note": patrimony.NOTE,
}


@dataclass
class World:
    """A home, its resident and their papers, in one territory."""

    code: str
    home: Any
    room: Any
    void_room: Any
    person: Any
    contract: Any
    amendment: Any
    term: Any
    payment: Any
    deposit: Any
    settlement: Any
    mandate: Any
    debit_batch: Any
    refund: Any
    refund_batch: Any
    insurance: Any
    insurance_step: Any
    document: Any
    bundle: Any
    job: Any
    mail: Any
    message: Any
    text: Any
    run: Any
    view: Any
    act: Any
    listed: Any
    upload: Any
    patrimony: Any
    paper: Any
    line: Any
    payer: Any
    caf: Any
    right: Any
    deadline: Any
    task_day: Any
    task_item: Any
    told: Any
    stand_in: Any
    appointment: Any


def make_world(code, *, officer=None):
    """Make one of everything in a territory; its names end with the territory's code."""
    author = factories.make_user(Role.GLA_MANAGER, code)
    home = factories.make_home(code, officer=officer, name=f"Villa Canari {code}")
    room = factories.make_room(home, number="1", fee="987.65")
    person = factories.make_person(
        f"Zanzibarov {code}",
        "Ilia",
        phone=f"06 98 76 54 {len(code)}{ord(code[0]) % 10}",
        email=f"boite.privee.{code.lower()}@example.org",
    )
    # Near its end, a contract has the most to say: how far it may be renewed, what comes next.
    contract = factories.make_contract(
        room,
        person,
        number=f"CCANARI{code}",
        kind=ContractKind.COP,
        precarity_ground="travaux",
        ends_on=clock.today() + timedelta(days=80),
    )
    insurance = factories.make_insurance(contract, insurer=f"Assureur Canari {code}")
    step = record_step(
        contract=contract, kind=InsuranceStepKind.REMINDER, done_on=clock.today(), actor=author
    )
    factories.make_occupant(contract, first_name="Zanzibarov")
    HousingRequest.objects.create(person=person, number=f"NURCANARI{code}")
    factories.make_status(person, nationality="Kiribati")
    factories.make_permit(person, kind="CARTE_PLURIANNUELLE")
    right = PersonRight.objects.create(person=person, kind="C2S", due_on=clock.today())
    balance = OpeningBalance(contract, owed=Decimal("664.32"))
    take_over_balances(balances=[balance], on=clock.today(), actor=author)
    received = record_payment(
        key=f"canari:{code}",
        contract=contract,
        amount=Decimal("10.00"),
        means=PaymentMeans.CASH,
        received_on=clock.today(),
        today=clock.today(),
        actor=author,
    )
    void_room = factories.make_room(home, number="2")
    return World(
        code=code,
        home=home,
        room=room,
        void_room=void_room,
        patrimony=patrimony.make_patrimony(home, void_room, contract),
        person=person,
        contract=contract,
        amendment=Amendment.objects.create(
            contract=contract, number=1, effective_on=contract.ends_on, reason="à retirer"
        ),
        term=contract.bills.get(),
        payment=received.entry,
        insurance=insurance,
        insurance_step=step,
        right=right,
        **deadlines.make_deadlines(code, author, home, person, contract),
        **_papers(code, author, home.site.territory, contract),
        **money.make_money(code, author, contract),
        **messages.make_messages(code, author, person),
        **agenda.make_agenda(author, home, person),
    )


def _papers(code, author, territory, contract):
    now = clock.now()
    document = issue_document(
        kind=PaperKind.DUE_NOTICE,
        key=f"canari:{code}",
        subject=contract,
        data=samples.due_notice(),
        issued_on=clock.today(),
        actor=author,
        territory=territory,
    )
    TermPaper.objects.create(
        term=contract.bills.get(),
        kind=PaperKind.DUE_NOTICE,
        document=document,
        paid_amount=Decimal("0.00"),
    )
    job = Job.objects.create(
        kind="documents.render-batch",
        dedup_key=f"canari:{code}",
        title="Travail",
        territory=territory,
        requested_by=author,
        created_at=now,
        next_attempt_at=now,
    )
    mail = MailOut.objects.create(
        dedup_key=f"canari:{code}",
        recipient=f"boite.privee.{code.lower()}@example.org",
        subject="Votre quittance",
        territory=territory,
        created_at=now,
        next_attempt_at=now,
    )
    bundle = Bundle.objects.create(
        kind=BundleKind.values[0],
        title="Liasse",
        requested_by=author,
        requested_at=now,
        document_ids=[document.pk],
        job=job,
    )
    run = TakeoverRun.objects.create(
        actor=author,
        state=RunState.PREVIEWED,
        name="reprise.xlsx",
        counts={"homes": 1, "rooms": 2, "residents": 1, "contracts": 1},
    )
    upload = Upload.objects.create(
        token=uuid.uuid4(),
        kind="CANARI",
        read_key="payments:paper-read",
        content_type=document.content_type,
        object_id=contract.pk,
        territory=territory,
        name="scan.pdf",
        media_type="application/pdf",
        file=default_storage.save("uploads/canari.pdf", ContentFile(b"%PDF-")),
        sha256="0" * 64,
        size=5,
        uploaded_at=now,
        uploaded_by=author,
    )
    people = "residents:person-list"
    view = SavedView.objects.create(owner=author, list_key=people, name=f"Vue {code}")
    act = ListAct.objects.create(
        actor=author, list_key=people, code="person-language", row_ids=[], created_at=now
    )
    listed = ListExport.objects.create(
        actor=author, list_key=people, name="residents", requested_at=now, job=job
    )
    return {
        "view": view,
        "act": act,
        "listed": listed,
        "document": document,
        "bundle": bundle,
        "job": job,
        "mail": mail,
        "run": run,
        "upload": upload,
        "paper": _paper(code, author, territory, contract),
    }


def _paper(code, author, territory, contract):
    """A document of a contract, as the texts of the team make it."""
    sample = samples.quittance()
    return issue_document(
        kind="RESIDENCE_CERTIFICATE",
        key=f"canari-paper:{code}",
        subject=contract,
        data=content.TextPaper(
            issuer=sample.issuer,
            recipient=sample.recipient,
            contract=sample.contract,
            title="Attestation de résidence",
            subtitle="",
            text=content.TextRef(code="RESIDENCE_CERTIFICATE", variant="", version=1),
            blocks=({"kind": "p", "runs": [{"text": "habite ici", "strong": False}]},),
        ),
        issued_on=clock.today(),
        actor=author,
        territory=territory,
    )


ARGUMENTS = {
    **messages.ARGUMENTS,
    **deadlines.ARGUMENTS,
    **agenda.ARGUMENTS,
    **money.ARGUMENTS,
    **patrimony.ARGUMENTS,
    "colocations:home-occupancy": lambda world: [world.home.pk],
    "colocations:home-cell": lambda world: [world.home.pk, "officer"],
    "colocations:room-cell": lambda world: [world.room.pk, "fee"],
    "documents:bundle-download": lambda world: [world.bundle.pk],
    "documents:document-download": lambda world: [world.document.number],
    "documents:upload-read": lambda world: [world.upload.token],
    "documents:upload-restore": lambda world: [world.upload.token],
    "documents:upload-withdraw": lambda world: [world.upload.token],
    "jobs:job-detail": lambda world: [world.job.pk],
    "jobs:job-progress": lambda world: [world.job.pk],
    "jobs:job-retry": lambda world: [world.job.pk],
    "lists:act-detail": lambda world: [world.act.token],
    "lists:act-undo": lambda world: [world.act.token],
    "lists:export-download": lambda world: [world.listed.pk],
    "lists:export-note": lambda world: [world.listed.pk],
    "lists:view-default": lambda world: [world.view.pk],
    "lists:view-delete": lambda world: [world.view.pk],
    "lists:view-edit": lambda world: [world.view.pk],
    "lists:view-restore": lambda world: [world.view.pk],
    "lists:view-update": lambda world: [world.view.pk],
    "notifications:mail-detail": lambda world: [world.mail.pk],
    "notifications:mail-resend": lambda world: [world.mail.pk],
    "notifications:mail-settle": lambda world: [world.mail.pk],
    "social:person-rights": lambda world: [world.person.pk],
    "social:right-new": lambda world: [world.person.pk],
    "social:right-add": lambda world: [world.person.pk, "rsa"],
    "social:right-edit": lambda world: [world.right.pk],
    "social:right-end": lambda world: [world.right.pk],
    "social:right-resume": lambda world: [world.right.pk],
    "payments:account-attestation": lambda world: [world.contract.number],
    "payments:account-detail": lambda world: [world.contract.number],
    "payments:account-export": lambda world: [world.contract.number],
    "payments:account-papers": lambda world: [world.contract.number],
    "payments:account-statement": lambda world: [world.contract.number],
    "payments:payment-reverse": lambda world: [world.payment.pk],
    "payments:payment-undo": lambda world: [world.payment.pk],
    "payments:person-account": lambda world: [world.person.pk],
    "payments:person-caf": lambda world: [world.person.pk],
    "payments:receipt-cancel": lambda world: [world.document.number],
    "payments:term-correct": lambda world: [world.term.pk],
    "payments:term-explain": lambda world: [world.term.pk],
    "residents:amendment-withdraw": lambda world: [world.amendment.pk],
    "residents:amendment-new": lambda world: [world.contract.pk],
    "residents:contract-cancel": lambda world: [world.contract.pk],
    "residents:contract-edit": lambda world: [world.contract.pk],
    "residents:contract-keys": lambda world: [world.contract.pk],
    "residents:contract-renew": lambda world: [world.contract.pk],
    "residents:contract-revise": lambda world: [world.contract.pk],
    "residents:contract-sign": lambda world: [world.contract.pk],
    "payments:refund-record": lambda world: [world.contract.pk],
    "residents:notice-give": lambda world: [world.contract.pk],
    "residents:notice-send": lambda world: [world.contract.pk],
    "residents:notice-receive": lambda world: [world.contract.pk],
    "residents:notice-withdraw": lambda world: [world.contract.pk],
    "residents:contract-end": lambda world: [world.contract.pk],
    "residents:exit-complete": lambda world: [world.contract.pk],
    "residents:contract-reopen": lambda world: [world.contract.pk],
    "residents:contract-close": lambda world: [world.contract.pk],
    "residents:contract-cell": lambda world: [world.contract.pk, "due_day"],
    "residents:contract-complete": lambda world: [world.contract.pk],
    "residents:contract-documents": lambda world: [world.contract.pk],
    "residents:document-cancel": lambda world: [world.paper.number],
    "residents:document-issue": lambda world: [world.contract.pk, "attestation"],
    "residents:document-mail": lambda world: [world.paper.number],
    "residents:document-preview": lambda world: [world.contract.pk, "attestation"],
    "residents:document-signed": lambda world: [world.paper.number],
    "residents:person-documents": lambda world: [world.person.pk],
    "residents:contract-detail": lambda world: [world.contract.pk],
    "residents:contract-history": lambda world: [world.contract.pk],
    "residents:contract-insurance": lambda world: [world.contract.pk],
    "residents:housing-request-edit": lambda world: [
        world.person.housing_requests.values_list("pk", flat=True)[0]
    ],
    "residents:housing-request-new": lambda world: [world.person.pk],
    "residents:insurance-choose": lambda world: [world.contract.pk, "commandement"],
    "residents:insurance-edit": lambda world: [world.insurance.pk],
    "residents:insurance-lapse": lambda world: [world.insurance.pk],
    "residents:insurance-new": lambda world: [world.contract.pk],
    "residents:insurance-step": lambda world: [world.contract.pk, "rappel"],
    "residents:insurance-step-cancel": lambda world: [world.insurance_step.pk],
    "residents:insurance-step-receive": lambda world: [world.insurance_step.pk],
    "residents:occupant-edit": lambda world: [
        world.contract.occupants.values_list("pk", flat=True)[0]
    ],
    "residents:occupant-new": lambda world: [world.contract.pk],
    "residents:permit-edit": lambda world: [world.person.permits.values_list("pk", flat=True)[0]],
    "residents:permit-new": lambda world: [world.person.pk],
    "residents:person-edit": lambda world: [world.person.pk],
    "residents:person-remove": lambda world: [world.person.pk],
    "residents:status-edit": lambda world: [world.person.pk],
    "residents:person-cell": lambda world: [world.person.pk, "phone"],
    "residents:person-access": lambda world: [world.person.pk],
    "residents:person-access-export": lambda world: [world.person.pk],
    "residents:person-detail": lambda world: [world.person.pk],
    "residents:person-history": lambda world: [world.person.pk],
    "residents:person-print": lambda world: [world.person.pk],
    "residents:person-status": lambda world: [world.person.pk],
    "takeover:abandon": lambda world: [world.run.pk],
    "takeover:confirm": lambda world: [world.run.pk],
    "takeover:errors": lambda world: [world.run.pk],
    "takeover:preview": lambda world: [world.run.pk],
}

# What is sent to an address that names its thing in what it receives.
SENT = {
    "payments:payment-try": lambda world: {"contrat": world.contract.number},
    "payments:caf-name": lambda world: {"contrat": world.contract.number},
}

# Things that a role may open the page of without seeing this very one: one's own jobs, papers of
# a kind one may not read. Who is let in stays within the table; a stranger never is.
PERSONAL = deadlines.PERSONAL | {
    *agenda.PERSONAL,
    "documents:bundle-download",
    "documents:document-download",
    "documents:upload-read",
    "documents:upload-restore",
    "documents:upload-withdraw",
    "jobs:job-detail",
    "jobs:job-progress",
    "jobs:job-retry",
    "lists:act-detail",
    "lists:act-undo",
    "lists:export-download",
    "lists:export-note",
    "lists:view-default",
    "lists:view-delete",
    "lists:view-edit",
    "lists:view-list",
    "lists:view-restore",
    "lists:view-save",
    "lists:view-update",
    "payments:bank-layout",
    "payments:payment-undo",
    "takeover:abandon",
    "takeover:confirm",
    "takeover:errors",
    "takeover:preview",
}
