"""Mails about accounts. They leave at once, not by the outbox.

Two of them carry a secret link: in the outbox it would lie in the database, where colleagues who
read the outgoing mail would find it. Links and notices are written in one place.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

from django.apps import apps
from django.core.mail import EmailMultiAlternatives
from django.template import Context, engines
from django.template.loader import get_template

from caracol.accounts.models import Invitation, User
from caracol.core import clock
from caracol.core.periods import french_day

UNSENT = (OSError, SMTPException)
logger = logging.getLogger(__name__)
_NOT_YOU = (
    "Si vous n'êtes pas à l'origine de ce changement, prévenez tout de suite la direction de la "
    "GLA : quelqu'un d'autre se sert peut-être de votre compte."
)


@dataclass(frozen=True)
class Letter:
    """A mail: its subject, its paragraphs, and the button of its link."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str = ""
    after: tuple[str, ...] = ()


LETTERS: Mapping[str, Letter] = {
    "password_reset_key": Letter(
        "Choisir un nouveau mot de passe",
        ("Vous avez demandé à choisir un nouveau mot de passe pour Caracol.",),
        "Choisir mon mot de passe",
        ("Ce lien sert une fois. Si vous n'avez rien demandé, ne faites rien : votre mot de passe "
         "reste le même.",),
    ),
    "unknown_account": Letter(
        "Aucun compte à cette adresse",
        ("Quelqu'un a demandé un nouveau mot de passe Caracol pour cette adresse, mais aucun "
         "compte ne s'y trouve.",
         "Si c'était vous, essayez votre autre adresse, ou demandez une invitation à la direction "
         "de la GLA. Sinon, ne faites rien."),
    ),
    "password_reset": Letter(
        "Votre mot de passe a changé",
        ("Le mot de passe de votre compte Caracol vient d'être changé par le lien reçu à cette "
         "adresse. Vos appareils ont été déconnectés.", _NOT_YOU),
    ),
    "password_changed": Letter(
        "Votre mot de passe a changé",
        ("Le mot de passe de votre compte Caracol vient d'être changé. Vos autres appareils ont "
         "été déconnectés.", _NOT_YOU),
    ),
    "totp_activated": Letter(
        "Application d'authentification ajoutée",
        ("Une application de codes protège désormais votre compte Caracol.", _NOT_YOU),
    ),
    "totp_deactivated": Letter(
        "Application d'authentification retirée",
        ("L'application de codes ne protège plus votre compte Caracol.", _NOT_YOU),
    ),
    "webauthn_added": Letter(
        "Clé d'accès ajoutée",
        ("Une clé d'accès protège désormais votre compte Caracol.", _NOT_YOU),
    ),
    "webauthn_removed": Letter(
        "Clé d'accès retirée",
        ("Une clé d'accès a été retirée de votre compte Caracol.", _NOT_YOU),
    ),
    "recovery_codes_generated": Letter(
        "Nouveaux codes de secours",
        ("De nouveaux codes de secours ont été créés pour votre compte Caracol. Les précédents ne "
         "servent plus.", _NOT_YOU),
    ),
    "factors_reset": Letter(
        "Votre double authentification a été réinitialisée",
        ("La direction a réinitialisé la double authentification de votre compte Caracol, et vos "
         "appareils ont été déconnectés.",
         "À votre prochaine connexion, vous protégerez de nouveau votre compte avec une clé "
         "d'accès ou une application de codes.",
         "Si vous n'avez rien demandé, prévenez tout de suite la direction de la GLA."),
    ),
    "renamed": Letter(
        "L'adresse de votre compte a changé",
        ("On se connecte désormais à votre compte Caracol avec une autre adresse.", _NOT_YOU),
    ),
}  # fmt: skip


def invite(invitation: Invitation, *, link: str, sender: User) -> None:
    """Send an invitation with its link. Raises one of UNSENT when the mail does not leave."""
    until = invitation.expires_at or clock.now()
    letter = Letter(
        "Votre compte Caracol vous attend",
        (
            f"{sender} vous ouvre un compte dans Caracol, le logiciel de gestion locative de "
            "l'association.",
            "Suivez ce lien pour choisir votre mot de passe et protéger votre compte. Il faut dix "
            "minutes et, de préférence, votre téléphone.",
        ),
        "Ouvrir mon compte",
        (
            f"Ce lien est à vous seul·e, ne le transmettez pas. Il sert une fois, jusqu'au "
            f"{french_day(until)}.",
        ),
    )
    greeting = f"Bonjour {invitation.first_name}," if invitation.first_name else "Bonjour,"
    _send(letter, to=invitation.email, link=link, greeting=greeting)


def send_link(code: str, *, to: str, link: str = "") -> None:
    """Send a mail of `LETTERS` that somebody asked for, whether there is an account or not.

    A server that does not answer is written in the log: the page must not tell.
    """
    try:
        _send(LETTERS[code], to=to, link=link)
    except UNSENT:
        logger.exception("The mail « %s » did not leave.", code)


def tell(code: str, *, to: str) -> None:
    """Tell a person what happened to their account; the act stands even if the mail is lost."""
    send_link(code, to=to)


def _send(letter: Letter, *, to: str, link: str = "", greeting: str = "Bonjour,") -> None:
    words: dict[str, Any] = {
        "subject": letter.subject,
        "letter": letter,
        "link": link,
        "greeting": greeting,
        "association": _association(),
    }
    plain = engines["django"].get_template("emails/account/letter.txt").template  # type: ignore[attr-defined]
    text = str(plain.render(Context(words, autoescape=False))).strip() + "\n"
    message = EmailMultiAlternatives(letter.subject, text, to=[to])
    message.attach_alternative(
        get_template("emails/account/letter.html").render(words), "text/html"
    )
    message.send()


def _association() -> Any:
    """Return who writes; looked up by name, for the association is known in a higher layer."""
    known = apps.get_model("parameters", "Association")._default_manager
    day = clock.today()
    found = known.on(day).first()
    return found or {"name": "Caracol", "address": ""}
