"""What the CAFs pay: statements as they came, each line, and the bank credits that prove them."""

from typing import Any, ClassVar, Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper

from caracol.accounts.enums import NETWORK_WIDE, Role
from caracol.accounts.models import Territory
from caracol.core.guards import append_only, no_delete, no_truncate, only_changes
from caracol.core.models import MoneyField
from payments.enums import CafNature, CafState
from payments.models.bank import BankLine
from payments.models.ledger import Entry
from residents.models import Contract

_STATEMENT_CHANGES = ("state", "note", "posted_on", "reason")
_LINE_CHANGES = (
    *("contract", "entry", "moved", "double_of", "review", "reviewed_by", "reviewed_at"),
)
_LINE_COLUMNS = (
    *("contract_id", "entry_id", "moved_id", "double_of_id"),
    *("review", "reviewed_by_id", "reviewed_at"),
)


def departments_seen(user: Any, roles: "frozenset[Role] | None" = None) -> set[str] | None:
    """Return the départements whose CAFs the user sees through these roles; None: all of them."""
    if not user.is_authenticated or not user.is_active:
        return set()
    rights = [right for right in user.rights if roles is None or right.role in roles]
    wide = [right for right in rights if right.role != Role.MISSION_OFFICER]
    if any(right.role in NETWORK_WIDE or right.territory_id is None for right in wide):
        return None
    own = Territory.objects.filter(pk__in=[right.territory_id for right in wide])
    return {code for codes in own.values_list("departments", flat=True) for code in codes}


class OfCafQuerySet(models.QuerySet):
    """Rows of CAFs, by the territories whose départements these pay for."""

    department_path: ClassVar[str] = "department"

    def visible_to(self, user: Any, roles: "frozenset[Role] | None" = None) -> Self:
        """Keep the rows of the CAFs of the territories where the user holds one of the roles."""
        seen = departments_seen(user, roles)
        return self if seen is None else self.filter(**{f"{self.department_path}__in": seen})


class CafStatementQuerySet(OfCafQuerySet):
    """Statements, by the CAF that pays."""

    department_path = "office__department"


class CafLineQuerySet(OfCafQuerySet):
    """Lines, by the CAF that pays."""

    department_path = "statement__office__department"


@pghistory.track()
class CafOffice(models.Model):
    """A CAF: one per département, with where to write to it and our number there."""

    department = models.CharField("département", max_length=3, unique=True)
    name = models.CharField("nom", max_length=80)
    address = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("ville", max_length=80, blank=True)
    landlord_number = models.CharField("notre n° de bailleur", max_length=20, blank=True)

    objects: ClassVar[OfCafQuerySet] = OfCafQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "caisse d'allocations familiales"
        verbose_name_plural = "caisses d'allocations familiales"

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class CafLayout(models.Model):
    """Which column of a CAF's file holds what, said once by a person."""

    office = models.ForeignKey(
        CafOffice, models.PROTECT, null=True, related_name="layouts", verbose_name="CAF"
    )
    signature = models.CharField("titres", max_length=1000, unique=True)
    columns = models.JSONField("colonnes", default=dict)
    updated_at = models.DateTimeField("modifiée le", auto_now=True)

    class Meta:
        verbose_name = "présentation de fichier CAF"
        verbose_name_plural = "présentations de fichiers CAF"

    def __str__(self) -> str:
        return f"{self.office or 'CAF'} : {self.signature[:60]}"


class CafFile(models.Model):
    """A file as the CAF gave it, kept whole; the same bytes are imported once."""

    db_rights = "append"

    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    name = models.CharField("nom", max_length=160)
    format = models.CharField("format", max_length=8)
    size = models.PositiveBigIntegerField("taille en octets")
    file = models.FileField("fichier", max_length=100)
    imported_at = models.DateTimeField("importé le", db_default=Now())
    imported_by = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="importé par")

    class Meta:
        verbose_name = "fichier de la CAF"
        verbose_name_plural = "fichiers de la CAF"
        triggers: ClassVar = append_only("caffile")

    def __str__(self) -> str:
        return self.name


class CafStatement(models.Model):
    """A statement of a CAF (bordereau): one total, its lines, what became of it.

    It is typed in when it has no file. One that was taken back may come again, corrected. `rank`
    tells apart what came in several times under one number: lines that were added later.
    """

    db_rights = "append"
    db_update_columns = _STATEMENT_CHANGES

    file = models.ForeignKey(
        CafFile, models.PROTECT, null=True, related_name="statements", verbose_name="fichier"
    )
    office = models.ForeignKey(
        CafOffice, models.PROTECT, related_name="statements", verbose_name="CAF"
    )
    landlord = models.CharField("n° de bailleur", max_length=20, blank=True)
    reference = models.CharField("bordereau", max_length=40)
    rank = models.PositiveSmallIntegerField("rang sous ce numéro", default=1)
    paid_on = models.DateField("payé le")
    total = MoneyField("total")
    announced = models.BooleanField("total annoncé par la CAF", default=True)
    state = models.CharField("état", max_length=8, choices=CafState.choices)
    note = models.CharField("pourquoi", max_length=400, blank=True)
    reason = models.CharField("motif de l'annulation", max_length=300, blank=True)
    posted_on = models.DateField("inscrit au", null=True)
    created_at = models.DateTimeField("reçu le", db_default=Now())
    created_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="reçu par"
    )

    objects: ClassVar[CafStatementQuerySet] = CafStatementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "bordereau de la CAF"
        verbose_name_plural = "bordereaux de la CAF"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "office",
                Upper("reference"),
                "rank",
                condition=~Q(state=CafState.REVERSED),
                name="caf_statement_once",
                violation_error_message="Ce bordereau est déjà enregistré.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=CafState.values), name="caf_statement_state_known"
            ),
        ]
        triggers: ClassVar = [
            only_changes("cafstatement", *_STATEMENT_CHANGES),
            no_delete("cafstatement"),
            no_truncate("cafstatement"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}, {self.office}"


class CafLine(models.Model):
    """One line of a statement. What it says never changes; whose it is may be put right.

    `entry` is what it posted: on a contract, else in suspense. `moved` is what put it elsewhere
    since. `review` says why a person should look at it, until somebody has. `double_of` is the line
    of another statement that had paid its month already: it waits in suspense for a person.
    """

    db_rights = "append"
    db_update_columns = _LINE_CHANGES

    statement = models.ForeignKey(
        CafStatement, models.PROTECT, related_name="lines", verbose_name="bordereau"
    )
    position = models.PositiveIntegerField("rang")
    place = models.CharField("endroit du fichier", max_length=40, blank=True)
    number = models.CharField("n° allocataire", max_length=20)
    last_name = models.CharField("nom", max_length=80, blank=True)
    first_name = models.CharField("prénom", max_length=80, blank=True)
    tenant_ref = models.CharField("référence du locataire", max_length=40, blank=True)
    aid_type = models.CharField("aide", max_length=10, blank=True)
    month_from = models.DateField("droit de")
    month_to = models.DateField("à")
    nature = models.CharField("nature", max_length=12, choices=CafNature.choices)
    why = models.CharField("motif de la CAF", max_length=140, blank=True)
    amount = MoneyField("montant")
    withheld = MoneyField("dont retenu", default=0)
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, related_name="caf_lines", verbose_name="contrat"
    )
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="caf_line", verbose_name="écriture"
    )
    moved = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="caf_line_moved", verbose_name="déplacée par"
    )
    double_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="doubles", verbose_name="mois déjà payé par"
    )
    review = models.CharField("à vérifier", max_length=300, blank=True)
    reviewed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="vérifiée par"
    )
    reviewed_at = models.DateTimeField("vérifiée le", null=True)

    objects: ClassVar[CafLineQuerySet] = CafLineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "ligne de bordereau"
        verbose_name_plural = "lignes de bordereau"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["statement", "position"], name="caf_line_once"),
            models.CheckConstraint(
                condition=Q(nature__in=CafNature.values), name="caf_line_nature_known"
            ),
            models.CheckConstraint(
                condition=Q(month_from__day=1, month_to__day=1, month_to__gte=F("month_from")),
                name="caf_line_months_in_order",
            ),
        ]
        triggers: ClassVar = [
            only_changes("cafline", *_LINE_COLUMNS),
            no_delete("cafline"),
            no_truncate("cafline"),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name} {self.amount}"

    @property
    def printed_name(self) -> str:
        """The name as the CAF prints it."""
        return f"{self.last_name} {self.first_name}".strip()


class CafTie(models.Model):
    """The part of a bank line that pays a statement; undone by a reversing entry."""

    db_rights = "append"
    db_update_columns = ("undone",)

    statement = models.ForeignKey(
        CafStatement, models.PROTECT, related_name="ties", verbose_name="bordereau"
    )
    bank_line = models.ForeignKey(
        BankLine, models.PROTECT, related_name="caf_ties", verbose_name="ligne de relevé"
    )
    amount = MoneyField("montant")
    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="caf_ties", verbose_name="écriture"
    )
    undone = models.BooleanField("défait", default=False)

    class Meta:
        verbose_name = "crédit de la CAF"
        verbose_name_plural = "crédits de la CAF"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["statement", "bank_line"],
                condition=Q(undone=False),
                name="caf_tie_once",
            )
        ]
        triggers: ClassVar = [
            only_changes("caftie", "undone"),
            no_delete("caftie"),
            no_truncate("caftie"),
        ]

    def __str__(self) -> str:
        return f"{self.statement} {self.amount}"
