"""Accounts, entries, postings: double entry, append-only (DESIGN section 5)."""

from typing import ClassVar

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from caracol.accounts.models import TerritoryQuerySet
from caracol.core.guards import append_only, no_delete, no_truncate
from caracol.core.models import MoneyField
from payments import guards
from payments.enums import PER_CONTRACT, AccountKind, EntryKind, Payer
from residents.models import Contract


class AccountQuerySet(TerritoryQuerySet):
    """Accounts of contracts, by the contract's territory."""

    territory_path = "contract__territory"


class Account(models.Model):
    """One account: of a contract (receivable, deposit…) or of the association (bank, fees…).

    Amounts are signed: a debit is positive. A positive receivable is owed by the resident.
    `balance` is cached for the accounts of contracts, by trigger; 0 for the others.
    """

    db_rights = "append"
    db_update_columns = ("balance",)

    kind = models.CharField("nature", max_length=16, choices=AccountKind.choices)
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, related_name="accounts", verbose_name="contrat"
    )
    code = models.CharField("compte", max_length=40, unique=True)
    label = models.CharField("intitulé", max_length=200)
    balance = MoneyField("solde", default=0)

    objects: ClassVar[AccountQuerySet] = AccountQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "kind"],
                condition=Q(contract__isnull=False),
                name="account_once_a_contract",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values), name="account_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PER_CONTRACT, contract__isnull=False)
                | (~Q(kind__in=PER_CONTRACT) & Q(contract__isnull=True)),
                name="account_of_a_contract_or_not",
            ),
        ]
        triggers: ClassVar = [
            guards.BALANCE_BY_POSTINGS_ONLY,
            no_delete("account"),
            no_truncate("account"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class Entry(models.Model):
    """One fact of the books. Never changed: a mistake is corrected by a reversing entry."""

    db_rights = "append"

    key = models.CharField("clé d'unicité", max_length=120, unique=True)
    kind = models.CharField("nature", max_length=10, choices=EntryKind.choices)
    date = models.DateField("date", db_index=True)
    label = models.CharField("libellé", max_length=200)
    source = models.JSONField("origine", default=dict)
    author = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="auteur")
    reason = models.CharField("motif", max_length=300, blank=True)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="reversed_by",
        verbose_name="contre-passe l'écriture",
    )
    posted_xid = models.BigIntegerField(editable=False, db_default=Func(function="txid_current"))
    created_at = models.DateTimeField("écrite le", db_default=Now())

    class Meta:
        verbose_name = "écriture"
        verbose_name_plural = "écritures"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="entry_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.REVERSAL, reverses__isnull=False)
                | (~Q(kind=EntryKind.REVERSAL) & Q(reverses__isnull=True)),
                name="entry_reversal_names_what",
            ),
        ]
        triggers: ClassVar = [
            guards.ENTRY_IN_OPEN_MONTH,
            guards.ENTRY_HAS_LINES,
            *append_only("entry"),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.label}"


class Posting(models.Model):
    """One signed line of an entry. Debit positive, credit negative.

    `entitlement_month` is the month that aid is for (strict), or that the payer named.
    """

    db_rights = "append"

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="postings", verbose_name="écriture"
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="postings", verbose_name="compte"
    )
    amount = MoneyField("montant")
    payer = models.CharField("payeur", max_length=8, choices=Payer.choices, blank=True)
    entitlement_month = models.DateField("mois de droit", null=True)

    class Meta:
        verbose_name = "ligne d'écriture"
        verbose_name_plural = "lignes d'écriture"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount=0), name="posting_not_zero"),
            models.CheckConstraint(
                condition=Q(payer="") | Q(payer__in=Payer.values), name="posting_payer_known"
            ),
            models.CheckConstraint(
                condition=Q(entitlement_month__isnull=True) | Q(entitlement_month__day=1),
                name="posting_month_is_first_day",
            ),
        ]
        triggers: ClassVar = [
            guards.POSTINGS_BALANCE,
            guards.BALANCES_FOLLOW,
            *append_only("posting"),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class EntryNumber(models.Model):
    """The number of an entry in the books of its year, given once and for ever.

    Each year is one series without holes, in the order in which entries became final: an entry
    written late in a year takes the next number, and none of those given before moves.
    """

    db_rights = "append"

    entry = models.OneToOneField(
        Entry, models.PROTECT, related_name="numbered", verbose_name="écriture"
    )
    year = models.PositiveSmallIntegerField("exercice")
    number = models.PositiveIntegerField("numéro")

    class Meta:
        verbose_name = "numéro d'écriture"
        verbose_name_plural = "numéros d'écriture"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "number"], name="entry_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="entry_number_from_one"),
        ]
        triggers: ClassVar = append_only("entrynumber")

    def __str__(self) -> str:
        return f"{self.year}{self.number:06}"
