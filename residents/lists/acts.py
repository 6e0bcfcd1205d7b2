"""Acts on several contracts that are more than a field: renew them, ask for their insurance."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms

from caracol.core.errors import Refused
from caracol.core.periods import french_day
from caracol.lists.bulk import BulkAct, Effect, register_act
from caracol.lists.definition import Reader
from caracol.ui.atoms import short_day
from caracol.ui.fields import DateField
from residents.enums import InsuranceStepKind
from residents.lists.contracts import CONTRACTS
from residents.models import Amendment, Contract, InsuranceStep
from residents.selectors.amending import Plan, plan_change
from residents.selectors.insurance_list import insured_lines
from residents.selectors.states import contract_version
from residents.services.amending import withdraw_amendment
from residents.services.insurance_asking import ask_certificates
from residents.services.renewing import renew_contract, renewal_change

_DAY = timedelta(days=1)
UNDONE = "renouvellement groupé annulé"


class RenewalForm(forms.Form):
    """Until when, and when it is signed."""

    ends_on = DateField(label="Renouveler jusqu'au")
    signed_on = DateField(label="Avenants signés le")


class RenewUntil(BulkAct):
    """Renew contracts until one day, by an amendment each."""

    code = "contract-renew"
    list_key = CONTRACTS.key
    page_key = "residents:contract-renew"
    label = "Renouveler jusqu'à une date"
    icon = "refresh"
    lead = (
        "Un avenant par contrat, au même montant. Ce que la loi ou le propriétaire interdit est "
        "laissé de côté, comme ce qui demande une raison."
    )
    confirm = "Renouveler"
    done = ("{} contrat renouvelé.", "{} contrats renouvelés.")
    money = "Par mois"
    order = 30

    def form(self, reader: Reader, rows: Sequence[Any], data: Any) -> forms.Form:
        """The two days."""
        return RenewalForm(data, initial={"signed_on": reader.day})

    def effects(
        self, reader: Reader, rows: Sequence[Any], facts: Mapping[str, Any]
    ) -> Iterable[Effect]:
        """The end before and after, and what the law says of it."""
        names = self.names(reader, rows)
        for row in rows:
            change = renewal_change(row, facts["ends_on"], facts["signed_on"])
            label, url = names.get(row.pk, (row.number, ""))
            why, amount = "", None
            try:
                plan = plan_change(row, change, reader.day, reader=reader.user)
            except Refused as refusal:
                why = refusal.message
            else:
                why, amount = _why_not(plan), plan.new.fee + plan.new.charges
            yield Effect(
                pk=row.pk,
                label=label,
                url=url,
                before=f"jusqu'au {short_day(row.ends_on)}",
                after=f"jusqu'au {short_day(facts['ends_on'])}",
                version=contract_version(row),
                left_out=why,
                amount=amount,
            )

    def apply(
        self, reader: Reader, effects: Sequence[Effect], facts: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Sign each amendment."""
        rows = {row.pk: row for row in self.rows(reader, [each.pk for each in effects])}
        before = []
        for effect in effects:
            made = renew_contract(
                contract=rows[effect.pk],
                ends_on=facts["ends_on"],
                signed_on=facts["signed_on"],
                actor=reader.user,
                today=reader.day,
                seen=effect.version,
            )
            before.append(
                {
                    "pk": effect.pk,
                    "amendment": made.amendment.pk,
                    "version": contract_version(rows[effect.pk]),
                }
            )
        return before

    def undo(self, reader: Reader, before: Sequence[Mapping[str, Any]]) -> None:
        """Withdraw each amendment, as long as none has taken effect."""
        seen = {row.pk for row in self.rows(reader, [fact["pk"] for fact in before])}
        for fact in before:
            found = Amendment.objects.filter(pk=fact["amendment"], contract__in=seen)
            amendment = found.select_related("contract").first()
            if amendment is None:
                raise Refused("Un de ces contrats n'est plus à vous : rien n'a été annulé.")
            withdraw_amendment(
                amendment=amendment,
                reason=UNDONE,
                actor=reader.user,
                today=reader.day,
                seen=fact["version"],
            )


def _why_not(plan: Plan) -> str:
    """Say what forbids a renewal, or what asks for a reason that only its own page takes."""
    for verdict in plan.verdicts:
        if verdict.is_refused:
            return verdict.sentence
    for verdict in plan.verdicts:
        if verdict.is_doubtful:
            return f"{verdict.sentence} À renouveler sur sa page, avec la raison."
    return ""


class AskForInsurance(BulkAct):
    """Write to households for their certificate; a reminder is kept for each."""

    code = "contract-insurance"
    list_key = CONTRACTS.key
    page_key = "residents:insurance-ask"
    label = "Demander l'attestation d'assurance"
    icon = "mail-forward"
    lead = "Un courriel à chaque ménage qui les accepte, et un rappel noté dans son suivi."
    confirm = "Envoyer les demandes"
    done = ("{} courriel en route.", "{} courriels en route.")
    reversible = False
    order = 40

    def effects(
        self, reader: Reader, rows: Sequence[Any], facts: Mapping[str, Any]
    ) -> Iterable[Effect]:
        """Until when each is covered, and to whom it would be written."""
        asked = self._asked_today(rows, reader)
        living = [row for row in rows if row.starts_on <= reader.day <= row.ends_on]
        lines = {line.pk: line for line in insured_lines(reader.user, living, reader.day)}
        names = self.names(reader, rows)
        for row in rows:
            line = lines.get(row.pk)
            label, url = names.get(row.pk, (row.number, ""))
            yield Effect(
                pk=row.pk,
                label=label,
                url=url,
                before=_covered(line),
                after=f"courriel à {line.email}" if line and line.may_be_mailed else "",
                left_out=_not_asked(line, asked=row.pk in asked),
            )

    def _asked_today(self, rows: Sequence[Any], reader: Reader) -> set[int]:
        steps = InsuranceStep.objects.standing().filter(
            case__contract__in=rows, done_on=reader.day, kind=InsuranceStepKind.REMINDER
        )
        return set(steps.values_list("case__contract", flat=True))

    def apply(
        self, reader: Reader, effects: Sequence[Effect], facts: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Write to each; what cannot be written stops them all."""
        rows = Contract.objects.filter(pk__in=[each.pk for each in effects]).order_by("pk")
        lines = insured_lines(reader.user, list(rows), reader.day)
        asked = ask_certificates(lines=lines, on=reader.day, actor=reader.user)
        if asked.left:
            raise Refused(f"Rien n'a été envoyé. {asked.left[0]}.")
        return []


def _covered(line: Any) -> str:
    if line is None:
        return ""
    if line.lacking_since:
        return f"non assuré depuis le {french_day(line.lacking_since)}"
    return f"assuré jusqu'au {short_day(line.covered_until)}" if line.covered_until else "–"


def _not_asked(line: Any, *, asked: bool) -> str:
    if line is None:
        return "n'habite pas là aujourd'hui"
    if asked:
        return "un rappel est déjà parti aujourd'hui"
    return "" if line.may_be_mailed else "n'a pas accepté les courriels, ou n'a pas d'adresse"


register_act(RenewUntil())
register_act(AskForInsurance())
