"""Remember who pays for whom, from what a person confirmed; forget it when asked."""

from collections.abc import Sequence

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from payments.calculations.matching import payer_key
from payments.enums import PartKind, Payer, PayerRelation
from payments.models import BankLine, KnownPayer, Reconciliation
from payments.models.bank import payer_index
from payments.services.mandates import checked_iban
from residents.models import Contract

LEARNT = history.label("payments.payer-learnt", "Payeur retenu")
REVOKED = history.label("payments.payer-revoked", "Payeur révoqué")
CHANGED = history.label("payments.payer-changed", "Payeur modifié")


class PayerRefused(Refused):
    """The payer cannot be remembered, or revoked, so."""


@transaction.atomic
def learn(*, reconciliations: Sequence[Reconciliation], actor: User) -> list[KnownPayer]:
    """Remember who paid the lines that a person settled on contracts. Known already = no change.

    Aid and debits teach nothing, nor a line whose payer the bank does not name.
    """
    wanted: dict[tuple[int, str, str], KnownPayer] = {}
    for row in reconciliations:
        line = row.line
        if line.amount <= 0 or row.settler or not (line.payer_index or line.payer):
            continue
        for contract in _paid_for(row):
            key = "" if line.payer_index else payer_key(line.payer)[:160]
            if line.payer_index or key:
                fresh = _payer(line, contract, row, actor)
                wanted.setdefault((contract, line.payer_index, key), fresh)
    if not wanted:
        return []
    known = KnownPayer.objects.alive().filter(contract__in={key[0] for key in wanted})
    for contract_id, index, name in known.values_list("contract", "iban_index", "name_key"):
        wanted.pop((contract_id, index, "" if index else name), None)
    with history.act(LEARNT, actor=actor):
        return KnownPayer.objects.bulk_create(wanted.values(), ignore_conflicts=True)


def _paid_for(row: Reconciliation) -> list[int]:
    parts = row.parts.filter(kind=PartKind.CONTRACT).exclude(payer=Payer.CAF)
    return [pk for pk in parts.values_list("contract", flat=True).distinct() if pk is not None]


def _payer(line: BankLine, contract: int, source: Reconciliation, actor: User) -> KnownPayer:
    return KnownPayer(
        contract_id=contract,
        name=line.payer,
        name_key=payer_key(line.payer)[:160],
        iban=line.payer_iban,
        iban_index=line.payer_index,
        iban_tail=line.payer_iban[-4:],
        source=source,
        confirmed_by=actor,
    )


@transaction.atomic
def add_payer(
    *, contract: Contract, name: str, iban: str, relation: PayerRelation, actor: User
) -> KnownPayer:
    """Remember a payer that a person writes down. Raises PayerRefused, IbanInvalid."""
    number = checked_iban(iban) if iban.strip() else ""
    index, key = payer_index(number), payer_key(name)[:160]
    if not index and not key:
        raise PayerRefused("Donnez l'IBAN du payeur, ou son nom tel que la banque l'écrit.")
    same = KnownPayer.objects.alive().filter(contract=contract, iban_index=index)
    if (same if index else same.filter(name_key=key)).exists():
        raise PayerRefused("Ce payeur est déjà retenu pour ce contrat.")
    with history.act(LEARNT, actor=actor):
        return KnownPayer.objects.create(
            contract=contract,
            name=name.strip(),
            name_key=key,
            iban=number,
            iban_index=index,
            iban_tail=number[-4:],
            relation=relation,
            confirmed_by=actor,
        )


@transaction.atomic
def change_relation(*, payer: KnownPayer, relation: PayerRelation, actor: User) -> None:
    """Say who the payer is for the resident."""
    with history.act(CHANGED, actor=actor):
        payer.relation = relation
        payer.save(update_fields=["relation"])


@transaction.atomic
def revoke_payer(*, payer: KnownPayer, actor: User, reason: str) -> None:
    """Forget a payer: their lines are no longer known. What was settled stays. Again = none."""
    locked = KnownPayer.objects.select_for_update(of=("self",)).get(pk=payer.pk)
    if locked.revoked_at is None:
        with history.act(REVOKED, actor=actor, reason=reason):
            _revoke(locked, actor, reason)


@transaction.atomic
def restore_payer(*, payer: KnownPayer, actor: User) -> None:
    """Know a revoked payer again. Raises PayerRefused when they were learnt again meanwhile."""
    same = KnownPayer.objects.alive().filter(
        contract=payer.contract_id, iban_index=payer.iban_index
    )
    if not payer.iban_index:
        same = same.filter(name_key=payer.name_key)
    if same.exists():
        raise PayerRefused("Ce payeur a été retenu de nouveau depuis.")
    with history.act(LEARNT, actor=actor):
        payer.revoked_at, payer.revoked_by, payer.revoked_why = None, None, ""
        payer.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])


def forget_source(*, reconciliation: Reconciliation, actor: User) -> None:
    """Revoke what was learnt from a reconciliation that is undone, unless another confirms it."""
    learnt = list(KnownPayer.objects.alive().filter(source=reconciliation))
    if not learnt:
        return
    index = reconciliation.line.payer_index
    others = Reconciliation.objects.filter(
        undone_at=None, is_automatic=False, line__payer_index=index
    ).exclude(pk=reconciliation.pk)
    still = set(others.values_list("parts__contract", flat=True)) if index else set()
    with history.act(REVOKED, actor=actor):
        for payer in learnt:
            if payer.contract_id not in still:
                _revoke(payer, actor, "Le rapprochement dont il venait a été défait.")


def _revoke(payer: KnownPayer, actor: User, reason: str) -> None:
    payer.revoked_at, payer.revoked_by, payer.revoked_why = clock.now(), actor, reason[:200]
    payer.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])
