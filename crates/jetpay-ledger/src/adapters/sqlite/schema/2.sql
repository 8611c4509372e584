-- Version 2: a person can settle what waits for one.

-- What was credited in all may now differ from the amount that was announced.
CREATE TABLE payments_2 (
    id          TEXT PRIMARY KEY,
    project_id  INTEGER NOT NULL,
    method      TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    contract_id TEXT,
    amount      INTEGER NOT NULL CHECK (amount > 0),
    currency    TEXT NOT NULL,
    flags       TEXT,                           -- JSON; NULL when there are none
    state       TEXT NOT NULL,
    credited    INTEGER NOT NULL DEFAULT 0,     -- the sum of its credits
    remaining   INTEGER NOT NULL DEFAULT 0 CHECK (remaining BETWEEN 0 AND credited), -- the sum of its entries
    credited_by INTEGER,                        -- the operation
    early       INTEGER NOT NULL DEFAULT 0,     -- how many compensations wait for the credit
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO payments_2 SELECT id, project_id, method, customer_id, contract_id, amount, currency, flags, state,
    CASE WHEN credited_by IS NULL THEN 0 ELSE amount END, remaining, credited_by, early, created_at, changed_at
    FROM payments;
DROP TABLE payments;
ALTER TABLE payments_2 RENAME TO payments;
CREATE INDEX payments_of_customer ON payments (customer_id);
CREATE INDEX payments_in_rare_state ON payments (state) WHERE state NOT IN ('pending', 'credited');

-- A message that is stored nowhere else is kept by its alarm, once: before, in a table of its own. The two were written
-- together, so they agree in project and time, and a contradiction also in payment and operation. Among those that
-- agree in all of it, any will do.
ALTER TABLE alarms ADD COLUMN reason TEXT;
ALTER TABLE alarms ADD COLUMN body BLOB;
ALTER TABLE alarms ADD COLUMN settled INTEGER NOT NULL DEFAULT 0; -- by the settlement that names it
UPDATE alarms SET kind = 'unusable' WHERE kind = 'unreadable';
WITH
    texts AS (
        SELECT body, project_id, received_at, reason, CAST(body AS TEXT) AS text,
               CASE reason WHEN 'contradicts what came before' THEN 'contradictory_repeat' ELSE 'unusable' END AS kind
        FROM quarantine
    ),
    messages AS (
        SELECT *,
               CASE WHEN kind = 'contradictory_repeat' AND json_valid(text)
                    THEN text ->> '$.payment.id' END AS payment_id,
               CASE WHEN kind = 'contradictory_repeat' AND json_valid(text)
                    THEN CAST(text ->> '$.operation.id' AS INTEGER) END AS operation_id
        FROM texts
    ),
    numbered AS (
        SELECT *, row_number() OVER (
            PARTITION BY kind, project_id, received_at, payment_id, operation_id ORDER BY body) AS number
        FROM messages
    ),
    raised AS (
        SELECT *, row_number() OVER (PARTITION BY kind, project_id, time, payment_id, operation_id ORDER BY seq) AS number
        FROM alarms WHERE kind IN ('unusable', 'contradictory_repeat')
    )
UPDATE alarms SET reason = kept.reason, body = kept.body
FROM (
    SELECT raised.seq, numbered.reason, numbered.body FROM raised JOIN numbered
    ON (raised.kind, raised.project_id, raised.time, raised.number)
     = (numbered.kind, numbered.project_id, numbered.received_at, numbered.number)
    AND raised.payment_id IS numbered.payment_id AND raised.operation_id IS numbered.operation_id
) AS kept
WHERE alarms.seq = kept.seq;
-- Should one have found no alarm, it gets one.
INSERT INTO alarms (kind, project_id, time, reason, body)
    SELECT CASE reason WHEN 'contradicts what came before' THEN 'contradictory_repeat' ELSE 'unusable' END,
           project_id, received_at, reason, body
    FROM quarantine WHERE body NOT IN (SELECT body FROM alarms WHERE body IS NOT NULL) ORDER BY received_at;
DROP TABLE quarantine;
CREATE UNIQUE INDEX alarms_body_once ON alarms (body) WHERE body IS NOT NULL;
CREATE INDEX alarms_open ON alarms (seq) WHERE NOT settled;

ALTER TABLE counts ADD COLUMN open_alarms INTEGER NOT NULL DEFAULT 0;
UPDATE counts SET alarms = (SELECT count(*) FROM alarms), open_alarms = (SELECT count(*) FROM alarms);

-- What persons decided, and why: only ever added.
CREATE TABLE settlements (
    seq           INTEGER PRIMARY KEY,
    alarm_seq     INTEGER UNIQUE,
    payment_id    TEXT,
    operation_id  INTEGER,
    verdict       TEXT NOT NULL,
    amount        INTEGER,
    currency      TEXT,
    reason        TEXT NOT NULL,
    events_before INTEGER NOT NULL,             -- how many events the payment had: a credit comes after those
    time          INTEGER NOT NULL
) STRICT;
CREATE INDEX settlements_of_payment ON settlements (payment_id) WHERE payment_id IS NOT NULL;
CREATE TRIGGER settlements_stay BEFORE UPDATE ON settlements
    BEGIN SELECT RAISE(ABORT, 'settlements are only ever added'); END;
CREATE TRIGGER settlements_remain BEFORE DELETE ON settlements
    BEGIN SELECT RAISE(ABORT, 'settlements are only ever added'); END;

-- An operation has each effect once, and is credited once, by whomever: by its callback or by a person.
DROP INDEX IF EXISTS entries_once;
CREATE UNIQUE INDEX entries_once ON entries (project_id, operation_id, CASE kind WHEN 'settled_credit' THEN 'credit' ELSE kind END);
