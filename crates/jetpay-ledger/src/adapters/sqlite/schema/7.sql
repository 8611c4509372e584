-- Version 7: deliveries to the merchant's own systems, and when its billing said last what it knows of a customer.

-- One row for each endpoint and feed. Up to the cursor, every item is delivered, skipped, or waits in the next table.
CREATE TABLE delivery_streams (
    id            TEXT PRIMARY KEY,              -- feed and name
    name          TEXT NOT NULL,                 -- of the endpoint
    feed          TEXT NOT NULL,                 -- entries, alarms
    cursor        INTEGER NOT NULL CHECK (cursor >= 0),
    fencing_token INTEGER NOT NULL,              -- of the last lease
    leased_until  INTEGER NOT NULL,              -- 0: nothing is leased
    changes       INTEGER NOT NULL               -- how often a person changed the items that wait
) STRICT, WITHOUT ROWID;

CREATE TABLE waiting_deliveries (
    number   INTEGER PRIMARY KEY,
    stream   TEXT NOT NULL,
    seq      INTEGER NOT NULL,                   -- of the entry, or of the alarm
    lane     TEXT NOT NULL,
    state    TEXT NOT NULL,                      -- waiting, parked
    attempts INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    due_at   INTEGER NOT NULL,
    why      TEXT,
    may_be_there INTEGER NOT NULL                -- 1: the receiver may have it, as an attempt was not refused
) STRICT;
CREATE UNIQUE INDEX waiting_deliveries_once ON waiting_deliveries (stream, seq);
CREATE INDEX waiting_deliveries_lanes ON waiting_deliveries (stream, lane, seq);
CREATE INDEX waiting_deliveries_parked ON waiting_deliveries (stream, lane) WHERE state = 'parked';

-- The receivers' own numbers of what they have, where they give some: the last one of each entry.
CREATE TABLE delivery_receipts (
    seq          INTEGER PRIMARY KEY,
    endpoint     TEXT NOT NULL,
    project_id   INTEGER NOT NULL,
    operation_id INTEGER NOT NULL,
    kind         TEXT NOT NULL,                  -- of the entry
    receipt      TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX delivery_receipts_once ON delivery_receipts (endpoint, project_id, operation_id, kind);

-- The items that are not sent although they do not wait: a person skipped them, or the receiver's protocol has no such item. A
-- replay leaves them out.
CREATE TABLE delivery_skips (
    number INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    seq    INTEGER NOT NULL                      -- of the entry, or of the alarm
) STRICT;
CREATE UNIQUE INDEX delivery_skips_once ON delivery_skips (stream, seq);

-- The alarm about a delivery: the endpoint, and the entry unless the endpoint is late. At most one of a kind is open.
ALTER TABLE alarms ADD COLUMN endpoint TEXT;
ALTER TABLE alarms ADD COLUMN entry INTEGER;     -- the seq of the entry
CREATE UNIQUE INDEX alarms_of_delivery ON alarms (endpoint, kind, coalesce(entry, 0))
    WHERE endpoint IS NOT NULL AND NOT settled;
-- Whether a parked entry ever had one.
CREATE INDEX alarms_of_deliveries ON alarms (endpoint, entry) WHERE endpoint IS NOT NULL;

-- NULL: the merchant wrote the customer, and no look-up has seen it. 0: the last look-up did not find it, or it may not pay.
ALTER TABLE customers ADD COLUMN seen_at INTEGER;
