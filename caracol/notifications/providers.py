"""Who carries text messages: one interface, a console for trying, Brevo's HTTP service.

The setting `SMS_PROVIDER` names one. A provider answers with its number of the message, or says
that the message certainly did not leave (`NotSent`); any other error leaves a doubt, and a person
decides. Source of the HTTP interface: https://developers.brevo.com/docs/transactional-sms-endpoints
"""

import logging
from dataclasses import dataclass
from typing import Any, Protocol

import requests
from django.conf import settings

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = (5, 20)
_OK = (200, 201, 202)
_TOO_MANY = 429
_NO_CREDIT = 402
# What the operator answers before it takes the message; its own words may name somebody.
REASONS = {
    400: "l'opérateur ne comprend pas ce numéro ou ce texte",
    401: "la clé de l'opérateur n'est pas valable",
    402: "le crédit de SMS est épuisé",
    403: "l'opérateur refuse ce compte",
    404: "l'adresse du service est fausse",
    429: "trop de SMS à la fois",
}


class NotSent(Exception):
    """The message certainly did not leave; `is_final`: trying again would change nothing."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


class SmsProvider(Protocol):
    """What an operator does."""

    def send(self, *, to: str, body: str, reference: str) -> str:
        """Hand a message over; give the operator's number for it.

        ``to`` is written as +33612345678. Raises NotSent when it certainly did not leave.
        """


class ConsoleProvider:
    """Write on the console what would leave, without the number nor the words of anybody."""

    def send(self, *, to: str, body: str, reference: str) -> str:
        """Say that a message would leave."""
        logger.info("SMS %s: %d characters to a number in %s", reference, len(body), to[:3])
        return f"console-{reference}"


@dataclass(frozen=True)
class BrevoProvider:
    """Brevo's transactional text messages, over HTTPS."""

    key: str
    sender: str
    url: str

    def send(self, *, to: str, body: str, reference: str) -> str:
        """Post a message; a connection that never opened is a refusal, one that broke a doubt."""
        try:
            answer = requests.post(
                self.url,
                json={
                    "sender": self.sender,
                    "recipient": to.removeprefix("+"),
                    "content": body,
                    "type": "transactional",
                    "tag": reference,
                    "unicodeEnabled": True,
                },
                headers={"api-key": self.key, "accept": "application/json"},
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.exceptions.ConnectTimeout as error:
            raise NotSent("l'opérateur ne répond pas", is_final=False) from error
        except requests.exceptions.ConnectionError as error:
            if _never_opened(error):
                raise NotSent("l'opérateur ne répond pas", is_final=False) from error
            raise
        return _number_of(answer)


def _never_opened(error: requests.exceptions.ConnectionError) -> bool:
    """Tell whether nothing was sent: the connection was refused, or the name is unknown."""
    cause: Any = error.args[0] if error.args else None
    return "NewConnectionError" in type(getattr(cause, "reason", cause)).__name__ or (
        "NameResolutionError" in type(getattr(cause, "reason", cause)).__name__
    )


def _number_of(answer: requests.Response) -> str:
    """Read the operator's answer. Raises NotSent, or HTTPError when it may have kept it."""
    if answer.status_code in _OK:
        try:
            return str(answer.json().get("messageId", ""))
        except (ValueError, AttributeError):
            return ""
    if 400 <= answer.status_code < 500:
        passing = answer.status_code in {_TOO_MANY, _NO_CREDIT}
        reason = REASONS.get(answer.status_code, f"réponse {answer.status_code} de l'opérateur")
        raise NotSent(reason, is_final=not passing)
    answer.raise_for_status()
    raise requests.exceptions.HTTPError(f"answer {answer.status_code}", response=answer)


def provider() -> SmsProvider:
    """Give the operator that the settings name."""
    if settings.SMS_PROVIDER == "brevo":
        return BrevoProvider(settings.SMS_KEY, settings.SMS_SENDER, settings.SMS_URL)
    return ConsoleProvider()
