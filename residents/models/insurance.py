"""The insurance of a resident's contract, and the path when it is missing (RULEBOOK 5.1)."""

from datetime import date
from typing import Any, ClassVar, Self

import pghistory
from django.db import models
from django.db.models import DateField, F, Q, Value
from django.db.models.functions import Coalesce, Least

from caracol.core.models import MoneyField
from residents.calculations.insurance import Cover
from residents.enums import InsuranceOutcome, InsuranceStepKind
from residents.models.contracts import Contract, OfContractQuerySet

_FAR = date(9999, 12, 31)


class InsuranceQuerySet(OfContractQuerySet):
    """Certificates by territory, and whether they cover a day."""

    def covering(self, day: date) -> Self:
        """Keep the certificates that really cover a day: neither suspended nor terminated."""
        return self.filter(starts_on__lte=day, ends_on__gte=day).exclude(
            Q(terminated_on__lte=day)
            | Q(suspended_on__lte=day) & (Q(resumed_on=None) | Q(resumed_on__gt=day))
        )

    def with_last_day(self) -> Any:
        """Annotate certificates with `last_day`: the day before the one they stop covering."""
        stops = Least(
            F("ends_on") + Value(1),
            Coalesce("terminated_on", Value(_FAR), output_field=DateField()),
            models.Case(
                models.When(suspended_on__isnull=False, resumed_on=None, then="suspended_on"),
                default=Value(_FAR),
                output_field=DateField(),
            ),
            output_field=DateField(),
        )
        return self.annotate(
            last_day=models.ExpressionWrapper(stops - Value(1), output_field=DateField())
        )


@pghistory.track()
class Insurance(models.Model):
    """One certificate: insurer, policy, what and where it covers, and from when to when.

    A certificate may be dead before its date: the insurer of an unpaid premium suspends, then
    terminates (C. assur. L113-3). A day of suspension, resumption or termination is the first one
    of the new state.
    """

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="insurances", verbose_name="contrat"
    )
    insurer = models.CharField("assureur", max_length=120)
    policy_number = models.CharField("police", max_length=60, blank=True)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    insured_address = models.CharField("adresse assurée", max_length=300, blank=True)
    covers_fire = models.BooleanField("incendie", null=True, blank=True)
    covers_explosion = models.BooleanField("explosion", null=True, blank=True)
    covers_water = models.BooleanField("dégât des eaux", null=True, blank=True)
    covers_liability = models.BooleanField("responsabilité civile", null=True, blank=True)
    received_on = models.DateField("attestation reçue le", null=True, blank=True)
    premium_notice_on = models.DateField(
        "mise en demeure de l'assureur (prime impayée)", null=True, blank=True
    )
    suspended_on = models.DateField("suspendue à partir du", null=True, blank=True)
    resumed_on = models.DateField("de nouveau en vigueur le", null=True, blank=True)
    terminated_on = models.DateField("résiliée à partir du", null=True, blank=True)
    is_on_behalf = models.BooleanField("souscrite pour compte", default=False)

    objects: ClassVar[InsuranceQuerySet] = InsuranceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "assurance"
        verbose_name_plural = "assurances"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="insurance_in_order",
                violation_error_message="Une assurance finit après avoir commencé.",
            ),
            models.UniqueConstraint(
                fields=["contract", "insurer", "policy_number", "starts_on"],
                name="insurance_once",
                violation_error_message="Cette attestation est déjà enregistrée.",
            ),
            models.CheckConstraint(
                condition=Q(resumed_on=None) | Q(resumed_on__gt=F("suspended_on")),
                name="insurance_resumed_after_suspension",
                violation_error_message="Une garantie reprend après avoir été suspendue.",
            ),
            models.CheckConstraint(
                condition=Q(premium_notice_on=None)
                | Q(suspended_on=None)
                | Q(suspended_on__gte=F("premium_notice_on")),
                name="insurance_suspended_after_notice",
                violation_error_message="La suspension suit la mise en demeure de l'assureur.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.insurer} {self.policy_number}"

    @property
    def cover(self) -> Cover:
        """The certificate as the calculations read it."""
        return Cover(
            self.starts_on, self.ends_on, self.suspended_on, self.resumed_on, self.terminated_on
        )

    @property
    def missing_guarantees(self) -> list[str]:
        """The guarantees that the certificate leaves out; unknown ones are not missing."""
        guarantees = ("covers_fire", "covers_explosion", "covers_water", "covers_liability")
        return [
            str(self._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            for name in guarantees
            if getattr(self, name) is False
        ]


@pghistory.track()
class InsuranceCase(models.Model):
    """The pursuit of a contract's missing insurance, from the first reminder to its end."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="insurance_cases", verbose_name="contrat"
    )
    opened_on = models.DateField("ouvert le")
    closed_on = models.DateField("fermé le", null=True, blank=True)
    outcome = models.CharField("issue", max_length=12, choices=InsuranceOutcome.choices, blank=True)

    objects: ClassVar[OfContractQuerySet] = OfContractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "suivi d'assurance"
        verbose_name_plural = "suivis d'assurance"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(closed_on=None),
                name="insurance_case_one_open",
                violation_error_message="Un suivi d'assurance est déjà ouvert pour ce contrat.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", closed_on=None)
                | Q(closed_on__isnull=False, outcome__in=InsuranceOutcome.values),
                name="insurance_case_closed_with_outcome",
                violation_error_message="Un suivi fermé dit son issue.",
            ),
        ]

    def __str__(self) -> str:
        return f"suivi d'assurance du {self.opened_on:%d/%m/%Y}"


CHOICES = (InsuranceStepKind.BEHALF_NOTICE, InsuranceStepKind.ORDER)


class OfCaseQuerySet(OfContractQuerySet):
    """Steps, by the contract of their case."""

    territory_path = "case__contract__territory"
    officer_path = "case__contract__terms__room__colocation__mission_officer"
    stay_path = "case__contract__"
    end_path = "case__contract__ends_on"

    def standing(self) -> Self:
        """Leave out what was recorded by mistake."""
        return self.filter(cancelled_on=None)


@pghistory.track()
class InsuranceStep(models.Model):
    """One step of a case. Of the two paths of the law, choosing one forbids the other."""

    case = models.ForeignKey(
        InsuranceCase, models.PROTECT, related_name="steps", verbose_name="suivi"
    )
    kind = models.CharField("étape", max_length=13, choices=InsuranceStepKind.choices)
    lead_days = models.SmallIntegerField("jours avant ou après l'échéance", null=True, blank=True)
    done_on = models.DateField("fait le")
    received_on = models.DateField("reçu ou signifié le", null=True, blank=True)
    yearly_premium = MoneyField("prime annuelle", null=True, blank=True)
    increase_percent = models.DecimalField(
        "majoration (%)", max_digits=4, decimal_places=1, null=True, blank=True
    )
    monthly_share = MoneyField("part mensuelle", null=True, blank=True)
    by_mail = models.BooleanField("par courriel", default=False)
    cancelled_on = models.DateField("annulée le", null=True, blank=True)

    objects: ClassVar[OfCaseQuerySet] = OfCaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "étape d'assurance"
        verbose_name_plural = "étapes d'assurance"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=InsuranceStepKind.values), name="insurance_step_kind_known"
            ),
            models.UniqueConstraint(
                fields=["case", "kind", "lead_days"],
                condition=Q(cancelled_on=None),
                nulls_distinct=False,
                name="insurance_step_once",
                violation_error_message="Cette étape est déjà enregistrée.",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(cancelled_on=None, kind__in=CHOICES),
                name="insurance_path_one_of_two",
                violation_error_message=(
                    "L'assurance pour compte et la clause résolutoire s'excluent : l'une est déjà "
                    "engagée (loi 89-462, art. 7 g)."
                ),
            ),
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=F("done_on")),
                name="insurance_step_received_after",
                violation_error_message="Une lettre est reçue après avoir été envoyée.",
            ),
            models.CheckConstraint(
                condition=(Q(yearly_premium=None) | Q(yearly_premium__gt=0))
                & (Q(increase_percent=None) | Q(increase_percent__gte=0)),
                name="insurance_step_amounts",
                violation_error_message="Une prime est supérieure à zéro.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
