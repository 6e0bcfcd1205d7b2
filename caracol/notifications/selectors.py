"""Read outgoing mail for people."""

from collections import Counter

from caracol.documents.models import Document
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut, Outgoing

TONES = {
    MailState.QUEUED: "neutral",
    MailState.SENDING: "info",
    MailState.SENT: "success",
    MailState.FAILED: "danger",
    MailState.UNCERTAIN: "warning",
}


def tone_of(mail: Outgoing) -> str:
    """Give the colour of a mail's state; what somebody settled is calm."""
    return "neutral" if mail.settled_at else TONES[MailState(mail.state)]


def label_of(mail: Outgoing) -> str:
    """Say where a mail stands."""
    return "Classé" if mail.settled_at else MailState(mail.state).label.capitalize()


def papers_of(mail: MailOut) -> list[Document]:
    """Give the documents attached to a mail, in their order."""
    papers = Document.objects.in_bulk(mail.documents)
    return [papers[pk] for pk in mail.documents if pk in papers]


def batch_states(batch: str) -> dict[MailState, int]:
    """Count the mails of a batch by state."""
    states = MailOut.objects.filter(batch=batch).values_list("state", flat=True)
    return {MailState(state): number for state, number in Counter(states).items()}
