"""Database triggers by which a document stays what it was on the day it was issued."""

import pgtrigger

# What the press writes; nothing else of a document ever changes.
PRESS_COLUMNS = (
    "state",
    "attempts",
    "error",
    "template_version",
    "sha256",
    "size",
    "pages",
    "file",
    "rendered_at",
)

BORN_PENDING = pgtrigger.Trigger(
    name="document_born_pending",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    func="""
        IF NEW.state <> 'PENDING' THEN
            RAISE EXCEPTION 'documents_document: a document is issued before it is rendered';
        END IF;
        RETURN NEW;
    """,
)

FROZEN = pgtrigger.Trigger(
    name="document_frozen",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    func=f"""
        IF OLD.state = 'RENDERED' THEN
            RAISE EXCEPTION 'documents_document: % is rendered and never changes', OLD.number;
        END IF;
        IF to_jsonb(NEW) - ARRAY[{", ".join(f"'{column}'" for column in PRESS_COLUMNS)}]
           <> to_jsonb(OLD) - ARRAY[{", ".join(f"'{column}'" for column in PRESS_COLUMNS)}] THEN
            RAISE EXCEPTION 'documents_document: % is frozen', OLD.number;
        END IF;
        RETURN NEW;
    """,
)

# Checked at commit: the last number given is the last number used.
NO_NUMBER_LOST = pgtrigger.Trigger(
    name="counter_no_number_lost",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    declare=[("used", "integer"), ("given", "integer")],
    func="""
        SELECT last INTO given FROM documents_counter WHERE id = NEW.id;
        SELECT coalesce(max(sequence), 0) INTO used FROM documents_document
            WHERE series = NEW.series AND year = NEW.year;
        IF used <> given THEN
            RAISE EXCEPTION 'documents_counter: % % gave %, used %',
                NEW.series, NEW.year, given, used
                USING ERRCODE = 'check_violation', CONSTRAINT = 'counter_no_number_lost';
        END IF;
        RETURN NULL;
    """,
)

ONLY_UPWARDS = pgtrigger.Trigger(
    name="counter_only_upwards",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    func="""
        IF NEW.last < OLD.last OR NEW.series <> OLD.series OR NEW.year <> OLD.year THEN
            RAISE EXCEPTION 'documents_counter: a number given is never given again';
        END IF;
        RETURN NEW;
    """,
)

# Numbers follow each other: a document is inserted within what its counter has given.
NUMBER_GIVEN = pgtrigger.Trigger(
    name="document_number_given",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    func="""
        IF NOT EXISTS (SELECT FROM documents_counter
                        WHERE series = NEW.series AND year = NEW.year AND last >= NEW.sequence) THEN
            RAISE EXCEPTION 'documents_document: number % was not given', NEW.number;
        END IF;
        RETURN NULL;
    """,
)
