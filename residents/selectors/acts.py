"""What may be done on a contract: one table, read by its page, by lists and by the day's work.

A line names an address, the states it fits, and when it is the most useful act. What the reader
may not do, and what no installed application answers, is left out: an application adds its acts
by a line here, and its page by its address.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse

from caracol.accounts.policy import may_on
from residents.enums import LIVING, ContractStatus
from residents.selectors.contracts import ends_soon
from residents.selectors.person import ContractCard

Condition = Callable[[ContractCard, date], bool]
States = frozenset[ContractStatus]

_DRAFT = frozenset({ContractStatus.DRAFT})
_SIGNED = frozenset({ContractStatus.SIGNED})
_IN_FORCE = frozenset({ContractStatus.IN_FORCE})
_UNDER_NOTICE = frozenset({ContractStatus.NOTICE_GIVEN})
_ENDED = frozenset({ContractStatus.ENDED})
_LIVED = _IN_FORCE | _UNDER_NOTICE


def _uninsured(card: ContractCard, day: date) -> bool:
    return card.insurance_on(day) is None


def _renews_soon(card: ContractCard, day: date) -> bool:
    """Near its end, and neither its type nor the owner forbids to go on."""
    return ends_soon(card.contract, day) and _may_go_on(card, day)


def _may_go_on(card: ContractCard, day: date) -> bool:
    """Whether neither its type's total nor the owner's end stops it where it ends."""
    return card.longest_end is None or card.longest_end > card.contract.ends_on


def _no_keys(card: ContractCard, day: date) -> bool:
    return card.contract.keys_given_on is None


def _indexed(card: ContractCard, day: date) -> bool:
    return card.contract.revision_quarter is not None


def _standing(card: ContractCard) -> Any:
    return next((notice for notice in card.notices if notice.withdrawn_on is None), None)


def _notice_standing(card: ContractCard, day: date) -> bool:
    return _standing(card) is not None


def _no_notice(card: ContractCard, day: date) -> bool:
    return _standing(card) is None


def _notice_prepared(card: ContractCard, day: date) -> bool:
    notice = _standing(card)
    return notice is not None and notice.sent_on is None and notice.received_on is None


def _notice_sent(card: ContractCard, day: date) -> bool:
    notice = _standing(card)
    return notice is not None and notice.sent_on is not None and notice.received_on is None


def _left(card: ContractCard, day: date) -> bool:
    return bool(card.contract.exit_kind)


def _still_there(card: ContractCard, day: date) -> bool:
    return not card.contract.exit_kind


def _deposit_asked(card: ContractCard, day: date) -> bool:
    return bool(card.contract.deposit)


def _deposit_waits(card: ContractCard, day: date) -> bool:
    """Whether somebody left with a deposit asked and the keys back."""
    contract = card.contract
    return bool(contract.deposit and contract.exit_kind and contract.keys_returned_on)


@dataclass(frozen=True)
class Act:
    """One thing to do on a contract.

    `first_in`: the states in which it may be the main button, when `first_if` agrees; of several,
    the first line of the table wins. `argument`: what of the contract stands in the address
    ("pk", "number", or "" for none); `query`: what is added to it ("contrat={number}").
    """

    url_name: str
    label: str
    icon: str
    states: States
    first_in: States = frozenset()
    first_if: Condition | None = None
    condition: Condition | None = None
    tone: str = ""
    group: str = ""
    argument: str = "pk"
    query: str = ""

    def fits(self, card: ContractCard, day: date) -> bool:
        """Whether the contract's state allows the act."""
        if card.contract.status not in self.states:
            return False
        return self.condition is None or self.condition(card, day)

    def comes_first(self, card: ContractCard, day: date) -> bool:
        """Whether it may be the main button."""
        if card.contract.status not in self.first_in:
            return False
        return self.first_if is None or self.first_if(card, day)

    def address(self, contract: Any) -> str:
        """Return where it is done; nothing when no installed application answers."""
        args = [getattr(contract, self.argument)] if self.argument else []
        try:
            url = reverse(self.url_name, args=args)
        except NoReverseMatch:
            return ""
        query = self.query.format(number=contract.number, pk=contract.pk)
        return f"{url}?{query}" if query else url


# The order is that of the menu; what follows in a group is told apart by a line.
ACTS: list[Act] = [
    # The contract's life
    Act("residents:contract-sign", "Signer le contrat", "pencil", _DRAFT, first_in=_DRAFT),
    Act("residents:contract-edit", "Modifier le brouillon", "edit", _DRAFT),
    Act(
        "residents:contract-keys", "Remettre les clés", "key", _SIGNED | _IN_FORCE,
        first_in=_SIGNED, condition=_no_keys,
    ),
    Act(
        "residents:insurance-new", "Ajouter une attestation d'assurance", "shield-check",
        LIVING, first_in=_LIVED, first_if=_uninsured,
    ),
    Act(
        "residents:contract-renew", "Renouveler", "refresh", _IN_FORCE,
        first_in=_IN_FORCE, first_if=_renews_soon, condition=_may_go_on,
    ),
    Act(
        "residents:contract-end", "Enregistrer le départ", "door-exit", _LIVED | _ENDED,
        first_in=_UNDER_NOTICE | _ENDED, first_if=_still_there, condition=_still_there,
    ),
    Act(
        "payments:settlement-prepare", "Rendre le dépôt", "transfer", _LIVED | _ENDED,
        first_in=_ENDED, first_if=_deposit_waits, condition=_left,
    ),
    Act("residents:amendment-new", "Faire un avenant", "files", LIVING, first_in=_IN_FORCE),
    Act(
        "residents:contract-revise", "Réviser par l'IRL", "trending-up", _IN_FORCE,
        condition=_indexed,
    ),
    Act(
        "residents:exit-complete", "Compléter la sortie", "edit", _LIVED | _ENDED,
        condition=_left,
    ),
    Act("residents:contract-close", "Clore le contrat", "archive", _ENDED, first_in=_ENDED),
    # Documents
    Act(
        "residents:contract-complete", "Compléter le contrat", "file-alert", LIVING | _ENDED,
        group="papers",
    ),
    Act(
        "residents:contract-documents", "Documents", "file-text",
        frozenset(ContractStatus) - {ContractStatus.CANCELLED}, group="papers",
    ),
    # Notices
    Act(
        "residents:notice-send", "Valider et envoyer le congé", "send", _IN_FORCE,
        first_in=_IN_FORCE, first_if=_notice_prepared, condition=_notice_prepared, group="notice",
    ),
    Act(
        "residents:notice-receive", "Réception du congé", "mail-check", _IN_FORCE,
        first_in=_IN_FORCE, first_if=_notice_sent, condition=_notice_sent, group="notice",
    ),
    Act(
        "residents:notice-receive", "Congé reçu du résident", "mail", _IN_FORCE,
        condition=_no_notice, group="notice",
    ),
    Act(
        "residents:notice-give", "Donner congé", "mail-forward", _IN_FORCE,
        condition=_no_notice, group="notice",
    ),
    Act(
        "residents:notice-withdraw", "Retirer le congé", "arrow-back-up", _LIVED,
        condition=_notice_standing, group="notice",
    ),
    # Money
    Act(
        "payments:payment-record", "Enregistrer un paiement", "cash", LIVING | _ENDED,
        group="money", argument="", query="contrat={number}",
    ),
    Act(
        "payments:account-detail", "Voir le compte", "wallet",
        LIVING | _ENDED | {ContractStatus.CLOSED}, group="money", argument="number",
    ),
    Act(
        "payments:contract-deposit", "Dépôt de garantie", "coin-euro",
        LIVING | _ENDED | {ContractStatus.CLOSED}, condition=_deposit_asked, group="money",
    ),
    # What is taken back
    Act(
        "residents:contract-reopen", "Annuler le départ", "arrow-back-up", _LIVED | _ENDED,
        condition=_left, tone="danger", group="grave",
    ),
    Act(
        "residents:contract-reopen", "Rouvrir le contrat", "lock-open",
        frozenset({ContractStatus.CLOSED}), group="grave",
    ),
    Act(
        "residents:contract-cancel", "Abandonner le brouillon", "trash", _DRAFT,
        tone="danger", group="grave",
    ),
    Act(
        "residents:contract-cancel", "Annuler avant l'entrée", "ban", _SIGNED,
        tone="danger", group="grave",
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """An act that the reader may do now, as a button or a line of a menu shows it."""

    label: str
    url: str
    icon: str
    tone: str = ""
    parted: bool = False


@dataclass(frozen=True)
class ActMenu:
    """The most useful act, and the others."""

    primary: Offer | None = None
    others: list[Offer] = field(default_factory=list)


def acts_on(user: Any, card: ContractCard, day: date) -> ActMenu:
    """Return what the user may do on a contract, by right and by state."""
    known = _open_acts(user, card, day)
    first = next((pair for pair in known if pair[0].comes_first(card, day)), None)
    rest = [pair for pair in known if pair is not first]
    return ActMenu(
        primary=_offer(*first) if first else None,
        others=[
            _offer(act, url, parted=index > 0 and act.group != rest[index - 1][0].group)
            for index, (act, url) in enumerate(rest)
        ],
    )


def _open_acts(user: Any, card: ContractCard, day: date) -> list[tuple[Act, str]]:
    """Return the acts that the contract's state and the user's rights allow, with their place."""
    contract = card.contract
    open_acts = [
        (act, act.address(contract))
        for act in ACTS
        if act.fits(card, day) and may_on(user, act.url_name, contract.territory_id)
    ]
    return [(act, url) for act, url in open_acts if url]


def offers_among(user: Any, card: ContractCard, day: date, wanted: Iterable[Act]) -> list[Offer]:
    """Return which of some acts the user may do on a contract now."""
    kept = set(wanted)
    return [_offer(act, url) for act, url in _open_acts(user, card, day) if act in kept]


def act_link(user: Any, contract: Any, url_name: str, label: str) -> dict[str, Any]:
    """Return the button and the address of an act for a list of things to do.

    Without the right, or the page, the contract itself is opened.
    """
    if may_on(user, url_name, contract.territory_id):
        try:
            return {"url": reverse(url_name, args=[contract.pk]), "button": label}
        except NoReverseMatch:
            pass
    url = reverse("residents:contract-detail", args=[contract.pk])
    return {"url": url, "button": "Voir le contrat"}


def _offer(act: Act, url: str, *, parted: bool = False) -> Offer:
    return Offer(act.label, url, act.icon, act.tone, parted)
