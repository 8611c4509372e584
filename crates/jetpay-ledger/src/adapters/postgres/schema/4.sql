-- Version 4: alarms that keep a signed message are unique under its signature and the reason, as in SQLite.
-- A JSON text may have `\/` for the `/` of base64.
ALTER TABLE alarms ADD COLUMN signature TEXT COLLATE "C";
DROP INDEX alarms_body_once;
WITH kept AS (
    SELECT seq, reason, coalesce(replace(substring(convert_from(body, 'UTF8')
        FROM '"signature"[ \t\r\n]*:[ \t\r\n]*"([A-Za-z0-9+/=\\]+)"'), '\/', '/'), '') AS signature
    FROM alarms WHERE body IS NOT NULL
)
UPDATE alarms SET signature = kept.signature FROM kept WHERE kept.seq = alarms.seq
    AND kept.seq IN (SELECT min(seq) FROM kept GROUP BY signature, reason);
CREATE UNIQUE INDEX alarms_once ON alarms (signature, reason) WHERE signature IS NOT NULL;
CREATE INDEX alarms_unusable ON alarms (project_id) WHERE kind = 'unusable' AND NOT settled;

-- Sums of amounts: a customer's balance is added up before a credit only if the customer has a payment so large that it
-- could overflow. Costs nothing until there is one.
CREATE INDEX payments_large ON payments (customer_id) WHERE amount > 1000000000000 OR credited > 1000000000000;
