-- A callback in the inbox is found by what it says of its payer. The columns and keys are SQLite's, and mean the same.
ALTER TABLE events ADD COLUMN said_account TEXT COLLATE "C";
ALTER TABLE events ADD COLUMN said_customer TEXT COLLATE "C";

CREATE FUNCTION jetpay_said(body BYTEA, VARIADIC path TEXT[]) RETURNS TEXT LANGUAGE plpgsql AS $$
DECLARE
    said JSON;
    word TEXT;
BEGIN
    said := convert_from(body, 'UTF8')::json #> path;
    word := said #>> '{}';
    RETURN CASE WHEN octet_length(word) BETWEEN 1 AND 255 AND strpos(word, ';') = 0
        AND (json_typeof(said) = 'string' OR json_typeof(said) = 'number' AND word ~ '^-?[0-9]+$') THEN word END;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL; -- no update stops at a body that cannot be read here
END $$;
UPDATE events SET said_account = jetpay_said(body, 'account', 'number'), said_customer = jetpay_said(body, 'customer', 'id')
    WHERE disposition IN ('unmatched', 'dismissed');
DROP FUNCTION jetpay_said;

CREATE INDEX events_of_account ON events (said_account, received_at, seq)
    WHERE disposition IN ('unmatched', 'dismissed') AND said_account IS NOT NULL;
CREATE INDEX events_of_customer ON events (said_customer, received_at, seq)
    WHERE disposition IN ('unmatched', 'dismissed') AND said_customer IS NOT NULL;
