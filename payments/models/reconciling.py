"""What a line of a statement was decided to be, who pays for whom, and what is proposed."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from caracol.core.crypto import EncryptedTextField
from caracol.core.guards import append_only, no_delete, no_truncate, only_changes
from caracol.core.models import MoneyField
from payments.enums import BankLineState, MatchRule, PartKind, Payer, PayerRelation
from payments.models.bank import BankLine
from payments.models.ledger import Entry
from residents.models import Contract
from residents.models.contracts import OfContractQuerySet

_UNDONE = ("undone_at", "undone_by", "undone_why")
DECIDED = (BankLineState.SETTLED, BankLineState.SUSPENSE, BankLineState.SET_ASIDE)


class Reconciliation(models.Model):
    """What a line was decided to be: by whom, when, by which rule, and why.

    Never changed; undone once, by the reversing entry of its entry, and another may follow. One
    alone is alive per line. `settler` names the module that posted it, where it is not this one
    (payments.services.settlers); `settler_ref`, what it was tied to.
    """

    db_rights = "append"
    db_update_columns = _UNDONE

    line = models.ForeignKey(
        BankLine, models.PROTECT, related_name="reconciliations", verbose_name="ligne de relevé"
    )
    outcome = models.CharField("devient", max_length=10, choices=BankLineState.choices)
    rule = models.CharField("règle", max_length=10, choices=MatchRule.choices)
    reason = models.CharField("pourquoi", max_length=300)
    is_automatic = models.BooleanField("automatique", default=False)
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="reconciliation", verbose_name="écriture"
    )
    settler = models.CharField("module", max_length=20, blank=True)
    settler_ref = models.CharField("rattachée à", max_length=60, blank=True)
    asked = models.CharField(max_length=64, editable=False, blank=True)
    follow_up = models.CharField("à faire", max_length=200, blank=True)
    follow_up_on = models.DateField("à revoir le", null=True)
    author = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="auteur"
    )
    created_at = models.DateTimeField("le", db_default=Now())
    undone_at = models.DateTimeField("défait le", null=True)
    undone_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="défait par"
    )
    undone_why = models.CharField("défait parce que", max_length=300, blank=True)

    class Meta:
        verbose_name = "rapprochement"
        verbose_name_plural = "rapprochements"
        indexes: ClassVar = [
            models.Index(
                fields=["follow_up_on"],
                condition=Q(undone_at=None, follow_up_on__isnull=False),
                name="reconciliation_to_follow",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(undone_at=None), name="reconciliation_one_alive"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=DECIDED), name="reconciliation_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(rule__in=MatchRule.values), name="reconciliation_rule_known"
            ),
        ]
        triggers: ClassVar = [
            only_changes("reconciliation", "undone_at", "undone_by_id", "undone_why"),
            no_delete("reconciliation"),
            no_truncate("reconciliation"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} : {self.reason}"


class ReconciliationPartQuerySet(OfContractQuerySet):
    """Parts by the territory of their contract; officers see no amount."""

    officer_path = ""

    def alive(self) -> "ReconciliationPartQuerySet":
        """Keep the parts of what was not undone."""
        return self.filter(reconciliation__undone_at=None)


class ReconciliationPart(models.Model):
    """What of a line goes where. The parts of a reconciliation add up to its line."""

    db_rights = "append"

    reconciliation = models.ForeignKey(
        Reconciliation, models.PROTECT, related_name="parts", verbose_name="rapprochement"
    )
    kind = models.CharField("nature", max_length=8, choices=PartKind.choices)
    amount = MoneyField("montant")
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, related_name="bank_parts", verbose_name="contrat"
    )
    month = models.DateField("mois", null=True)
    payer = models.CharField("payeur", max_length=8, choices=Payer.choices, blank=True)
    recorded = models.ForeignKey(
        Entry, models.PROTECT, null=True, related_name="cleared_by", verbose_name="règlement saisi"
    )

    objects: ClassVar[ReconciliationPartQuerySet] = ReconciliationPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "part d'un rapprochement"
        verbose_name_plural = "parts d'un rapprochement"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=PartKind.values), name="reconciliation_part_kind_known"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="reconciliation_part_not_zero"),
            models.CheckConstraint(
                condition=Q(payer="") | Q(payer__in=Payer.values),
                name="reconciliation_part_payer_known",
            ),
            models.CheckConstraint(
                condition=(Q(kind=PartKind.CONTRACT) & Q(contract__isnull=False))
                | (Q(kind=PartKind.RECORDED) & Q(recorded__isnull=False))
                | (
                    Q(kind__in=[PartKind.FOREIGN, PartKind.SUSPENSE])
                    & Q(contract=None, recorded=None)
                ),
                name="reconciliation_part_names_its_end",
            ),
        ]
        triggers: ClassVar = append_only("reconciliationpart")

    def __str__(self) -> str:
        return f"{self.amount}"


class KnownPayerQuerySet(OfContractQuerySet):
    """Payers by the territory of the contract they pay for; officers see none."""

    officer_path = ""

    def alive(self) -> "KnownPayerQuerySet":
        """Keep those that were not revoked."""
        return self.filter(revoked_at=None)


@pghistory.track()
class KnownPayer(models.Model):
    """Somebody who pays for a contract, as a person of the team confirmed.

    By their account (`iban_index`, as lines have it); by their name alone where the bank gives no
    account, and then they are only ever proposed. One payer may pay for several contracts.
    """

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="known_payers", verbose_name="contrat"
    )
    name = models.CharField("nom", max_length=160, blank=True)
    name_key = models.CharField(max_length=160, editable=False, blank=True, db_index=True)
    iban = EncryptedTextField("compte", blank=True)
    iban_index = models.CharField(max_length=64, editable=False, blank=True, db_index=True)
    iban_tail = models.CharField("fin du compte", max_length=4, blank=True, editable=False)
    relation = models.CharField(
        "lien",
        max_length=12,
        choices=PayerRelation.choices,
        default=PayerRelation.RESIDENT,
    )
    source = models.ForeignKey(
        Reconciliation,
        models.PROTECT,
        null=True,
        related_name="known_payers",
        verbose_name="appris de",
    )
    confirmed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="confirmé par"
    )
    confirmed_at = models.DateTimeField("confirmé le", db_default=Now())
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)
    revoked_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="révoqué par",
    )
    revoked_why = models.CharField("révoqué parce que", max_length=200, blank=True)

    objects: ClassVar[KnownPayerQuerySet] = KnownPayerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "payeur connu"
        verbose_name_plural = "payeurs connus"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "iban_index"],
                condition=Q(revoked_at=None) & ~Q(iban_index=""),
                name="known_payer_account_once",
            ),
            models.UniqueConstraint(
                fields=["contract", "name_key"],
                condition=Q(revoked_at=None, iban_index=""),
                name="known_payer_name_once",
            ),
            models.CheckConstraint(
                condition=~Q(iban_index="", name_key=""), name="known_payer_has_a_sign"
            ),
            models.CheckConstraint(
                condition=Q(relation__in=PayerRelation.values), name="known_payer_relation_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"compte …{self.iban_tail}"


class LineProposal(models.Model):
    """What is proposed for an open line, kept so that pages read it without working it out.

    Worked out again by `payments.services.proposing.refresh`; never a fact of the books.
    `contract` is the first contract proposed: who may see it may see the proposal.
    """

    line = models.OneToOneField(
        BankLine, models.PROTECT, related_name="proposal", verbose_name="ligne de relevé"
    )
    certainty = models.CharField("certitude", max_length=8)
    rule = models.CharField("règle", max_length=10, choices=MatchRule.choices)
    reason = models.CharField("pourquoi", max_length=300)
    is_strong = models.BooleanField("forte", default=False)
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, related_name="+")
    parts = models.JSONField("parts", default=list)
    others = models.JSONField("autres contrats", default=list)
    settler = models.CharField("module", max_length=20, blank=True)
    settler_ref = models.CharField("rattachée à", max_length=60, blank=True)
    label = models.CharField("intitulé", max_length=160, blank=True)
    computed_at = models.DateTimeField("calculée le", db_default=Now())

    class Meta:
        verbose_name = "proposition"
        verbose_name_plural = "propositions"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rule__in=MatchRule.values), name="line_proposal_rule_known"
            ),
        ]

    def __str__(self) -> str:
        return self.reason
