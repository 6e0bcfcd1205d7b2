"""Who may open which page: one table, role × page. A view without its line here is refused.

A page's key is its URL name. The table answers "may this role do it at all"; which homes, people
and contracts it may do it on is the business of `visible_to` (territory, own homes).
"""

from typing import TYPE_CHECKING

from caracol.accounts.circles import (
    AGREEMENTS,
    ARREARS,
    BOOKS,
    CONTACTS,
    EVERYONE,
    GLA,
    GLA_DECIDES,
    HOMES,
    MONEY,
    ON_SITE,
    PAPERS,
    PERMITS,
    RIGHTS,
    SOCIAL,
    UPKEEP,
)
from caracol.accounts.enums import Role
from caracol.accounts.policy_homes import HOME_PAGES

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from caracol.accounts.models import User

__all__ = [
    "AGREEMENTS",
    "ARREARS",
    "BOOKS",
    "CONTACTS",
    "EVERYONE",
    "GLA",
    "GLA_DECIDES",
    "HOMES",
    "MONEY",
    "ON_SITE",
    "PAGES",
    "PAPERS",
    "PERMITS",
    "POLICY",
    "RIGHTS",
    "SOCIAL",
    "UPKEEP",
    "has_role",
    "may",
    "may_on",
]

_D = Role.DIRECTOR
_O = Role.MISSION_OFFICER
_S = Role.SOCIAL_DIRECTOR
_C = Role.ACCOUNTANT

PAGES: dict[str, frozenset[Role]] = {
    **HOME_PAGES,
    # The day
    "dashboard:today": EVERYONE,
    "dashboard:search": EVERYONE,
    # Deadlines: each kind says who knows of it, each row who may act on it.
    "deadlines:deadline-list": EVERYONE,
    "deadlines:deadline-export": EVERYONE,
    "deadlines:deadline-bulk": EVERYONE,
    "deadlines:deadline-detail": EVERYONE,
    "deadlines:deadline-done": EVERYONE,
    "deadlines:deadline-snooze": EVERYONE,
    "deadlines:deadline-wake": EVERYONE,
    "deadlines:deadline-hand": EVERYONE,
    "deadlines:deadline-comment": EVERYONE,
    "deadlines:deadline-reopen": EVERYONE,
    "deadlines:deadline-undo": EVERYONE,
    "deadlines:task-new": EVERYONE,
    "deadlines:task-edit": EVERYONE,
    "deadlines:task-item": EVERYONE,
    "deadlines:team-load": GLA_DECIDES | {_S},
    "deadlines:stand-in-list": EVERYONE,
    "deadlines:stand-in-new": EVERYONE,
    "deadlines:stand-in-cancel": EVERYONE,
    # The agenda: deadlines by their own rules, appointments by place; one's own settings
    "agenda:month": EVERYONE,
    "agenda:week": EVERYONE,
    "agenda:list": EVERYONE,
    "agenda:appointment": EVERYONE,
    "agenda:appointment-new": EVERYONE,
    "agenda:appointment-edit": EVERYONE,
    "agenda:appointment-cancel": EVERYONE,
    "agenda:appointment-undo": EVERYONE,
    "agenda:reminders": EVERYONE,
    "agenda:feed-make": EVERYONE,
    "agenda:feed-revoke": EVERYONE,
    # People and contracts
    "residents:person-list": EVERYONE,
    "residents:person-export": GLA | SOCIAL,
    "residents:person-cell": GLA,
    "residents:person-bulk": GLA,
    "residents:person-detail": EVERYONE,
    "residents:person-print": GLA | SOCIAL,
    # What was written to somebody, by kind (residents.services.writing): never money to officers.
    "residents:person-messages": CONTACTS,
    "residents:message-new": CONTACTS,
    "residents:message-detail": CONTACTS,
    "residents:message-handed": CONTACTS,
    "residents:message-list": CONTACTS,
    "residents:message-print": CONTACTS,
    "residents:person-new": GLA,
    "residents:person-edit": GLA,
    "residents:person-remove": GLA,
    "residents:person-status": PERMITS,
    "residents:status-edit": SOCIAL,
    "residents:permit-new": SOCIAL,
    "residents:permit-edit": SOCIAL,
    "residents:housing-request-new": SOCIAL,
    "residents:housing-request-edit": SOCIAL,
    "residents:person-history": GLA | SOCIAL,
    "residents:person-access": GLA_DECIDES | {_S},
    "residents:contract-list": GLA | SOCIAL | {_O},
    "residents:contract-export": GLA | SOCIAL,
    "residents:contract-cell": GLA,
    "residents:contract-bulk": GLA,
    "residents:person-access-export": GLA_DECIDES | {_S},
    "residents:contract-detail": GLA | SOCIAL | {_O},
    "residents:contract-history": GLA | SOCIAL,
    "residents:occupant-new": GLA,
    "residents:occupant-edit": GLA,
    "residents:contract-insurance": GLA | SOCIAL,
    "residents:insurance-list": GLA | SOCIAL,
    "residents:insurance-export": GLA | SOCIAL,
    "residents:insurance-ask": GLA,
    "residents:insurance-new": GLA,
    "residents:insurance-edit": GLA,
    "residents:insurance-lapse": GLA,
    "residents:insurance-step": GLA,
    "residents:insurance-choose": GLA_DECIDES,
    "residents:insurance-step-receive": GLA,
    "residents:insurance-step-cancel": GLA,
    # A contract's life: an assistant prepares and signs what is plain; what is doubtful is accepted
    # by who decides, which the services see to.
    "residents:contract-new": GLA,
    "residents:contract-edit": GLA,
    "residents:contract-sign": GLA,
    "residents:contract-keys": GLA,
    "residents:contract-cancel": GLA,
    "residents:amendment-new": GLA,
    "residents:amendment-withdraw": GLA,
    "residents:contract-renew": GLA,
    "residents:contract-revise": GLA,
    "residents:notice-give": GLA,
    "residents:notice-send": GLA_DECIDES,
    "residents:notice-receive": GLA,
    "residents:notice-withdraw": GLA_DECIDES,
    "residents:contract-end": GLA,
    "residents:exit-complete": GLA,
    "residents:contract-reopen": GLA_DECIDES,
    "residents:contract-close": GLA_DECIDES,
    # Documents of contracts: the team of GLA issues them, social workers read them
    "residents:contract-complete": GLA,
    "residents:contract-documents": GLA | SOCIAL,
    "residents:person-documents": GLA | SOCIAL,
    "residents:document-read": GLA | SOCIAL,
    "residents:document-issue": GLA,
    "residents:document-preview": GLA,
    "residents:document-signed": GLA,
    "residents:document-mail": GLA,
    "residents:document-cancel": GLA_DECIDES,
    # Rights of people that have a clock
    "social:person-rights": RIGHTS,
    "social:right-new": RIGHTS,
    "social:right-add": RIGHTS,
    "social:right-edit": RIGHTS,
    "social:right-end": RIGHTS,
    "social:right-resume": RIGHTS,
    # Money
    "payments:month-index": GLA | {_C},
    "payments:month-detail": GLA | {_C},
    "payments:month-close": GLA_DECIDES,
    "payments:month-preview": GLA | {_C},
    "payments:month-preview-export": GLA | {_C},
    "payments:month-terms": GLA | {_C},
    "payments:month-terms-export": GLA | {_C},
    "payments:notices-issue": GLA,
    "payments:receipts-issue": GLA,
    "payments:receipts-mail": GLA,
    "payments:papers": GLA,
    "payments:papers-bundle": GLA,
    "payments:payment-record": GLA,
    "payments:payment-try": GLA,
    "payments:payment-undo": GLA,
    "payments:payment-reverse": GLA_DECIDES,
    "payments:payment-list": GLA | {_C},
    "payments:payment-export": GLA | {_C},
    "payments:account-detail": MONEY,
    "payments:account-papers": MONEY,
    "payments:paper-read": PAPERS,
    "payments:person-account": MONEY,
    "payments:person-caf": MONEY,
    "payments:account-statement": GLA | SOCIAL,
    "payments:account-export": GLA | {_C},
    "payments:account-attestation": GLA,
    "payments:receipt-cancel": GLA_DECIDES,
    "payments:term-explain": MONEY,
    "payments:term-correct": GLA_DECIDES,
    "payments:contract-deposit": GLA | SOCIAL,
    "payments:deposit-record": GLA,
    "payments:deposit-reverse": GLA_DECIDES,
    "payments:refund-record": GLA_DECIDES,
    "payments:settlement-prepare": GLA,
    "payments:settlement-approve": frozenset({_D}),
    "payments:settlement-cancel": GLA_DECIDES,
    # Lines of the bank are nobody's until they are decided: then, of the contract's territory.
    "payments:bank-files": BOOKS,
    "payments:bank-layout": BOOKS,
    "payments:bank-file-withdraw": GLA_DECIDES,
    "payments:bank-lines": BOOKS,
    "payments:bank-lines-export": BOOKS,
    "payments:bank-line": BOOKS,
    "payments:bank-check": BOOKS,
    "payments:bank-accounts": BOOKS,
    "payments:bank-account-save": GLA_DECIDES,
    "payments:bank-opening-post": GLA_DECIDES,
    "payments:bank-run": GLA,
    "payments:bank-strong": GLA,
    "payments:bank-line-settle": GLA,
    "payments:bank-line-split": GLA,
    "payments:bank-line-aside": GLA,
    "payments:bank-line-wait": GLA,
    "payments:bank-line-undo": GLA,
    "payments:bank-line-held": GLA_DECIDES,
    "payments:payer-list": GLA,
    "payments:payer-revoke": GLA,
    # The CAFs: accounting sees names, contract numbers and amounts; whose a line is, GLA decides.
    "payments:caf-list": BOOKS,
    "payments:caf-type": BOOKS,
    "payments:caf-detail": BOOKS,
    "payments:caf-settle": BOOKS,
    "payments:caf-force": GLA_DECIDES,
    "payments:caf-reverse": GLA_DECIDES,
    "payments:caf-name": GLA,
    "payments:caf-unname": GLA,
    "payments:caf-review": GLA,
    "payments:caf-office": GLA,
    "payments:caf-expected": BOOKS,
    "payments:caf-expected-export": BOOKS,
    # The number at the CAF and the home: no need of accounting.
    "payments:caf-july": GLA,
    "payments:caf-july-export": GLA,
    "payments:caf-july-paper": GLA,
    # Files of debits and transfers: names and numbers; the files themselves hold accounts.
    "payments:debits": GLA | {_C},
    "payments:debit-prepare": GLA,
    "payments:debit-batch": GLA | {_C},
    "payments:debit-send": GLA_DECIDES,
    "payments:debit-cancel": GLA_DECIDES,
    "payments:debit-file": GLA_DECIDES,
    "payments:status-import": GLA,
    "payments:mandate-list": GLA,
    "payments:mandate-export": GLA,
    "payments:contract-mandate": GLA,
    "payments:mandate-prepare": GLA,
    "payments:mandate-sign": GLA,
    "payments:mandate-copy": GLA,
    "payments:mandate-suspend": GLA,
    "payments:mandate-resume": GLA,
    "payments:mandate-revoke": GLA,
    "payments:mandate-aid": GLA_DECIDES,
    "payments:refund-list": GLA | {_C},
    "payments:refund-export": GLA | {_C},
    "payments:refund-prepare": GLA,
    "payments:refund-approve": frozenset({_D}),
    "payments:refund-cancel": GLA_DECIDES,
    "payments:refund-send": GLA_DECIDES,
    "payments:refund-file": GLA_DECIDES,
    "payments:refund-call-off": frozenset({_D}),
    "payments:arrears-list": ARREARS,
    "payments:arrears-export": ARREARS,
    "payments:period-lock": GLA_DECIDES | {_C},
    "payments:period-reopen": frozenset({_D}),
    "payments:ledger-check": BOOKS,
    "payments:books-file": BOOKS,
    # Takeover
    "takeover:upload": GLA_DECIDES,
    "takeover:preview": GLA_DECIDES,
    "takeover:confirm": GLA_DECIDES,
    "takeover:abandon": GLA_DECIDES,
    "takeover:errors": GLA_DECIDES,
    "takeover:model": GLA_DECIDES,
    # Documents, jobs, messages
    "documents:document-download": EVERYONE,
    "documents:bundle-download": PAPERS,
    # A file that somebody brought opens by its own line; its author may withdraw it, and who
    # manages files may withdraw any.
    "documents:upload-read": EVERYONE,
    "documents:upload-withdraw": EVERYONE,
    "documents:upload-restore": EVERYONE,
    "documents:upload-manage": GLA_DECIDES | {_S},
    # Lists: a view, an act or a file is one's own, and the list's own line decides the rest.
    "lists:view-list": EVERYONE,
    "lists:view-save": EVERYONE,
    "lists:view-edit": EVERYONE,
    "lists:view-update": EVERYONE,
    "lists:view-default": EVERYONE,
    "lists:view-delete": EVERYONE,
    "lists:view-restore": EVERYONE,
    "lists:act-detail": EVERYONE,
    "lists:act-undo": EVERYONE,
    "lists:export-download": EVERYONE,
    "lists:export-list": frozenset({_D}),
    "lists:export-note": frozenset({_D}),
    "jobs:job-list": GLA_DECIDES,
    "jobs:job-detail": EVERYONE,
    "jobs:job-progress": EVERYONE,
    "jobs:job-retry": GLA_DECIDES,
    "jobs:clock": GLA_DECIDES,
    "jobs:clock-run": frozenset({_D}),
    "jobs:health-deep": GLA_DECIDES,
    "notifications:mail-list": GLA,
    "notifications:mail-detail": GLA,
    "notifications:mail-resend": GLA_DECIDES,
    "notifications:mail-settle": GLA_DECIDES,
    "notifications:text-list": GLA,
    "notifications:text-detail": GLA,
    "notifications:text-resend": GLA_DECIDES,
    "notifications:text-settle": GLA_DECIDES,
    "notifications:phrase-list": frozenset({_D}),
    "notifications:phrase-edit": frozenset({_D}),
}


def may(user: "User | AnonymousUser", key: str) -> bool:
    """Return whether one of the user's roles opens the page. An unknown page opens to nobody."""
    if not user.is_authenticated:
        return False
    return bool(user.roles & PAGES.get(key, frozenset()))


def may_on(user: "User | AnonymousUser", key: str, territory_id: int | None) -> bool:
    """Return whether one of the user's roles on this territory opens the page."""
    if not user.is_authenticated:
        return False
    return bool(user.roles_on(territory_id) & PAGES.get(key, frozenset()))


def has_role(
    user: "User | AnonymousUser",
    roles: frozenset[Role],
    territory_id: int | None = None,
) -> bool:
    """Return whether the user holds one of the roles: on the territory, or anywhere if None."""
    if not user.is_authenticated:
        return False
    held = user.roles if territory_id is None else user.roles_on(territory_id)
    return bool(held & roles)


class _Policy:
    """The table as an object, which `caracol.core.pages` finds by name."""

    PAGES = PAGES
    may = staticmethod(may)


POLICY = _Policy()
