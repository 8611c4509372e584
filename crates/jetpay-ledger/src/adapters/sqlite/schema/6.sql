-- Version 6: reconciliations with the platform's own books.

-- One row a run. What it lists is written after it, in several transactions: a run that was broken off is not finished, and
-- is not shown.
CREATE TABLE reconciliations (
    seq        INTEGER PRIMARY KEY,
    from_time  INTEGER NOT NULL,
    to_time    INTEGER NOT NULL CHECK (to_time >= from_time),
    ledger_seq INTEGER NOT NULL,                -- the last entry that was read
    sources    TEXT NOT NULL,                   -- JSON; so are the next two
    counts     TEXT NOT NULL,
    sums       TEXT NOT NULL,
    listed     INTEGER NOT NULL,                -- how many results it lists
    time       INTEGER NOT NULL,
    actor      TEXT,
    finished   INTEGER NOT NULL
) STRICT;

-- What a run lists, as it found it: only ever added.
CREATE TABLE reconciliation_results (
    seq        INTEGER PRIMARY KEY,
    run        INTEGER NOT NULL,
    number     INTEGER NOT NULL,                -- its place in the run, from 1
    difference TEXT,                            -- NULL for a result that is no difference
    finding    TEXT NOT NULL                    -- JSON
) STRICT;
CREATE UNIQUE INDEX reconciliation_results_once ON reconciliation_results (run, number);
CREATE TRIGGER reconciliation_results_stay BEFORE UPDATE ON reconciliation_results
    BEGIN SELECT RAISE(ABORT, 'results of reconciliations are only ever added'); END;
CREATE TRIGGER reconciliation_results_remain BEFORE DELETE ON reconciliation_results
    BEGIN SELECT RAISE(ABORT, 'results of reconciliations are only ever added'); END;

-- Each difference once, however many runs list it.
CREATE TABLE differences (
    id           TEXT PRIMARY KEY,              -- project, operation and kind
    kind         TEXT NOT NULL,
    project_id   INTEGER NOT NULL,
    operation_id INTEGER NOT NULL,
    payment_id   TEXT,                          -- as the platform names it
    facts        TEXT NOT NULL,                 -- JSON: an operator's word holds as long as they stay the same
    happened_at  INTEGER,                       -- NULL: neither side says when
    first_run    INTEGER NOT NULL,
    last_run     INTEGER NOT NULL,              -- the last one that listed it
    state        TEXT NOT NULL,                 -- open, closed, foreign, accepted
    reason       TEXT,                          -- what an operator decided
    actor        TEXT,
    decided_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX differences_open ON differences (id) WHERE state = 'open';
CREATE INDEX differences_foreign ON differences (operation_id) WHERE state = 'foreign';

-- The alarm about a difference: at most one of them is open.
ALTER TABLE alarms ADD COLUMN difference TEXT;
CREATE UNIQUE INDEX alarms_of_difference ON alarms (difference) WHERE difference IS NOT NULL AND NOT settled;
-- The last alarm of each, for people.
CREATE INDEX alarms_of_differences ON alarms (difference, seq) WHERE difference IS NOT NULL;
