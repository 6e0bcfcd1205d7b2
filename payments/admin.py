"""The ledger, read only: numbers of contracts, never names. The database refuses as well."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from caracol.core.admin import ReadOnlyAdmin
from caracol.core.money import euros
from payments.enums import EntryKind
from payments.models import Account, Entry, Posting, Term

# Their words come from a bank, which names people.
FROM_BANKS = frozenset({EntryKind.BANK, EntryKind.REVERSAL})


def label_of(entry: Entry) -> str:
    """Return the first words of an entry: what follows the dot was typed, or comes from a bank."""
    known = entry.label.partition(" · ")[0]
    return known if entry.kind not in FROM_BANKS else entry.get_kind_display()


class PostingInline(admin.TabularInline):
    """The lines of an entry."""

    model = Posting
    template = "admin/inline_table.html"
    extra = 0
    fields = ("account", "amount", "payer", "entitlement_month")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to change."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Read the accounts at once."""
        return super().get_queryset(request).select_related("account")


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """The accounts of contracts and of the association."""

    place = 10
    about = "Les comptes de chaque contrat et ceux de l'association."
    list_display = ("code", "kind", "balance_shown")
    list_filter = ("kind",)
    search_fields = ("code",)
    ordering = ("code",)
    fields = ("code", "kind", "balance_shown")

    @admin.display(description="solde", ordering="balance")
    def balance_shown(self, account: Account) -> str:
        """The balance kept; the association's own accounts keep none."""
        return euros(account.balance) if account.contract_id else "–"


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """The facts of the books; a mistake is corrected by another entry."""

    place = 20
    about = (
        "Chaque fait des comptes, son auteur et ses lignes. Rien ne s'y corrige : on contre-passe."
    )
    list_display = ("date", "kind", "label_shown", "author", "created_at")
    list_filter = ("kind",)
    list_select_related = ("author",)
    search_fields = ("key",)
    date_hierarchy = "date"
    ordering = ("-date", "-pk")
    fields = ("date", "kind", "label_shown", "key", "author", "reverses", "created_at")
    inlines = (PostingInline,)

    @admin.display(description="libellé")
    def label_shown(self, entry: Entry) -> str:
        """What the entry is about, without what somebody typed or a bank wrote of a person."""
        return label_of(entry)


@admin.register(Posting)
class PostingAdmin(ReadOnlyAdmin):
    """The signed lines of the books."""

    place = 30
    about = "Ligne à ligne : débit positif, crédit négatif."
    list_display = ("day", "entry_label", "account_code", "amount", "payer", "entitlement_month")
    list_filter = ("payer", "account__kind")
    list_select_related = ("entry", "account")
    search_fields = ("account__code", "entry__key")
    ordering = ("-entry__date", "-pk")
    fields = ("day", "entry_label", "account_code", "amount", "payer", "entitlement_month")

    @admin.display(description="compte", ordering="account__code")
    def account_code(self, posting: Posting) -> str:
        """The account's code."""
        return posting.account.code

    @admin.display(description="date", ordering="entry__date")
    def day(self, posting: Posting) -> Any:
        """The day of the entry."""
        return posting.entry.date

    @admin.display(description="écriture")
    def entry_label(self, posting: Posting) -> str:
        """What the entry says."""
        return label_of(posting.entry)


@admin.register(Term)
class TermAdmin(ReadOnlyAdmin):
    """What each contract owes for each month."""

    place = 40
    about = "Ce que chaque contrat doit pour chaque mois, et ce qui en est payé."
    list_display = ("contract_number", "month", "kind", "amount", "paid_amount", "due_on")
    list_filter = ("kind", "aid_payee")
    list_select_related = ("contract",)
    search_fields = ("contract__number",)
    date_hierarchy = "month"
    ordering = ("-month", "contract__number")
    fields = (
        *("contract_number", "month", "kind", "starts_on", "ends_on", "due_on", "amount"),
        *("paid_amount", "adjusted_amount", "expected_aid", "aid_payee", "created_at"),
    )

    @admin.display(description="contrat", ordering="contract__number")
    def contract_number(self, term: Term) -> str:
        """The number alone."""
        return term.contract.number
