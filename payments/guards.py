"""Database triggers that hold the ledger's invariants whatever writes to it (DESIGN section 5)."""

import pgtrigger

# Class of the advisory locks by which posting in a month and locking that month exclude each
# other; the second half of the key is the month as yyyymm.
MONTH_LOCKS = 715

# Closings take it alone, whoever changes the terms of a contract shares it: no month is billed by
# terms that are being changed.
CONTRACT_LOCKS = 718


# These guards look at all the rows of a statement at once: once for each row, they took more than
# half the time of a bank's file of a hundred thousand lines. Locks are taken in the order of months.
ENTRY_IN_OPEN_MONTH = pgtrigger.Trigger(
    name="entry_in_open_month",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    referencing=pgtrigger.Referencing(new="new_entries"),
    declare=[("fresh", "record"), ("lock_state", "text")],
    func=f"""
        IF EXISTS (SELECT 1 FROM new_entries WHERE posted_xid <> txid_current()) THEN
            RAISE EXCEPTION 'an entry bears the number of the transaction that posts it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_in_open_month';
        END IF;
        FOR fresh IN
            SELECT date_trunc('month', date)::date AS month, min(date) AS day,
                   bool_or(reverses_id IS NULL) AS is_new_fact
                FROM new_entries GROUP BY 1 ORDER BY 1
        LOOP
            PERFORM pg_advisory_xact_lock_shared(
                {MONTH_LOCKS},
                (extract(year FROM fresh.month) * 100 + extract(month FROM fresh.month))::int);
            SELECT state INTO lock_state FROM payments_periodlock WHERE month = fresh.month;
            IF lock_state = 'LOCKED' OR (lock_state = 'REOPENED' AND fresh.is_new_fact) THEN
                RAISE EXCEPTION 'the month of % is locked', fresh.day
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_in_open_month';
            END IF;
        END LOOP;
        RETURN NULL;
    """,
)

# At commit: what lines an entry has balance already (below), so that one is enough to look for.
ENTRY_HAS_LINES = pgtrigger.Trigger(
    name="entry_has_lines",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    func="""
        IF NOT EXISTS (SELECT 1 FROM payments_posting WHERE entry_id = NEW.id) THEN
            RAISE EXCEPTION 'entry % has 0 lines', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_has_lines';
        END IF;
        RETURN NULL;
    """,
)

# The lines of an entry come in one statement, or in several that balance each: it can never be seen
# unbalanced. Comparing xmin instead of the number of the transaction would refuse lines written in
# a savepoint, that is in any nested atomic block. The entry is looked for one by one (a subquery):
# joined, a small table's plan would be kept while it grows.
POSTINGS_BALANCE = pgtrigger.Trigger(
    name="postings_balance",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    referencing=pgtrigger.Referencing(new="new_postings"),
    declare=[("wrong", "record")],
    func="""
        SELECT * INTO wrong FROM (
            SELECT entry_id, total, lines,
                   (SELECT posted_xid FROM payments_entry WHERE id = entry_id)
                       IS NOT DISTINCT FROM txid_current() AS joins
                FROM (SELECT entry_id, sum(amount) AS total, count(*) AS lines
                          FROM new_postings GROUP BY entry_id) each_entry) looked_at
            WHERE NOT joins OR total <> 0 LIMIT 1;
        IF NOT FOUND THEN
            RETURN NULL;
        ELSIF NOT wrong.joins THEN
            RAISE EXCEPTION 'entry % was posted already: correct it by a reversing entry', wrong.entry_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_joins_new_entry';
        END IF;
        RAISE EXCEPTION 'entry % has % lines and sums to %', wrong.entry_id, wrong.lines, wrong.total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'postings_balance';
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
