PRAGMA journal_mode = WAL;
-- What was acknowledged survives a power failure.
PRAGMA synchronous = FULL;
PRAGMA busy_timeout = 5000;
PRAGMA foreign_keys = ON;

-- `shown_id` is the id under which the platform shall know the customer. All amounts are in minor units.
CREATE TABLE IF NOT EXISTS customers (
    id TEXT PRIMARY KEY,
    shown_id TEXT
) STRICT;

-- `status_code`: 0 can be paid, 204 nothing is owed, others as agreed with JetPay.
CREATE TABLE IF NOT EXISTS contracts (
    customer_id TEXT NOT NULL REFERENCES customers (id),
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    payment INTEGER NOT NULL,
    status_code INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, id)
) STRICT;

-- `snapshot` is a `PaymentSnapshot` as JSON.
CREATE TABLE IF NOT EXISTS payments (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    contract_id TEXT,
    snapshot TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    state TEXT GENERATED ALWAYS AS (snapshot ->> 'state')
) STRICT;

-- An event happens once; `deliveries` counts how often it came. `event` is an `OperationEvent` as JSON, and its key are five
-- fields of it. An absent id is -1 and an absent status an empty text, because a NULL in a unique key equals no other NULL. `body` is the
-- callback as it came first.
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    body BLOB NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'noted',
    deliveries INTEGER NOT NULL DEFAULT 1,
    received_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    project_id INTEGER GENERATED ALWAYS AS (event ->> 'project_id'),
    payment_id TEXT GENERATED ALWAYS AS (event ->> 'payment_id'),
    operation_id INTEGER GENERATED ALWAYS AS (coalesce(event ->> 'operation_id', -1)),
    operation_status TEXT GENERATED ALWAYS AS (coalesce(event ->> 'operation_status', '')),
    payment_status TEXT GENERATED ALWAYS AS (event ->> 'payment_status'),
    UNIQUE (payment_id, project_id, operation_id, operation_status, payment_status)
) STRICT;

-- An operation moves money once, in whichever payment. Entries are only ever added.
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    operation_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    amount INTEGER NOT NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (project_id, operation_id, kind)
) STRICT;
CREATE INDEX IF NOT EXISTS entries_of_payment ON entries (payment_id);
-- The rules credit a payment once. The database holds it, too.
CREATE UNIQUE INDEX IF NOT EXISTS one_credit ON entries (payment_id) WHERE kind = 'credit';

-- What a person must look at, once for each cause.
CREATE TABLE IF NOT EXISTS alarms (
    kind TEXT NOT NULL,
    cause TEXT NOT NULL,
    body BLOB NOT NULL,
    raised_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (kind, cause)
) STRICT;

CREATE VIEW IF NOT EXISTS balances AS
    SELECT payments.customer_id, sum(entries.amount) AS balance
    FROM entries JOIN payments ON payments.id = entries.payment_id
    GROUP BY payments.customer_id;

-- Who paid for a contract that cannot be paid, or that the customer does not have. The payments are credited all the same.
CREATE VIEW IF NOT EXISTS unusual_payments AS
    SELECT payments.id, payments.customer_id, payments.contract_id, payments.state
    FROM payments LEFT JOIN contracts
        ON contracts.customer_id = payments.customer_id AND contracts.id = payments.contract_id AND status_code = 0
    WHERE contracts.id IS NULL;

-- What was credited for a payment, and what is left after refunds. A reversed refund is no credit.
CREATE VIEW IF NOT EXISTS money AS
    SELECT
        payments.id AS payment_id,
        json_object(
            'credited', coalesce(sum(amount) FILTER (WHERE kind = 'credit'), 0),
            'remaining', coalesce(sum(amount), 0)
        ) AS money
    FROM payments LEFT JOIN entries ON entries.payment_id = payments.id
    GROUP BY payments.id;
