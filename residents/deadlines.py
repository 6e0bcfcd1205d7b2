"""What must not be forgotten about contracts and people."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from caracol.core.periods import Span, french_day
from caracol.core.registries import Due, deadline_provider
from residents.calculations.insurance import standing
from residents.enums import LIVING, ContractStatus, NoticeGiver
from residents.models import Contract, ContractTypeRule, HousingRequest, Notice, ResidencePermit
from residents.permissions import READERS, Fact
from residents.selectors import contracts as selectors

_DATES, _PERMITS = READERS[Fact.DATES], READERS[Fact.PERMITS]
_INSURANCE = READERS[Fact.INSURANCE]


def _contract_url(pk: int) -> str:
    return reverse("residents:contract-detail", args=[pk])


@deadline_provider("residents.contract-end", "contract")
def contract_ends(ids: Sequence[int], day: date) -> Iterator[Due]:
    """The last day of each living contract that nobody has given notice of."""
    limits = ContractTypeRule.objects.on(day).filter(kind=OuterRef("kind"))
    living = Contract.objects.filter(
        pk__in=ids, status__in=LIVING - {ContractStatus.NOTICE_GIVEN}
    ).annotate(max_months=Subquery(limits.values("max_total_months")[:1]))
    for contract in selectors.with_place(living):
        longest = selectors.longest_end(contract, contract.max_months, contract.owner_end)
        if longest is None:
            why = "Le contrat arrive à son terme : le renouveler, ou préparer la sortie."
        elif longest > contract.ends_on:
            why = f"Le contrat peut être prolongé jusqu'au {french_day(longest)} au plus."
        else:
            why = "Il ne peut plus être prolongé : préparer le relogement."
        yield Due(
            kind="residents.contract-end",
            subject="contract",
            subject_id=contract.pk,
            title="Fin du contrat",
            due_on=contract.ends_on,
            why=why,
            otherwise="Sans prolongation ni départ, la personne n'a plus de titre d'occupation.",
            roles=_DATES,
            url=_contract_url(contract.pk),
        )


@deadline_provider("residents.notice-effect", "contract")
def notice_effects(ids: Sequence[int], day: date) -> Iterator[Due]:
    """The day each notice takes effect."""
    notices = Notice.objects.filter(
        contract__in=ids,
        contract__status=ContractStatus.NOTICE_GIVEN,
        withdrawn_on=None,
        effective_on__isnull=False,
    )
    for notice in notices:
        by = "l'association" if notice.given_by == NoticeGiver.MANAGER else "la personne"
        yield Due(
            kind="residents.notice-effect",
            subject="contract",
            subject_id=notice.contract_id,
            title="Départ annoncé",
            due_on=notice.effective_on,  # type: ignore[arg-type]
            why=f"Congé donné par {by} : état des lieux de sortie, clés, nouvelle adresse.",
            otherwise="Sans état des lieux ni clés rendues, le dépôt ne peut pas être soldé.",
            roles=_DATES,
            url=_contract_url(notice.contract_id),
            icon="door-exit",
        )


@deadline_provider("residents.insurance-end", "contract")
def insurance_ends(ids: Sequence[int], day: date) -> Iterator[Due]:
    """The last day insured of each contract lived in, or the first day without cover."""
    lived = Contract.objects.filter(
        pk__in=ids, status__in=LIVING, starts_on__lte=day, ends_on__gte=day
    ).prefetch_related("insurances")
    for contract in lived:
        covers = [insurance.cover for insurance in contract.insurances.all()]
        stand = standing(covers, Span(contract.starts_on, contract.ends_on), day)
        if stand.covered_until and stand.covered_until >= contract.ends_on:
            continue
        yield Due(
            kind="residents.insurance-end",
            subject="contract",
            subject_id=contract.pk,
            title="Assurance à renouveler" if stand.covered_until else "Assurance manquante",
            due_on=stand.covered_until or stand.lacking_since or day,
            why="Une attestation à jour est due chaque année (loi 89-462, art. 7 g, ou contrat).",
            otherwise="Un dégât resterait à la charge de la personne.",
            roles=_INSURANCE,
            url=reverse("residents:contract-insurance", args=[contract.pk]),
            icon="shield-check",
        )


@deadline_provider("residents.permit-expiry", "person")
def permit_expiries(ids: Sequence[int], day: date) -> Iterator[Due]:
    """The day each person's last permit expires."""
    later = ResidencePermit.objects.filter(person=OuterRef("person")).order_by("-expires_on")
    last = ResidencePermit.objects.filter(person__in=ids, expires_on__isnull=False).filter(
        pk=Subquery(later.filter(expires_on__isnull=False).values("pk")[:1])
    )
    for permit in last:
        yield Due(
            kind="residents.permit-expiry",
            subject="person",
            subject_id=permit.person_id,
            title="Titre de séjour à renouveler",
            due_on=permit.expires_on,  # type: ignore[arg-type]
            why="Il se demande entre 4 et 2 mois avant l'expiration (CESEDA R431-5).",
            otherwise="La CAF peut arrêter l'aide au logement : l'impayé commence le mois suivant.",
            roles=_PERMITS,
            url=reverse("residents:person-status", args=[permit.person_id]),
            icon="id",
        )


@deadline_provider("residents.housing-request", "person")
def housing_requests(ids: Sequence[int], day: date) -> Iterator[Due]:
    """The day each housing request must be renewed by."""
    for request in HousingRequest.objects.filter(person__in=ids, expires_on__isnull=False):
        yield Due(
            kind="residents.housing-request",
            subject="person",
            subject_id=request.person_id,
            title="Demande de logement social à renouveler",
            due_on=request.expires_on,  # type: ignore[arg-type]
            why="La demande vaut un an et se renouvelle avant cette date (CCH R441-2-7).",
            otherwise="Non renouvelée, elle est radiée : l'ancienneté est perdue (CCH R441-2-8).",
            roles=_PERMITS,
            url=reverse("residents:person-status", args=[request.person_id]),
            icon="home-heart",
        )
