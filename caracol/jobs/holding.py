"""Which jobs have a living process behind them, as PostgreSQL itself knows.

A worker that takes a job takes a session lock with it. A killed process loses its session, so
its jobs are known to be abandoned at once; the lease covers the rest (a machine that vanished, a
process that hangs).
"""

from django.db import connection

LOCK_CLASS = 0x6A6F62  # "job"; a job's own id is the second half of the lock
HOLDERS_SQL = """
SELECT objid::bigint, count(*) FROM pg_locks
 WHERE locktype = 'advisory' AND classid = %(lock_class)s AND objsubid = 2 AND granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND NOT (%(but_me)s AND pid = pg_backend_pid())
 GROUP BY objid
"""


def hold(job_id: int) -> None:
    """Mark the job as held by this session; never waits, several sessions may hold one job."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, %s)", [LOCK_CLASS, job_id])


def let_go(job_id: int) -> None:
    """Take the mark off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_shared(%s, %s)", [LOCK_CLASS, job_id])


def holders(*, but_me: bool = False) -> dict[int, int]:
    """Give the number of living sessions behind each held job (``but_me``: other than this)."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS_SQL, {"lock_class": LOCK_CLASS, "but_me": but_me})
        return dict(cursor.fetchall())
