"""Certificates of residence for several households at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from caracol.core.errors import Refused
from caracol.lists.bulk import BulkAct, Effect, register_act
from caracol.lists.definition import Reader
from residents.enums import LIVING, ContractStatus
from residents.lists.contracts import CONTRACTS
from residents.models import Contract
from residents.papers.building import certificate_plan, write
from residents.services.documents import issue_plan

_LIVED = LIVING - {ContractStatus.SIGNED}


class IssueCertificates(BulkAct):
    """Issue a numbered certificate for each contract lived in."""

    code = "contract-certificate"
    list_key = CONTRACTS.key
    page_key = "residents:document-issue"
    label = "Éditer les attestations de résidence"
    icon = "certificate"
    lead = (
        "Une attestation numérotée par contrat, à retrouver dans ses documents. Émise, elle ne "
        "s'efface pas : elle s'annule par un autre document."
    )
    confirm = "Émettre les attestations"
    done = ("{} attestation émise.", "{} attestations émises.")
    reversible = False
    order = 50

    def effects(
        self, reader: Reader, rows: Sequence[Any], facts: Mapping[str, Any]
    ) -> Iterable[Effect]:
        """Which contracts would have theirs, and what is missing to the others."""
        names = self.names(reader, rows)
        for row in rows:
            label, url = names.get(row.pk, (row.number, ""))
            yield Effect(
                pk=row.pk,
                label=label,
                url=url,
                before=row.get_status_display(),
                after="attestation de résidence",
                left_out=self._missing(row, reader),
            )

    def _missing(self, row: Contract, reader: Reader) -> str:
        if row.status not in _LIVED:
            return f"contrat {row.get_status_display()} : personne n'y habite aujourd'hui"
        try:
            write(certificate_plan(row, reader.day))
        except Refused as refusal:
            return refusal.message
        return ""

    def apply(
        self, reader: Reader, effects: Sequence[Effect], facts: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Issue each; the same certificate asked again the same day is not numbered twice."""
        rows = {row.pk: row for row in self.rows(reader, [each.pk for each in effects])}
        for effect in effects:
            plan = certificate_plan(rows[effect.pk], reader.day)
            issue_plan(plan=plan, today=reader.day, actor=reader.user)
        return []


register_act(IssueCertificates())
