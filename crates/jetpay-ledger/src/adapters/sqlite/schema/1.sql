-- Version 1. Times are milliseconds since 1970 UTC, amounts are minor units, words are those of the Rust enums.
--
-- Every table and index below costs about a microsecond of each credit, so each says what it is for. Keys that come
-- from UUIDv7 texts or from the platform's growing numbers are appended, not scattered.

-- What verify answers from: one point read, contracts included, hence JSON. WITHOUT ROWID: the row is in the key's tree.
CREATE TABLE customers (
    customer_id            TEXT PRIMARY KEY,
    additional_customer_id TEXT,
    contracts              TEXT                 -- JSON; NULL when there are none
) STRICT, WITHOUT ROWID;

-- One row a top-up. WITHOUT ROWID: one tree instead of two, and the feed of pages is in its order.
CREATE TABLE payments (
    id          TEXT PRIMARY KEY,
    project_id  INTEGER NOT NULL,
    method      TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    contract_id TEXT,
    amount      INTEGER NOT NULL CHECK (amount > 0),
    currency    TEXT NOT NULL,
    flags       TEXT,                           -- JSON; NULL when there are none
    state       TEXT NOT NULL,
    remaining   INTEGER NOT NULL DEFAULT 0 CHECK (remaining BETWEEN 0 AND amount), -- the sum of its entries
    credited_by INTEGER,                        -- the operation
    early       INTEGER NOT NULL DEFAULT 0,     -- how many compensations wait for the credit
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A customer's payments, and the balance as the sum of what remains of them: spares an index on entries, which every
-- credit would have to write at a random place.
CREATE INDEX payments_of_customer ON payments (customer_id);

-- The rare states, which a person looks for among millions. Costs nothing until a payment gets there.
CREATE INDEX payments_in_rare_state ON payments (state) WHERE state NOT IN ('pending', 'credited');

-- Each fact once, with the bytes as first received. A rowid table, since bodies are long: they are appended, and the
-- trees that are searched stay small.
CREATE TABLE events (
    seq                 INTEGER PRIMARY KEY,
    payment_id          TEXT NOT NULL,
    project_id          INTEGER NOT NULL,
    operation_id        INTEGER NOT NULL,
    operation_status    TEXT NOT NULL,
    payment_status      TEXT NOT NULL,
    payment_type        TEXT,
    operation_type      TEXT NOT NULL,
    amount              INTEGER NOT NULL,
    currency            TEXT NOT NULL,
    code                TEXT,
    provider_payment_id TEXT,
    disposition         TEXT NOT NULL,          -- applied, noted, early, quarantined; unmatched, dismissed
    received_at         INTEGER NOT NULL,
    body                BLOB NOT NULL           -- last, so that nobody walks over it to the others
) STRICT;

-- The identity of a fact. It begins with the payment, and so lists a payment's operations, too; one operation under
-- two payments is two facts, of which entries_once lets one move money.
CREATE UNIQUE INDEX events_once ON events (payment_id, project_id, operation_id, operation_status, payment_status);

-- A person with a receipt in hand looks for the payment.
CREATE INDEX events_of_provider ON events (provider_payment_id) WHERE provider_payment_id IS NOT NULL;

-- The inbox. Costs nothing for events that have a payment.
CREATE INDEX events_without_payment ON events (payment_id) WHERE disposition IN ('unmatched', 'dismissed');

-- The movements of money, in the order of commit (there is one writer). What the payment says is not said again.
CREATE TABLE entries (
    seq          INTEGER PRIMARY KEY,
    payment_id   TEXT NOT NULL,
    project_id   INTEGER NOT NULL,
    operation_id INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount <> 0),
    time         INTEGER NOT NULL
) STRICT;

-- The two rules that no bug may break: an operation has each effect once, and a payment is credited once.
CREATE UNIQUE INDEX entries_once ON entries (project_id, operation_id, kind);
CREATE UNIQUE INDEX entries_one_credit ON entries (payment_id) WHERE kind = 'credit';

-- Entries are only ever added.
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are only ever added'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are only ever added'); END;

CREATE TABLE alarms (
    seq          INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL,
    project_id   INTEGER NOT NULL,
    payment_id   TEXT,
    operation_id INTEGER,
    time         INTEGER NOT NULL
) STRICT;

-- Signed messages that could not be read, or that contradict what is stored: once for each body, so the body is the key.
CREATE TABLE quarantine (
    body        BLOB PRIMARY KEY,
    project_id  INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- For metrics, without counting millions of rows. One row, written once a group.
CREATE TABLE counts (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    pending     INTEGER NOT NULL,
    unmatched   INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    alarms      INTEGER NOT NULL
) STRICT;
INSERT INTO counts VALUES (1, 0, 0, 0, 0);
