-- Version 3: payouts.

-- One row a payout. It is kept before anything is sent, and says what is to be done about it next.
CREATE TABLE payouts (
    payment_id      TEXT PRIMARY KEY,
    project_id      INTEGER NOT NULL,
    method          TEXT NOT NULL,
    customer_id     TEXT NOT NULL,
    amount          INTEGER NOT NULL CHECK (amount > 0),
    currency        TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,                 -- a digest of all that was asked for
    from_balance    INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    account_number  TEXT NOT NULL,                 -- cut to its last digits once the payer's data is forgotten
    request         TEXT,                          -- as it is sent each time, unsigned; NULL once it is forgotten
    request_id      TEXT,
    state           TEXT NOT NULL,
    reserved        INTEGER NOT NULL CHECK (reserved IN (0, amount)),
    paid            INTEGER NOT NULL CHECK (paid BETWEEN 0 AND amount - reserved),
    paid_by         INTEGER,                       -- the operation
    reversed_by     TEXT NOT NULL,                 -- operations, with commas between
    error_by        INTEGER,
    taken           INTEGER NOT NULL,
    sending_until   INTEGER,
    gate            TEXT,
    elsewhere       INTEGER NOT NULL,
    next            TEXT,                          -- send, ask; NULL: nothing
    due_at          INTEGER,
    turn            INTEGER NOT NULL,
    sends           INTEGER NOT NULL,
    waits           INTEGER NOT NULL,
    overdue         INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL,
    forgotten       INTEGER NOT NULL,              -- the payer's data is
    CHECK ((next IS NULL) = (due_at IS NULL))
) STRICT, WITHOUT ROWID;

-- The merchant's own id: the same wish is the same payout.
CREATE UNIQUE INDEX payouts_once ON payouts (project_id, idempotency_key);
-- What the workers look for.
CREATE INDEX payouts_due ON payouts (due_at) WHERE next IS NOT NULL;
CREATE INDEX payouts_not_paid ON payouts (state, payment_id) WHERE state <> 'paid';
CREATE INDEX payouts_of_customer ON payouts (customer_id);
CREATE INDEX payouts_to_forget ON payouts (changed_at) WHERE forgotten = 0;

-- What happened, in the order of commit. Those with an amount are the entries of the payouts account.
CREATE TABLE payout_steps (
    seq          INTEGER PRIMARY KEY,
    payment_id   TEXT NOT NULL,
    project_id   INTEGER NOT NULL,
    what         TEXT NOT NULL,
    amount       INTEGER CHECK (amount > 0),
    operation_id INTEGER,
    code         TEXT,
    message      TEXT,
    time         INTEGER NOT NULL,
    CHECK ((amount IS NOT NULL) = (what IN ('created', 'reserved_again', 'paid', 'declined', 'rejected', 'reversed')))
) STRICT;
CREATE INDEX payout_steps_of_payout ON payout_steps (payment_id);
-- The rules that no bug may break: it is reserved once (once more after a release), paid once and released once; and an
-- operation takes back once.
CREATE UNIQUE INDEX payout_steps_reserved ON payout_steps (payment_id, what) WHERE what IN ('created', 'reserved_again');
CREATE UNIQUE INDEX payout_steps_paid ON payout_steps (payment_id) WHERE what = 'paid';
CREATE UNIQUE INDEX payout_steps_released ON payout_steps (payment_id) WHERE what IN ('declined', 'rejected');
CREATE UNIQUE INDEX payout_steps_reversed ON payout_steps (payment_id, operation_id) WHERE what = 'reversed';
CREATE TRIGGER payout_steps_stay BEFORE UPDATE ON payout_steps
    BEGIN SELECT RAISE(ABORT, 'steps are only ever added'); END;
CREATE TRIGGER payout_steps_remain BEFORE DELETE ON payout_steps
    BEGIN SELECT RAISE(ABORT, 'steps are only ever added'); END;
