-- A callback in the inbox is found by what it says of its payer. Of any other event these are NULL.
ALTER TABLE events ADD COLUMN said_account TEXT;  -- account.number
ALTER TABLE events ADD COLUMN said_customer TEXT; -- customer.id

-- Those that wait already. A body that cannot be read here says nothing.
UPDATE events SET
    said_account = CASE json_type(CAST(body AS TEXT), '$.account.number')
        WHEN 'text' THEN CAST(body AS TEXT) ->> '$.account.number'
        WHEN 'integer' THEN CAST(body AS TEXT) -> '$.account.number' END,
    said_customer = CASE json_type(CAST(body AS TEXT), '$.customer.id')
        WHEN 'text' THEN CAST(body AS TEXT) ->> '$.customer.id'
        WHEN 'integer' THEN CAST(body AS TEXT) -> '$.customer.id' END
    WHERE disposition IN ('unmatched', 'dismissed') AND json_valid(CAST(body AS TEXT));
-- Neither does a text that is empty, longer than an id, or could be two fields that an attacker merged.
UPDATE events SET said_account = NULL WHERE disposition IN ('unmatched', 'dismissed')
    AND (length(CAST(said_account AS BLOB)) NOT BETWEEN 1 AND 255 OR instr(said_account, ';') > 0);
UPDATE events SET said_customer = NULL WHERE disposition IN ('unmatched', 'dismissed')
    AND (length(CAST(said_customer AS BLOB)) NOT BETWEEN 1 AND 255 OR instr(said_customer, ';') > 0);

CREATE INDEX events_of_account ON events (said_account, received_at, seq)
    WHERE disposition IN ('unmatched', 'dismissed') AND said_account IS NOT NULL;
CREATE INDEX events_of_customer ON events (said_customer, received_at, seq)
    WHERE disposition IN ('unmatched', 'dismissed') AND said_customer IS NOT NULL;
