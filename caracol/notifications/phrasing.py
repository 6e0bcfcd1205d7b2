"""The direction's own words of the standard messages: written, put back, checked."""

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.versions import refuse_if_changed
from caracol.notifications import standard
from caracol.notifications.models import PhraseText
from caracol.notifications.standard import PhraseRefused

SAVED = history.label("notifications.phrase-saved", "Message type modifié")
REMOVED = history.label("notifications.phrase-removed", "Message type remis au texte livré")
VERSIONED = ("subject", "body", "sms", "reviewed_by")


@transaction.atomic
def save_phrase(
    *, kind: str, language: str, facts: dict[str, str], seen: str, actor: User
) -> PhraseText:
    """Write our words of a message in a language. Raises PhraseRefused, ChangedMeanwhile."""
    standard.check_places(kind, facts["subject"], facts["body"], facts["sms"])
    for text, where in ((facts["body"], "le courriel"), (facts["sms"], "le SMS")):
        missing = standard.missing_places(kind, text)
        if missing:
            places = ", ".join(f"{{{name}}}" for name in missing)
            raise PhraseRefused(f"Dans {where}, il manque : {places}.")
    with history.act(SAVED, actor=actor):
        rows = PhraseText.objects.select_for_update(of=("self",))
        row = rows.filter(kind=kind, language=language).first()
        if row is None:
            row = PhraseText(kind=kind, language=language)
        else:
            refuse_if_changed(row, VERSIONED, seen)
        for name in VERSIONED:
            setattr(row, name, facts[name])
        row.full_clean()
        row.save()
    return row


@transaction.atomic
def remove_phrase(*, kind: str, language: str, actor: User) -> None:
    """Go back to the words delivered with the product."""
    with history.act(REMOVED, actor=actor):
        PhraseText.objects.filter(kind=kind, language=language).delete()
