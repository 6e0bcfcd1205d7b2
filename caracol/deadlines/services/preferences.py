"""How a person wishes to be reminded."""

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.deadlines.models import ReminderPreference

CHOSEN = history.label("deadlines.reminders-chosen", "Rappels réglés")


@transaction.atomic
def choose_reminders(*, user: User, digest: str, hour: int) -> ReminderPreference:
    """Keep when a person wants the digest; what is urgent is told in any case."""
    row = ReminderPreference.objects.select_for_update().filter(user=user).first()
    row = row or ReminderPreference(user=user)
    row.digest, row.hour = digest, hour
    with history.act(CHOSEN, actor=user):
        row.full_clean()
        row.save()
    return row
