"""How long a session is open, and when it locks: kept on the server, in the session itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

SEEN, SIGNED_IN, LOCKED, FAILED, KEPT = (
    "presence.seen",
    "presence.signed_in",
    "presence.locked",
    "presence.failed",
    "presence.kept",
)
# What a person does is written at most that often: one row of session a minute, not a click.
WRITTEN_EACH = timedelta(seconds=30)
KEPT_AT_MOST = 200_000


@dataclass(frozen=True)
class Presence:
    """The times of a session; `session` is Django's."""

    session: Any

    def begin(self, now: datetime) -> None:
        """Start counting, at sign-in."""
        self.session[SIGNED_IN] = now.timestamp()
        self.session[SEEN] = now.timestamp()

    def is_over(self, now: datetime) -> bool:
        """Whether the day of work is over, however busy it was."""
        return self._since(SIGNED_IN, now) >= settings.SESSION_COOKIE_AGE

    def is_locked(self, now: datetime) -> bool:
        """Whether the person locked it, or did nothing for too long."""
        idle = self._since(SEEN, now) >= settings.IDLE_LOCK_SECONDS
        return bool(self.session.get(LOCKED)) or idle

    def locks_in(self, now: datetime) -> int:
        """How many seconds are left before it locks."""
        if self.is_locked(now):
            return 0
        return max(0, round(settings.IDLE_LOCK_SECONDS - self._since(SEEN, now)))

    def see(self, now: datetime) -> bool:
        """Note that the person is there; return whether it was worth writing."""
        if timedelta(seconds=self._since(SEEN, now)) < WRITTEN_EACH:
            return False
        self.session[SEEN] = now.timestamp()
        return True

    def lock(self) -> None:
        """Lock now."""
        self.session[LOCKED] = True

    def unlock(self, now: datetime) -> None:
        """Open again."""
        for name in (LOCKED, FAILED):
            self.session.pop(name, None)
        self.session[SEEN] = now.timestamp()

    def fail(self) -> int:
        """Count a wrong answer; return how many there were."""
        self.session[FAILED] = self.session.get(FAILED, 0) + 1
        return int(self.session[FAILED])

    def keep(self, path: str, typed: str) -> None:
        """Keep what was being saved when the session locked, unless it is enormous."""
        if len(typed) <= KEPT_AT_MOST:
            self.session[KEPT] = {"path": path, "typed": typed}

    def kept(self) -> dict[str, str] | None:
        """Return what was being saved: its address and its fields, encoded."""
        found = self.session.get(KEPT)
        return found if isinstance(found, dict) else None

    def forget(self) -> None:
        """Drop what was kept."""
        self.session.pop(KEPT, None)

    def _since(self, name: str, now: datetime) -> float:
        at = self.session.get(name)
        if not isinstance(at, int | float):
            # A session of before the upgrade begins to be counted now.
            self.begin(now)
            return 0.0
        return now.timestamp() - at
