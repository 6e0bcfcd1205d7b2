"""Ask several residents for their certificate by mail, each once a day, and write each reminder."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from caracol.accounts.models import User
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from caracol.notifications.services import MailRefused, queue_mail
from residents.enums import InsuranceStepKind
from residents.models import Contract, InsuranceStep
from residents.selectors.insurance_list import InsuredLine
from residents.services.insurance_path import StepRefused, record_step

SUBJECT = "Votre attestation d'assurance"


@dataclass(frozen=True)
class Asked:
    """How many were written to, and who could not be, with the reason."""

    sent: int
    left: list[str]


def ask_certificates(*, lines: Iterable[InsuredLine], on: date, actor: User) -> Asked:
    """Write to each household that accepts mail; what cannot be written leaves no step behind."""
    sent, left = 0, []
    for line in lines:
        if not line.may_be_mailed:
            left.append(f"{line.name} : pas de courriel accepté")
            continue
        try:
            _ask(line, on, actor)
        except Refused as refusal:
            left.append(f"{line.name} : {refusal.message}")
        else:
            sent += 1
    return Asked(sent, left)


@transaction.atomic
def _ask(line: InsuredLine, on: date, actor: User) -> None:
    """Write the reminder, then its mail: both or neither. Raises StepRefused, MailRefused."""
    contract = Contract.objects.select_related("territory").get(pk=line.pk)
    today = InsuranceStep.objects.standing().filter(case__contract=contract, done_on=on)
    if today.filter(kind=InsuranceStepKind.REMINDER).exists():
        raise StepRefused("un rappel est déjà parti aujourd'hui")
    record_step(
        contract=contract,
        kind=InsuranceStepKind.REMINDER,
        done_on=on,
        lead_days=line.lead_days,
        by_mail=True,
        actor=actor,
    )
    if not line.email:
        raise MailRefused("pas d'adresse")
    queue_mail(
        dedup_key=f"insurance:{line.pk}:{on:%Y-%m-%d}",
        to=line.email,
        subject=SUBJECT,
        template="notifications/letter",
        context={"paragraphs": paragraphs(line), "papers": []},
        requested_by=actor,
        territory=contract.territory,
    )


def paragraphs(line: InsuredLine) -> list[str]:
    """Return the words of the mail: what is missing, what to do, why it matters."""
    if line.covered_until:
        first = (
            "Votre attestation d'assurance habitation se termine le "
            f"{french_day(line.covered_until)}."
        )
    elif line.insurer:
        first = "Votre attestation d'assurance habitation n'est plus à jour."
    else:
        first = "Nous n'avons pas reçu votre attestation d'assurance habitation."
    return [
        first,
        "Demandez-la à votre assureur, puis envoyez-nous le document, ou montrez-le à la personne "
        "de l'association qui vous suit : une photo bien lisible suffit.",
        "Cette assurance vous protège : sans elle, un dégât des eaux ou un incendie dans votre "
        "chambre resterait à votre charge.",
        "Si vous l'avez déjà envoyée, ne tenez pas compte de ce message.",
    ]
