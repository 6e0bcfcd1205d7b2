"""A resident's right to a room: its holders, its terms version by version."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from caracol.accounts.models import Territory
from caracol.core.models import MoneyField
from caracol.parameters.models import span_expression
from colocations.models import Room
from residents import guards
from residents.enums import (
    AidEligibility,
    AidPayee,
    AmendmentKind,
    ChargesMode,
    ContractKind,
    ContractStatus,
    ExitDestination,
    ExitKind,
    PaymentMethod,
)
from residents.models.people import Person
from residents.models.stays import StayQuerySet


class ContractQuerySet(StayQuerySet):
    """Contracts by territory; those of own homes for a mission officer."""

    territory_path = "territory"
    officer_path = "terms__room__colocation__mission_officer"


@pghistory.track()
class Contract(models.Model):
    """One resident household, one room, one account (RULEBOOK 0.1).

    `starts_on` and `ends_on` are both lived in. `ends_on` is the end in force: the term, or the
    exit when it comes earlier. Amounts and room live in `ContractTerms`. `left_on` is the day
    somebody really left; `end_before`, what their exit cut, to be put back.
    """

    territory = models.ForeignKey(Territory, models.PROTECT, verbose_name="territoire")
    number = models.CharField("numéro", max_length=20, unique=True)
    kind = models.CharField("type", max_length=16, choices=ContractKind.choices)
    status = models.CharField(
        "état",
        max_length=12,
        choices=ContractStatus.choices,
        default=ContractStatus.DRAFT,
    )
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin")
    payment_method = models.CharField(
        "mode de paiement", max_length=12, choices=PaymentMethod.choices
    )
    due_day = models.PositiveSmallIntegerField("jour d'échéance", default=5)
    aid_eligible = models.CharField(
        "ouvre droit à l'aide au logement",
        max_length=8,
        choices=AidEligibility.choices,
        default=AidEligibility.ASK_CAF,
    )
    deposit = MoneyField("dépôt de garantie demandé", default=0)
    distress_rate = models.BooleanField("redevance CASF L345-2-2", default=False)
    purpose = models.TextField("finalité de l'occupation", blank=True)
    objective_causes = models.TextField("causes objectives de résiliation", blank=True)
    precarity_ground = models.CharField("motif de précarité", max_length=300, blank=True)
    term_event = models.CharField("événement qui met fin au contrat", max_length=300, blank=True)
    approval_reference = models.CharField("agrément ou convention", max_length=120, blank=True)
    signed_on = models.DateField("signé le", null=True, blank=True)
    charges_mode = models.CharField(
        "charges", max_length=10, choices=ChargesMode.choices, blank=True
    )
    initial_months = models.PositiveSmallIntegerField(
        "durée initiale (mois)", null=True, blank=True
    )
    is_tacitly_renewed = models.BooleanField("renouvelé tacitement", default=False)
    landlord_is_person = models.BooleanField(
        "le bailleur est une personne physique (mandat)", default=False
    )
    revision_quarter = models.PositiveSmallIntegerField(
        "trimestre de l'IRL (clause de révision)", null=True, blank=True
    )
    # What the contract itself says where its type leaves it to the parties (RULEBOOK 1.9).
    resident_notice_days = models.PositiveSmallIntegerField(
        "préavis du résident (jours)", null=True, blank=True
    )
    resident_notice_months = models.PositiveSmallIntegerField(
        "préavis du résident (mois)", null=True, blank=True
    )
    manager_notice_months = models.PositiveSmallIntegerField(
        "préavis de l'association (mois)", null=True, blank=True
    )
    keys_given_on = models.DateField("clés remises le", null=True, blank=True)
    keys_returned_on = models.DateField("clés rendues le", null=True, blank=True)
    exit_inventory_conforms = models.BooleanField(
        "état des lieux de sortie conforme", null=True, blank=True
    )
    exit_kind = models.CharField(
        "nature de la sortie", max_length=16, choices=ExitKind.choices, blank=True
    )
    exit_destination = models.CharField(
        "destination", max_length=16, choices=ExitDestination.choices, blank=True
    )
    exit_reason = models.CharField("motif de sortie", max_length=200, blank=True)
    new_address = models.CharField("nouvelle adresse", max_length=300, blank=True)
    left_on = models.DateField("parti·e le", null=True, blank=True)
    end_before = models.JSONField("fin d'avant la sortie", default=dict, blank=True, editable=False)

    objects: ClassVar[ContractQuerySet] = ContractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "contrat"
        verbose_name_plural = "contrats"
        indexes: ClassVar = [
            models.Index(fields=["starts_on", "ends_on"], name="contract_by_dates"),
            models.Index(OpClass(Upper("number"), "text_pattern_ops"), name="contract_by_number"),
            models.Index(fields=["territory", "status"], name="contract_by_territory"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="contract_in_order",
                violation_error_message="Un contrat finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=Q(due_day__gte=1, due_day__lte=28),
                name="contract_due_day",
                violation_error_message="Le jour d'échéance va de 1 à 28.",
            ),
            models.CheckConstraint(
                condition=Q(deposit__gte=0), name="contract_deposit_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ContractKind.values), name="contract_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ContractStatus.values),
                name="contract_status_known",
            ),
            models.CheckConstraint(
                condition=Q(payment_method__in=PaymentMethod.values),
                name="contract_payment_method_known",
            ),
            models.CheckConstraint(
                condition=Q(charges_mode="") | Q(charges_mode__in=ChargesMode.values),
                name="contract_charges_mode_known",
            ),
            models.CheckConstraint(
                condition=Q(exit_kind="") | Q(exit_kind__in=ExitKind.values),
                name="contract_exit_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(exit_destination="") | Q(exit_destination__in=ExitDestination.values),
                name="contract_exit_destination_known",
            ),
            models.CheckConstraint(
                condition=Q(revision_quarter=None)
                | Q(revision_quarter__gte=1, revision_quarter__lte=4),
                name="contract_revision_quarter",
                violation_error_message="Le trimestre de l'IRL va de 1 à 4.",
            ),
            models.CheckConstraint(
                condition=Q(keys_returned_on=None)
                | Q(keys_given_on=None)
                | Q(keys_returned_on__gte=F("keys_given_on")),
                name="contract_keys_in_order",
                violation_error_message="Les clés sont rendues après avoir été remises.",
            ),
        ]
        triggers: ClassVar = [
            guards.CONTRACT_STATUS_BINDS,
            guards.contract_is_tiled("id"),
        ]

    def __str__(self) -> str:
        return self.number


class OfContractQuerySet(StayQuerySet):
    """Rows that hang on a contract."""

    territory_path = "contract__territory"
    officer_path = "contract__terms__room__colocation__mission_officer"
    stay_path = "contract__"
    end_path = "contract__ends_on"


class HolderQuerySet(OfContractQuerySet):
    """Holders: one who left before the others has a stay of their own."""

    end_path = "ends_on"


@pghistory.track()
class ContractHolder(models.Model):
    """A person who signs the contract; couples are co-holders of one contract."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="holders", verbose_name="contrat"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="holdings", verbose_name="personne"
    )
    is_main = models.BooleanField("titulaire principal·e", default=True)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    binding = models.BooleanField(default=True, editable=False)

    objects: ClassVar[HolderQuerySet] = HolderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "titulaire"
        verbose_name_plural = "titulaires"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="person_one_contract_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (span_expression("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(binding=True),
                violation_error_message="Cette personne a déjà un contrat sur cette période.",
            ),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(is_main=True),
                name="contract_one_main_holder",
            ),
        ]
        triggers: ClassVar = [guards.BINDING_FOLLOWS_CONTRACT]

    def __str__(self) -> str:
        return f"{self.person}"


@pghistory.track()
class Amendment(models.Model):
    """A signed change of terms from a date; it never overwrites (RULEBOOK 1.8).

    `before` is what it found of what it moved: the end of the contract, its holders. One that has
    not taken effect may be withdrawn: its row stays, with the day and the reason.
    """

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="amendments", verbose_name="contrat"
    )
    number = models.PositiveSmallIntegerField("numéro")
    kind = models.CharField(
        "nature", max_length=8, choices=AmendmentKind.choices, default=AmendmentKind.OTHER
    )
    effective_on = models.DateField("prend effet le")
    signed_on = models.DateField("signé le", null=True, blank=True)
    reason = models.CharField("objet", max_length=200)
    before = models.JSONField("situation d'avant", default=dict, blank=True, editable=False)
    withdrawn_on = models.DateField("retiré le", null=True, blank=True)
    withdrawn_reason = models.CharField("motif du retrait", max_length=200, blank=True)

    objects: ClassVar[OfContractQuerySet] = OfContractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "avenant"
        verbose_name_plural = "avenants"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="amendment_number_once"),
            models.CheckConstraint(
                condition=Q(kind__in=AmendmentKind.values), name="amendment_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"avenant n° {self.number}"


@pghistory.track()
class ContractTerms(models.Model):
    """The terms of a contract over a span of days: room, fee, charges, expected aid.

    The spans of a binding contract follow one another from its start to its end, without a hole.
    """

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="terms", verbose_name="contrat"
    )
    amendment = models.ForeignKey(
        Amendment, models.PROTECT, null=True, blank=True, verbose_name="avenant"
    )
    room = models.ForeignKey(Room, models.PROTECT, related_name="terms", verbose_name="chambre")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    fee = MoneyField("redevance mensuelle")
    charges = MoneyField("charges mensuelles", default=0)
    expected_aid = MoneyField("aide au logement attendue", default=0)
    aid_payee = models.CharField(
        "aide versée à",
        max_length=8,
        choices=AidPayee.choices,
        default=AidPayee.MANAGER,
    )
    binding = models.BooleanField(default=True, editable=False)

    objects: ClassVar[OfContractQuerySet] = OfContractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "conditions du contrat"
        verbose_name_plural = "conditions des contrats"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="room_one_contract_at_a_time",
                expressions=[
                    ("room", RangeOperators.EQUAL),
                    (span_expression("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(binding=True),
                violation_error_message="Cette chambre est déjà occupée sur cette période.",
            ),
            ExclusionConstraint(
                name="contract_terms_follow_one_another",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    (span_expression("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Ce contrat a déjà des conditions sur cette période.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="contract_terms_in_order"
            ),
            models.CheckConstraint(
                condition=Q(fee__gte=0, charges__gte=0, expected_aid__gte=0),
                name="contract_terms_amounts",
                violation_error_message="Les montants d'un contrat ne sont pas négatifs.",
            ),
            models.CheckConstraint(
                condition=Q(aid_payee__in=AidPayee.values), name="contract_terms_payee_known"
            ),
        ]
        triggers: ClassVar = [
            guards.BINDING_FOLLOWS_CONTRACT,
            guards.WITHIN_OWNER_AGREEMENT,
            guards.contract_is_tiled("contract_id"),
        ]

    def __str__(self) -> str:
        return f"{self.contract} du {self.starts_on:%d/%m/%Y} au {self.ends_on:%d/%m/%Y}"
