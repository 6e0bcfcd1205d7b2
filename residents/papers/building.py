"""Fill the papers of contracts: the right text, the facts, the frozen shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from caracol.core.money import euros
from caracol.core.periods import Span, french_day
from caracol.documents import content
from caracol.documents.filling import Values
from caracol.documents.models import TextTemplate
from caracol.documents.registry import DocumentKind, kind_of
from caracol.documents.services.texts import check_still_enough, fill_text, text_in_force
from caracol.documents.texts import text_kind
from caracol.parameters.selectors import value
from residents.calculations.insurance import standing
from residents.enums import NoticeBasis
from residents.models import Amendment, Contract, ContractHolder, ContractTerms, Notice
from residents.papers.facts import ContractFacts, amount_words, day_words, delay_words, payee_words
from residents.papers.kinds import SIGNED
from residents.selectors.rules import bound_on

SUMMARY = "CONTRACT_SUMMARY"
# On what ground a notice is given decides its letter.
NOTICE_TEXTS: dict[str, str] = {
    NoticeBasis.NON_RENEWAL: "NOTICE_NON_RENEWAL",
    NoticeBasis.OBJECTIVE_CAUSE: "NOTICE_OBJECTIVE_CAUSE",
    NoticeBasis.BREACH: "NOTICE_BREACH",
    NoticeBasis.AT_TERM: "NOTICE_AT_TERM",
    NoticeBasis.ORDINARY: "NOTICE_ORDINARY",
}


@dataclass(frozen=True)
class Plan:
    """A paper that may be written: from which text, about what, with which facts beside."""

    text: str
    contract: Contract
    subject: Any
    on: date
    subtitle: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, bool] = field(default_factory=dict)
    recipient: content.Recipient | None = None
    """Who it is sent to, when it is not the resident."""

    @property
    def kind(self) -> DocumentKind:
        """The kind of document it becomes."""
        return kind_of(text_kind(self.text).document_kind)

    @property
    def law_day(self) -> date:
        """The day whose law and text it follows: the signature's for a contract."""
        if self.text == "CONTRACT":
            return self.contract.signed_on or self.contract.starts_on
        if self.text == "AMENDMENT":
            return self.subject.signed_on or self.on
        return self.on


def contract_plan(contract: Contract, on: date) -> Plan:
    """The contract itself."""
    return Plan("CONTRACT", contract, contract, on, f"Contrat n° {contract.number}")


def amendment_plan(amendment: Amendment, on: date) -> Plan:
    """An amendment: what it changes, before and after."""
    contract = amendment.contract
    rows = list(
        ContractTerms.objects.filter(contract=contract).select_related("room").order_by("starts_on")
    )
    day = amendment.effective_on
    before = [line for line in rows if line.starts_on < day] or rows[:1]
    after = [line for line in rows if line.ends_on >= day] or rows[-1:]
    old, new = before[-1], after[0]
    facts, answers = _changes(contract, amendment, old, new)
    old_end, new_end = _ends(amendment, rows)
    facts |= {"avant.fin": french_day(old_end), "après.fin": french_day(new_end)}
    answers["fin change"] = old_end != new_end
    answers["rien de chiffré ne change"] = not any(answers.values())
    subtitle = f"Avenant n° {amendment.number} au contrat n° {contract.number}"
    return Plan("AMENDMENT", contract, amendment, on, subtitle, facts, answers)


def _ends(amendment: Amendment, rows: list[ContractTerms]) -> tuple[date, date]:
    """Return the end of the contract before and after an amendment.

    Each amendment keeps the end it found: what the next one found is what this one left.
    """
    contract = amendment.contract
    found = amendment.before.get("ends_on") if amendment.before else None
    old = date.fromisoformat(found) if found else contract.ends_on
    later = contract.amendments.filter(number__gt=amendment.number, withdrawn_on=None)
    following = later.order_by("number").first()
    if following is not None and following.before:
        return old, date.fromisoformat(following.before["ends_on"])
    own = [line.ends_on for line in rows if line.amendment_id == amendment.pk]
    return old, max(own, default=contract.ends_on) if found else old


def _changes(
    contract: Contract, amendment: Amendment, old: ContractTerms, new: ContractTerms
) -> tuple[dict[str, str], dict[str, bool]]:
    day = amendment.effective_on
    holders = list(ContractHolder.objects.filter(contract=contract).select_related("person"))
    names = {
        "avant": [h for h in holders if h.starts_on < day],
        "après": [h for h in holders if h.starts_on <= day <= h.ends_on],
    }
    facts = {
        "avenant.numéro": str(amendment.number),
        "avenant.objet": amendment.reason,
        "avenant.effet": french_day(day),
    }
    for when, line in (("avant", old), ("après", new)):
        facts |= {
            f"{when}.chambre": line.room.number,
            f"{when}.redevance": euros(line.fee),
            f"{when}.charges": amount_words(line.charges),
            f"{when}.total": euros(line.fee + line.charges),
            f"{when}.destinataire de l'aide": payee_words(line.aid_payee),
            f"{when}.titulaires": ", ".join(h.person.addressed_name for h in names[when]),
        }
    answers = {
        "chambre change": old.room_id != new.room_id,
        "montant change": (old.fee, old.charges) != (new.fee, new.charges),
        "aide change": old.aid_payee != new.aid_payee,
        "titulaires changent": amendment.kind == "HOLDERS",
        "révision": amendment.kind == "INDEX",
    }
    return facts, answers


def notice_plan(notice: Notice, on: date) -> Plan:
    """The association's notice, by its ground; or the answer to the resident's."""
    contract = notice.contract
    facts = {
        "congé.motif": notice.reason,
        "congé.envoyé le": day_words(notice.sent_on),
        "congé.reçu le": day_words(notice.received_on),
        "congé.effet": day_words(notice.effective_on),
        "congé.règle": notice.rule,
    }
    ours = notice.given_by == "MANAGER"
    text = NOTICE_TEXTS[notice.basis] if ours else "NOTICE_ACK"
    return Plan(text, contract, notice, on, f"Contrat n° {contract.number}", facts)


def insurance_plan(contract: Contract, text: str, on: date) -> Plan:
    """One of the two formal notices to insure: on the resident's behalf, or by the clause."""
    covers = [row.cover for row in contract.insurances.all()]
    stand = standing(covers, Span(contract.starts_on, contract.ends_on), on)
    facts = {
        "assurance.manque depuis le": day_words(stand.lacking_since),
        "assurance.délai": delay_words(int(value("insurance.behalf_months", on))),
        "assurance.délai de la clause": delay_words(int(value("insurance.clause_months", on))),
        "assurance.majoration": f"{value('insurance.behalf_increase_percent', on)} %",
    }
    return Plan(text, contract, contract, on, f"Contrat n° {contract.number}", facts)


def certificate_plan(contract: Contract, on: date) -> Plan:
    """The certificate of residence."""
    return Plan("RESIDENCE_CERTIFICATE", contract, contract, on, f"Au {french_day(on)}")


def deposit_plan(contract: Contract, on: date, facts: Mapping[str, str]) -> Plan:
    """The settlement of the deposit, with the amounts that the books give."""
    told = {"sortie.clés rendues le": day_words(contract.keys_returned_on), **facts}
    subtitle = f"Contrat n° {contract.number}"
    return Plan("DEPOSIT_SETTLEMENT", contract, contract, on, subtitle, told)


# --- Writing the paper --------------------------------------------------------------------------
def write(plan: Plan, template: TextTemplate | None = None) -> content.TextPaper:
    """Return the paper of a plan, written from a text: the one in force unless another is given.

    Raises Refused: no text, a text that the law asks more of, a fact that nobody has written.
    """
    contract = plan.contract
    if template is None:
        template = text_in_force(plan.text, contract.kind, plan.law_day)
        check_still_enough(template, plan.law_day)
    as_signed = plan.text == "CONTRACT"
    law = plan.law_day if as_signed else bound_on(contract)
    facts = ContractFacts(contract, on=plan.on, bound_on=law, as_signed=as_signed)
    values = facts.values(**plan.more)
    values = Values(values.facts, {**values.answers, **plan.answers})
    framed = frame(facts)
    if plan.recipient is not None:
        framed["recipient"] = plan.recipient
    return content.TextPaper(
        **framed,
        title=template.title,
        subtitle=plan.subtitle,
        text=content.TextRef(
            code=template.code, variant=template.variant, version=template.version
        ),
        blocks=fill_text(template, values),
        summary=_summary(plan, values),
        signatures=_signatures(facts) if plan.kind.code in SIGNED else (),
    )


def _summary(plan: Plan, values: Values) -> tuple[Mapping[str, Any], ...]:
    """Return the page « En bref » of a contract."""
    if plan.text != "CONTRACT":
        return ()
    return fill_text(text_in_force(SUMMARY, plan.contract.kind, plan.law_day), values)


def frame(facts: ContractFacts) -> dict[str, Any]:
    """Return what every paper about a contract bears: who, to whom, about which contract."""
    return {
        "issuer": _issuer(facts),
        "recipient": recipient(facts),
        "contract": _reference(facts),
    }


def _issuer(facts: ContractFacts) -> content.Issuer:
    signs = facts.association
    return content.Issuer(
        name=signs.name, address=signs.address, siret=signs.siret, signatory=signs.signatory
    )


def recipient(facts: ContractFacts) -> content.Recipient:
    """Return to whom, and where, a paper is sent: the new address once gone, if known."""
    room = facts.version.room
    home, main = room.colocation, facts.holders[0].person
    gone = facts.contract.new_address if facts.on > facts.contract.ends_on else ""
    if gone:
        return content.Recipient(
            names=facts.names(),
            lines=tuple(part.strip() for part in gone.split(",") if part.strip()),
            postcode="",
            city="",
            short_name=main.last_name,
        )
    return content.Recipient(
        names=facts.names(),
        lines=(f"{home.name}, chambre {room.number}", home.site.address),
        postcode=home.site.postcode,
        city=home.site.city,
        short_name=main.last_name,
    )


def _reference(facts: ContractFacts) -> content.ContractRef:
    room = facts.version.room
    return content.ContractRef(
        number=facts.contract.number,
        kind_label=facts.contract.get_kind_display(),
        room=room.number,
        home=room.colocation.name,
        home_code=room.colocation.code,
    )


def _signatures(facts: ContractFacts) -> tuple[content.Signature, ...]:
    signs = facts.association
    who = "Les résident·es" if len(facts.holders) > 1 else "Le résident ou la résidente"
    return (
        content.Signature(heading=f"Pour {signs.name}", names=(signs.signatory,)),
        content.Signature(heading=who, names=facts.names()),
    )
