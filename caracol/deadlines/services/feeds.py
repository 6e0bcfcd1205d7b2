"""The secret address of a person's calendar: made, made anew, revoked, recognised."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from caracol.accounts.models import User
from caracol.deadlines.models import FeedToken

BYTES = 32
NOTE_EVERY = timedelta(hours=1)


@transaction.atomic
def make_feed(*, user: User, now: datetime) -> str:
    """Make a person's address and return its secret, said this once; the one before is revoked."""
    revoke_feed(user=user, now=now)
    token = secrets.token_urlsafe(BYTES)
    FeedToken.objects.create(user=user, digest=digest_of(token), created_at=now)
    return token


def revoke_feed(*, user: User, now: datetime) -> bool:
    """Let a person's address serve no more; tell whether there was one."""
    alive = FeedToken.objects.filter(user=user, revoked_at=None)
    return alive.update(revoked_at=now) > 0


def living_feed(user: User) -> FeedToken | None:
    """Return a person's address if one serves."""
    return FeedToken.objects.filter(user=user, revoked_at=None).first()


def reader_of(token: str) -> FeedToken | None:
    """Return the address of a secret, while it serves and its person still works here."""
    found = FeedToken.objects.select_related("user").filter(
        digest=digest_of(token), revoked_at=None, user__is_active=True
    )
    row = found.first()
    return row if row is not None and row.user.roles else None


def note_reading(row: FeedToken, *, now: datetime) -> None:
    """Write when an address was read last, once an hour."""
    if row.read_at is None or now - row.read_at >= NOTE_EVERY:
        row.read_at = now
        row.save(update_fields=["read_at"])


def digest_of(token: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()
