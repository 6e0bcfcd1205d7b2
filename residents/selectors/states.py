"""The fingerprint of a contract: two people on one contract, the second one is told."""

import hashlib

from caracol.core.versions import ChangedMeanwhile, version_of
from residents.models import Amendment, Contract, ContractHolder, ContractTerms

_OF_HOLDER = ("person", "is_main", "starts_on", "ends_on")


def contract_version(contract: Contract) -> str:
    """Return the fingerprint of a contract, as it is written, with all that hangs on it."""
    fields = [field.name for field in Contract._meta.concrete_fields]
    written = Contract.objects.filter(pk=contract.pk)
    parts = [version_of(row, fields) for row in written]
    terms = [field.name for field in ContractTerms._meta.concrete_fields]
    rows = ContractTerms.objects.filter(contract=contract).order_by("pk")
    parts += [version_of(row, terms) for row in rows]
    holders = ContractHolder.objects.filter(contract=contract).order_by("pk")
    parts += [version_of(holder, _OF_HOLDER) for holder in holders]
    amendments = Amendment.objects.filter(contract=contract).order_by("pk")
    parts += [version_of(row, ["number", "withdrawn_on"]) for row in amendments]
    return hashlib.sha256(":".join(parts).encode()).hexdigest()[:16]


def refuse_if_contract_changed(contract: Contract, seen: str) -> None:
    """Raise ChangedMeanwhile when the contract, read under a lock, is no longer what was shown."""
    if seen and contract_version(contract) != seen:
        raise ChangedMeanwhile(
            f"Quelqu'un a modifié le contrat {contract.number} pendant que vous l'aviez sous les "
            "yeux : rien n'a été enregistré. Relisez-le, puis recommencez."
        )
