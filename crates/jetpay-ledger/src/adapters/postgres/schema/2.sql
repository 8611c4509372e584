-- Version 2: payouts. The columns and keys are SQLite's, and mean the same.

CREATE TABLE payouts (
    payment_id      TEXT COLLATE "C" PRIMARY KEY,
    project_id      BIGINT NOT NULL,
    method          TEXT NOT NULL,
    customer_id     TEXT COLLATE "C" NOT NULL,
    amount          BIGINT NOT NULL CHECK (amount > 0),
    currency        TEXT NOT NULL,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    fingerprint     TEXT NOT NULL,
    from_balance    BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    account_number  TEXT NOT NULL,
    request         TEXT,
    request_id      TEXT,
    state           TEXT NOT NULL,
    reserved        BIGINT NOT NULL CHECK (reserved IN (0, amount)),
    paid            BIGINT NOT NULL CHECK (paid BETWEEN 0 AND amount - reserved),
    paid_by         BIGINT,
    reversed_by     TEXT NOT NULL,
    error_by        BIGINT,
    taken           BIGINT NOT NULL,
    sending_until   BIGINT,
    gate            TEXT,
    elsewhere       BIGINT NOT NULL,
    next            TEXT,
    due_at          BIGINT,
    turn            BIGINT NOT NULL,
    sends           BIGINT NOT NULL,
    waits           BIGINT NOT NULL,
    overdue         BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    forgotten       BIGINT NOT NULL,
    CHECK ((next IS NULL) = (due_at IS NULL))
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX payouts_once ON payouts (project_id, idempotency_key);
CREATE INDEX payouts_due ON payouts (due_at) WHERE next IS NOT NULL;
CREATE INDEX payouts_not_paid ON payouts (state, payment_id) WHERE state <> 'paid';
CREATE INDEX payouts_of_customer ON payouts (customer_id);
CREATE INDEX payouts_to_forget ON payouts (changed_at) WHERE forgotten = 0;

-- `seq` as that of entries.
CREATE TABLE payout_steps (
    seq          BIGINT PRIMARY KEY,
    payment_id   TEXT COLLATE "C" NOT NULL,
    project_id   BIGINT NOT NULL,
    what         TEXT NOT NULL,
    amount       BIGINT CHECK (amount > 0),
    operation_id BIGINT,
    code         TEXT,
    message      TEXT,
    time         BIGINT NOT NULL,
    CHECK ((amount IS NOT NULL) = (what IN ('created', 'reserved_again', 'paid', 'declined', 'rejected', 'reversed')))
);
CREATE INDEX payout_steps_of_payout ON payout_steps (payment_id, seq);
CREATE UNIQUE INDEX payout_steps_reserved ON payout_steps (payment_id, what) WHERE what IN ('created', 'reserved_again');
CREATE UNIQUE INDEX payout_steps_paid ON payout_steps (payment_id) WHERE what = 'paid';
CREATE UNIQUE INDEX payout_steps_released ON payout_steps (payment_id) WHERE what IN ('declined', 'rejected');
CREATE UNIQUE INDEX payout_steps_reversed ON payout_steps (payment_id, operation_id) WHERE what = 'reversed';
CREATE TRIGGER payout_steps_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_steps
    FOR EACH STATEMENT EXECUTE FUNCTION jetpay_only_added();

ALTER TABLE counts ADD COLUMN last_step BIGINT NOT NULL DEFAULT 0;
