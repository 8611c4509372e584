-- Version 4: corrections, and what refunds took.

-- A correction names the entry that it undoes, and why. An entry is undone at most once.
ALTER TABLE entries ADD COLUMN corrects INTEGER;     -- the seq of the entry
ALTER TABLE settlements ADD COLUMN corrects INTEGER; -- the same
CREATE UNIQUE INDEX entries_corrected_once ON entries (corrects) WHERE corrects IS NOT NULL;
CREATE UNIQUE INDEX settlements_of_entry ON settlements (corrects) WHERE corrects IS NOT NULL;

-- An operation has each effect once, and each of its entries one correction.
DROP INDEX entries_once;
CREATE UNIQUE INDEX entries_once ON entries
    (project_id, operation_id, CASE kind WHEN 'settled_credit' THEN 'credit' ELSE kind END, coalesce(corrects, 0));

-- What refunds took and reversed refunds did not return. Below 0 where an older version let a reversed refund return what
-- no refund had taken.
ALTER TABLE payments ADD COLUMN refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded <= credited);
UPDATE payments SET refunded = made.total
    FROM (SELECT payment_id, -sum(amount) AS total FROM entries WHERE kind IN ('refund', 'refund_reverse')
          GROUP BY payment_id) AS made
    WHERE made.payment_id = payments.id;

-- Alarms that keep a signed message are unique under its signature and the reason.
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

-- Debts: what came in on each contract, so that the next verify does not show a debt that was paid. It is an index of
-- entries that have a contract: the payment says which. A trigger fills it, whatever adds the entry. Entries without a
-- contract cost it nothing.
CREATE TABLE contract_entries (
    customer_id TEXT NOT NULL,
    contract_id TEXT NOT NULL,
    seq         INTEGER NOT NULL,               -- that of the entry
    amount      INTEGER NOT NULL,
    PRIMARY KEY (customer_id, contract_id, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO contract_entries SELECT customer_id, contract_id, seq, entries.amount
    FROM entries JOIN payments ON payments.id = payment_id WHERE contract_id IS NOT NULL ORDER BY 1, 2, 3;
CREATE TRIGGER entries_of_contract AFTER INSERT ON entries BEGIN
    INSERT INTO contract_entries SELECT customer_id, contract_id, NEW.seq, NEW.amount
        FROM payments WHERE id = NEW.payment_id AND contract_id IS NOT NULL;
END;
-- The debts of contracts that were stored before include the entries of that time.
ALTER TABLE counts ADD COLUMN debts_from INTEGER NOT NULL DEFAULT 0;
UPDATE counts SET debts_from = (SELECT coalesce(max(seq), 0) FROM entries);

-- Who decided. The name of the token with which a decision or a payout request came; NULL in older rows.
ALTER TABLE settlements ADD COLUMN actor TEXT;
ALTER TABLE payout_steps ADD COLUMN actor TEXT;

-- What an unusable callback says of its amount. Of any other callback, the event has it.
ALTER TABLE alarms ADD COLUMN amount INTEGER; -- in minor units
ALTER TABLE alarms ADD COLUMN currency TEXT;
-- Whether a payment has an alarm about a decline without an operation.
CREATE INDEX alarms_declines ON alarms (payment_id) WHERE kind = 'decline_after_credit' AND operation_id IS NULL;
