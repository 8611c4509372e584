-- Version 4: alarms that keep a signed message are unique under its signature and the reason.
-- Whoever has one signed message can send any number of bodies that differ in what is not signed, so a body is no key.
ALTER TABLE alarms ADD COLUMN signature TEXT;
DROP INDEX alarms_body_once;
WITH kept AS (
    SELECT seq, reason, coalesce(CASE WHEN json_valid(CAST(body AS TEXT)) THEN
        coalesce(CAST(body AS TEXT) ->> '$.signature', CAST(body AS TEXT) ->> '$.general.signature') END, '') AS signature
    FROM alarms WHERE body IS NOT NULL
)
UPDATE alarms SET signature = kept.signature FROM kept WHERE kept.seq = alarms.seq
    AND kept.seq IN (SELECT min(seq) FROM kept GROUP BY signature, reason);
CREATE UNIQUE INDEX alarms_once ON alarms (signature, reason) WHERE signature IS NOT NULL;
-- To count them for each that comes.
CREATE INDEX alarms_unusable ON alarms (project_id) WHERE kind = 'unusable' AND NOT settled;

-- Sums of amounts: a customer's balance is added up before a credit only if the customer has a payment so large that it
-- could overflow. Costs nothing until there is one.
CREATE INDEX payments_large ON payments (customer_id) WHERE amount > 1000000000000 OR credited > 1000000000000;
