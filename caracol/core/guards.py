"""Database triggers by which rows stay as they were written, whatever writes to them."""

import pgtrigger


def append_only(table: str) -> list[pgtrigger.Trigger]:
    """Return the guards of a table whose rows are never changed, deleted or truncated."""
    return [
        pgtrigger.Protect(
            name=f"{table}_append_only", operation=pgtrigger.Update | pgtrigger.Delete
        ),
        no_truncate(table),
    ]


def no_truncate(table: str) -> pgtrigger.Trigger:
    """Return the guard against TRUNCATE."""
    return pgtrigger.Trigger(
        name=f"{table}_no_truncate",
        operation=pgtrigger.Truncate,
        when=pgtrigger.Before,
        level=pgtrigger.Statement,
        func=f"RAISE EXCEPTION '{table}: rows are never removed';",
    )


def no_delete(table: str) -> pgtrigger.Trigger:
    """Return the guard against DELETE."""
    return pgtrigger.Protect(name=f"{table}_no_delete", operation=pgtrigger.Delete)


def only_changes(table: str, *columns: str) -> pgtrigger.Trigger:
    """Return the guard of rows of which only some columns may ever change."""
    masked = ", ".join(f"'{column}'" for column in columns)
    return pgtrigger.Trigger(
        name=f"{table}_only_changes",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
            IF to_jsonb(NEW) - ARRAY[{masked}] <> to_jsonb(OLD) - ARRAY[{masked}] THEN
                RAISE EXCEPTION '{table}: a row written stays as it was, except {", ".join(columns)}'
                    USING ERRCODE = 'raise_exception';
            END IF;
            RETURN NEW;
        """,
    )
