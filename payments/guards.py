"""Database triggers that hold the ledger's invariants whatever writes to it (DESIGN section 5)."""

import pgtrigger

# Class of the advisory locks by which posting in a month and locking that month exclude each
# other; the second half of the key is the month as yyyymm.
MONTH_LOCKS = 715

# Closings take it alone, whoever changes the terms of a contract shares it: no month is billed by
# terms that are being changed.
CONTRACT_LOCKS = 718


# The transaction that wrote an entry, so that no later one adds a line to it. Comparing xmin
# instead would refuse lines written in a savepoint, that is in any nested atomic block.
ENTRY_STAMP = pgtrigger.Trigger(
    name="entry_stamp",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    declare=[("lock_state", "text")],
    func=f"""
        NEW.posted_xid = txid_current();
        PERFORM pg_advisory_xact_lock_shared(
            {MONTH_LOCKS}, (extract(year FROM NEW.date) * 100 + extract(month FROM NEW.date))::int);
        SELECT state INTO lock_state FROM payments_periodlock
            WHERE month = date_trunc('month', NEW.date)::date;
        IF lock_state = 'LOCKED' OR (lock_state = 'REOPENED' AND NEW.reverses_id IS NULL) THEN
            RAISE EXCEPTION 'the month of % is locked', NEW.date
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_in_open_month';
        END IF;
        RETURN NEW;
    """,
)

POSTING_JOINS_NEW_ENTRY = pgtrigger.Trigger(
    name="posting_joins_new_entry",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    func="""
        IF NOT EXISTS (SELECT 1 FROM payments_entry
                       WHERE id = NEW.entry_id AND posted_xid = txid_current()) THEN
            RAISE EXCEPTION 'entry % was posted already: correct it by a reversing entry', NEW.entry_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_joins_new_entry';
        END IF;
        RETURN NEW;
    """,
)


def entry_is_balanced(entry_column: str) -> pgtrigger.Trigger:
    """Return the deferred guard: an entry has two lines or more and they sum to zero."""
    return pgtrigger.Trigger(
        name="entry_is_balanced",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        declare=[("lines", "bigint"), ("total", "numeric")],
        func=f"""
            SELECT count(*), sum(amount) INTO lines, total
                FROM payments_posting WHERE entry_id = NEW.{entry_column};
            IF lines < 2 OR total <> 0 THEN
                RAISE EXCEPTION 'entry % has % lines and sums to %', NEW.{entry_column}, lines, total
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_is_balanced';
            END IF;
            RETURN NULL;
        """,
    )


# Balances are cached for the accounts of contracts only: a shared account (bank, fees) would make
# every transaction wait for every other one.
BALANCES_FOLLOW = pgtrigger.Trigger(
    name="balances_follow",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    referencing=pgtrigger.Referencing(new="new_postings"),
    func="""
        UPDATE payments_account account SET balance = balance + added.amount
            FROM (SELECT account_id, sum(amount) AS amount FROM new_postings GROUP BY account_id) added
            WHERE account.id = added.account_id AND account.contract_id IS NOT NULL;
        RETURN NULL;
    """,
)

BALANCE_BY_POSTINGS_ONLY = pgtrigger.Trigger(
    name="balance_by_postings_only",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    func="""
        IF pg_trigger_depth() < 2 OR to_jsonb(NEW) - 'balance' <> to_jsonb(OLD) - 'balance' THEN
            RAISE EXCEPTION 'an account changes by postings only';
        END IF;
        RETURN NEW;
    """,
)

TERM_IS_ITS_LINES = pgtrigger.Trigger(
    name="term_is_its_lines",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    declare=[("total", "numeric")],
    func="""
        SELECT coalesce(sum(amount), 0) INTO total FROM payments_termline WHERE term_id = NEW.id;
        IF total <> NEW.amount THEN
            RAISE EXCEPTION 'term % bills % but its lines sum to %', NEW.id, NEW.amount, total
                USING ERRCODE = 'check_violation', CONSTRAINT = 'term_is_its_lines';
        END IF;
        RETURN NULL;
    """,
)

# A quittance proves a term paid in full; when the money leaves, the same transaction must cancel it.
QUITTANCE_NEEDS_FULL_PAYMENT = pgtrigger.Trigger(
    name="quittance_needs_full_payment",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    func="""
        IF NEW.kind = 'QUITTANCE' AND NOT EXISTS (
            SELECT 1 FROM payments_term
                WHERE id = NEW.term_id AND paid_amount = amount AND kind <> 'OPENING') THEN
            RAISE EXCEPTION 'term % is not paid in full: no quittance', NEW.term_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'quittance_needs_full_payment';
        END IF;
        RETURN NEW;
    """,
)

UNPAID_TERM_KEEPS_NO_QUITTANCE = pgtrigger.Trigger(
    name="unpaid_term_no_quittance",
    operation=pgtrigger.UpdateOf("paid_amount"),
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    func="""
        IF EXISTS (
            SELECT 1 FROM payments_term term JOIN payments_termpaper paper ON paper.term_id = term.id
                WHERE term.id = NEW.id AND term.paid_amount < term.amount
                  AND paper.kind = 'QUITTANCE' AND paper.cancelled_by_id IS NULL) THEN
            RAISE EXCEPTION 'term % is no longer paid but keeps a quittance', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'unpaid_term_no_quittance';
        END IF;
        RETURN NULL;
    """,
)
