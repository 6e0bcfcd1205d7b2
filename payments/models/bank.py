"""What the bank says: files as they came, statements, and each line with what became of it."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from caracol.core.crypto import EncryptedTextField, blind_index
from caracol.core.guards import no_delete, no_truncate, only_changes
from caracol.core.models import MoneyField
from payments.enums import NOT_POSTED, BankLineState
from payments.models.ledger import Account, Entry

PAYER = "payments_bankline.payer_iban"
_WITHDRAWN = ("withdrawn_at", "withdrawn_by", "withdrawn_why")
_AT_THE_END = ("closing", "closing_on", "entries", "credits", "debits")


def payer_index(iban: str) -> str:
    """Return the keyed hash by which a payer's account is searched; "" without one."""
    return blind_index(iban, context=PAYER) if iban else ""


class BankFile(models.Model):
    """A file as the bank gave it, kept whole; the same bytes are imported once.

    One imported by mistake is withdrawn: it stays, with its lines, and may be imported again.
    """

    db_rights = "append"
    db_update_columns = _WITHDRAWN

    sha256 = models.CharField("SHA-256", max_length=64)
    name = models.CharField("nom", max_length=160)
    format = models.CharField("format", max_length=12)
    size = models.PositiveBigIntegerField("taille en octets")
    file = models.FileField("fichier", max_length=100)
    imported_at = models.DateTimeField("importé le", db_default=Now())
    imported_by = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="importé par")
    withdrawn_at = models.DateTimeField("retiré le", null=True)
    withdrawn_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="retiré par"
    )
    withdrawn_why = models.CharField("retiré parce que", max_length=300, blank=True)

    class Meta:
        verbose_name = "fichier de la banque"
        verbose_name_plural = "fichiers de la banque"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(withdrawn_at=None), name="bank_file_once"
            )
        ]
        triggers: ClassVar = [
            only_changes("bankfile", "withdrawn_at", "withdrawn_by_id", "withdrawn_why"),
            no_delete("bankfile"),
            no_truncate("bankfile"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class BankLayout(models.Model):
    """Which column of a CSV holds what, as a person said once of a layout no heading tells."""

    signature = models.CharField("empreinte", max_length=64, unique=True, editable=False)
    name = models.CharField("nom", max_length=80)
    columns = models.JSONField("colonnes", default=dict)
    made_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="indiquée par"
    )
    made_at = models.DateTimeField("indiquée le", db_default=Now())

    class Meta:
        verbose_name = "disposition de colonnes"
        verbose_name_plural = "dispositions de colonnes"

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class BankAccount(models.Model):
    """An account of the association at a bank, and the account of the books that mirrors it."""

    number = models.CharField("compte", max_length=34, unique=True)
    label = models.CharField("intitulé", max_length=80)
    bic = models.CharField("BIC", max_length=11, blank=True, default="")
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="bank_accounts", verbose_name="compte comptable"
    )
    opening = MoneyField("solde de départ", null=True, blank=True)
    opening_on = models.DateField("solde de départ au", null=True, blank=True)

    class Meta:
        verbose_name = "compte bancaire"
        verbose_name_plural = "comptes bancaires"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opening=None, opening_on=None)
                | Q(opening__isnull=False, opening_on__isnull=False),
                name="bank_account_opening_has_its_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} …{self.number[-4:]}"


class BankStatement(models.Model):
    """A statement of a file: its account, its balances, and whether they tie.

    Its closing and its sums are written once, when the last of its lines has been read.
    """

    db_rights = "append"
    db_update_columns = _AT_THE_END

    file = models.ForeignKey(
        BankFile, models.PROTECT, related_name="statements", verbose_name="fichier"
    )
    bank_account = models.ForeignKey(
        BankAccount,
        models.PROTECT,
        null=True,
        related_name="statements",
        verbose_name="compte bancaire",
    )
    position = models.PositiveIntegerField("rang dans le fichier")
    account_number = models.CharField("compte du relevé", max_length=40, blank=True)
    currency = models.CharField("devise", max_length=3, blank=True)
    reference = models.CharField("référence", max_length=60, blank=True)
    sequence = models.CharField("numéro", max_length=20, blank=True)
    opening = MoneyField("ancien solde", null=True)
    opening_on = models.DateField("ancien solde au", null=True)
    closing = MoneyField("nouveau solde", null=True)
    closing_on = models.DateField("nouveau solde au", null=True)
    entries = models.PositiveIntegerField("écritures", default=0)
    credits = MoneyField("crédits", default=0)
    debits = MoneyField("débits", default=0)

    class Meta:
        verbose_name = "relevé"
        verbose_name_plural = "relevés"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "position"], name="statement_once_a_file")
        ]
        indexes: ClassVar = [
            models.Index(fields=["bank_account", "opening_on"], name="statement_by_account")
        ]
        triggers: ClassVar = [
            only_changes("bankstatement", *_AT_THE_END),
            no_delete("bankstatement"),
            no_truncate("bankstatement"),
        ]

    def __str__(self) -> str:
        return self.reference or f"relevé {self.position}"

    @property
    def ties(self) -> bool | None:
        """Whether opening and entries make the closing; None where a balance is missing."""
        if self.opening is None or self.closing is None:
            return None
        return bool(self.opening + self.credits - self.debits == self.closing)


class BankLineQuerySet(models.QuerySet):
    """Lines of statements: the association's, not a territory's."""

    def standing(self) -> "BankLineQuerySet":
        """Leave out the lines of files that were withdrawn."""
        return self.exclude(state=BankLineState.WITHDRAWN)

    def paid_from(self, iban: str) -> "BankLineQuerySet":
        """Keep what came from an account, by its exact IBAN."""
        return self.filter(payer_index=payer_index(iban))


class BankLine(models.Model):
    """One line of a statement. What it says never changes; what became of it does.

    `key` is the fingerprint of what it says with its rank among equal lines of a day: two equal
    transfers both live, and the same line of another file is known again (FORMATS 3.3).
    """

    db_rights = "append"
    db_update_columns = ("state", "note", "entry")
    alert_key = "access_alert.bank_lines_a_day"

    statement = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="lines", verbose_name="relevé"
    )
    key = models.CharField("clé d'unicité", max_length=80)
    position = models.PositiveIntegerField("rang dans le relevé")
    place = models.CharField("endroit du fichier", max_length=40)
    booked_on = models.DateField("comptabilisée le")
    value_on = models.DateField("date de valeur", null=True)
    amount = MoneyField("montant")
    currency = models.CharField("devise", max_length=3)
    bank_ref = models.CharField("référence de la banque", max_length=60, blank=True)
    family = models.CharField("famille", max_length=40, blank=True)
    is_reversal = models.BooleanField("extourne", default=False)
    text = models.CharField("libellé", max_length=500, blank=True)
    payer = models.CharField("contrepartie", max_length=160, blank=True)
    payer_iban = EncryptedTextField("compte de la contrepartie", blank=True)
    payer_index = models.CharField(max_length=64, editable=False, blank=True)
    end_to_end_id = models.CharField("référence de bout en bout", max_length=60, blank=True)
    mandate_id = models.CharField("RUM", max_length=40, blank=True)
    return_reason = models.CharField("motif du retour", max_length=10, blank=True)
    details = models.JSONField("détail", default=list)
    state = models.CharField("état", max_length=10, choices=BankLineState.choices)
    note = models.CharField("pourquoi", max_length=300, blank=True)
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="bank_line", verbose_name="écriture"
    )

    objects: ClassVar[BankLineQuerySet] = BankLineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "ligne de relevé"
        verbose_name_plural = "lignes de relevé"
        indexes: ClassVar = [
            models.Index(
                fields=["booked_on"],
                condition=Q(state=BankLineState.TO_SETTLE),
                name="bank_line_to_settle",
            ),
            models.Index(fields=["booked_on", "amount"], name="bank_line_by_day"),
            # None for LIKE beside them, which an index of the field itself would bring.
            models.Index(fields=["bank_ref"], name="bank_line_by_ref"),
            models.Index(fields=["payer_index"], name="bank_line_by_payer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"],
                condition=~Q(state=BankLineState.WITHDRAWN),
                name="bank_line_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=BankLineState.values), name="bank_line_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=NOT_POSTED, entry__isnull=True)
                | (~Q(state__in=NOT_POSTED) & (Q(entry__isnull=False) | Q(amount=0))),
                name="bank_line_posted_unless_held",
            ),
        ]
        triggers: ClassVar = [
            only_changes("bankline", "state", "note", "entry_id"),
            no_delete("bankline"),
            no_truncate("bankline"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on:%d/%m/%Y} {self.amount}"
