-- Version 4 of SQLite, the third here: corrections, and what refunds took. The columns and keys are SQLite's, and mean the
-- same.

-- A correction names the entry that it undoes, and why. An entry is undone at most once.
ALTER TABLE entries ADD COLUMN corrects BIGINT;     -- the seq of the entry
ALTER TABLE settlements ADD COLUMN corrects BIGINT; -- the same
CREATE UNIQUE INDEX entries_corrected_once ON entries (corrects) WHERE corrects IS NOT NULL;
CREATE UNIQUE INDEX settlements_of_entry ON settlements (corrects) WHERE corrects IS NOT NULL;

-- An operation has each effect once, and each of its entries one correction.
DROP INDEX entries_once;
CREATE UNIQUE INDEX entries_once ON entries
    (project_id, operation_id, (CASE kind WHEN 'settled_credit' THEN 'credit' ELSE kind END), coalesce(corrects, 0));

-- What refunds took and reversed refunds did not return. Below 0 where an older version let a reversed refund return what
-- no refund had taken.
ALTER TABLE payments ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0 CHECK (refunded <= credited);
UPDATE payments SET refunded = made.total
    FROM (SELECT payment_id, -sum(amount)::bigint AS total FROM entries WHERE kind IN ('refund', 'refund_reverse')
          GROUP BY payment_id) AS made
    WHERE made.payment_id = payments.id;

-- Alarms that keep a signed message are unique under its signature and the reason, as in SQLite.
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

-- Debts: what came in on each contract, as in SQLite.
CREATE TABLE contract_entries (
    customer_id TEXT COLLATE "C" NOT NULL,
    contract_id TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL,
    amount      BIGINT NOT NULL,
    PRIMARY KEY (customer_id, contract_id, seq) INCLUDE (amount)
);
INSERT INTO contract_entries SELECT customer_id, contract_id, seq, entries.amount
    FROM entries JOIN payments ON payments.id = payment_id WHERE contract_id IS NOT NULL;
CREATE FUNCTION jetpay_entries_of_contract() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO contract_entries SELECT customer_id, contract_id, seq, added.amount
        FROM added JOIN payments ON payments.id = payment_id WHERE contract_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER entries_of_contract AFTER INSERT ON entries REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION jetpay_entries_of_contract();
ALTER TABLE counts ADD COLUMN debts_from BIGINT NOT NULL DEFAULT 0;
UPDATE counts SET debts_from = last_entry;

-- Who decided. The name of the token with which a decision or a payout request came; NULL in older rows.
ALTER TABLE settlements ADD COLUMN actor TEXT;
ALTER TABLE payout_steps ADD COLUMN actor TEXT;

-- What an unusable callback says of its amount. Of any other callback, the event has it.
ALTER TABLE alarms ADD COLUMN amount BIGINT; -- in minor units
ALTER TABLE alarms ADD COLUMN currency TEXT;
-- Whether a payment has an alarm about a decline without an operation.
CREATE INDEX alarms_declines ON alarms (payment_id) WHERE kind = 'decline_after_credit' AND operation_id IS NULL;
