"""Give entries their numbers in the books of their year: once, without a hole, for ever.

The law wants a continuous series, in the order of validation (LPF art. A47 A-1). A number given
when an entry is written would make every act wait for every other one; numbers are given together
instead, under one lock, before the books are handed out.
"""

from django.db import connection, transaction

NUMBER_LOCK = 722


@transaction.atomic
def number_entries() -> int:
    """Number the entries that have no number yet; return how many were. Again = no change.

    Their order is that of the day they became final (written, or their own day when it came
    after), then that in which they were written.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [NUMBER_LOCK])
        cursor.execute(
            """
            INSERT INTO payments_entrynumber (entry_id, year, number)
            SELECT fresh.id, fresh.year, coalesce(given.last, 0) + row_number() OVER (
                       PARTITION BY fresh.year ORDER BY fresh.valid_on, fresh.id)
                FROM (
                    SELECT e.id, extract(year FROM e.date)::int AS year,
                           greatest(e.date, (e.created_at AT TIME ZONE 'Europe/Paris')::date)
                               AS valid_on
                        FROM payments_entry e
                        WHERE NOT EXISTS (
                            SELECT 1 FROM payments_entrynumber n WHERE n.entry_id = e.id)
                ) fresh
                LEFT JOIN (
                    SELECT year, max(number) AS last FROM payments_entrynumber GROUP BY year
                ) given ON given.year = fresh.year
            """
        )
        return int(cursor.rowcount)
