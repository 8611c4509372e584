-- Version 5: search. It finds whatever has a word: a receipt (that index is there), an operation, a payment, a customer, a
-- contract.

-- The payments and payouts of a customer or a contract, the newest first.
DROP INDEX payments_of_customer;
CREATE INDEX payments_of_customer ON payments (customer_id, created_at, id);
CREATE INDEX payments_of_contract ON payments (contract_id, created_at, id) WHERE contract_id IS NOT NULL;
DROP INDEX payouts_of_customer;
CREATE INDEX payouts_of_customer ON payouts (customer_id, created_at, payment_id);

-- What names an operation, in a column or in a message. The platform's numbers grow: the first index is appended to. The
-- others are of rare rows.
CREATE INDEX events_of_operation ON events (operation_id);
CREATE INDEX settlements_of_operation ON settlements (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX payout_steps_of_operation ON payout_steps (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX alarms_of_operation ON alarms (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX alarms_of_payment ON alarms (payment_id) WHERE payment_id IS NOT NULL;

-- The other words of customers: the second name, and the ids and numbers of contracts. What writes a customer writes them. A
-- customer's words are in the bucket that was the newest when the customer came. Without buckets, each word of an import
-- would change a page of its own somewhere in a large tree, and an import of millions would take ten times as long. A search
-- looks into each bucket.
ALTER TABLE counts ADD COLUMN customers_added INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN bucket INTEGER NOT NULL DEFAULT 0;
UPDATE customers SET bucket = numbered.number / 4096
    FROM (SELECT customer_id, row_number() OVER (ORDER BY customer_id) AS number FROM customers) AS numbered
    WHERE numbered.customer_id = customers.customer_id;
UPDATE counts SET customers_added = (SELECT count(*) FROM customers);
CREATE TABLE customer_words (
    bucket      INTEGER NOT NULL,
    word        TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    contract_id TEXT NOT NULL,                  -- empty for the second name
    PRIMARY KEY (bucket, word, customer_id, contract_id)
) STRICT, WITHOUT ROWID;
-- What that table must hold. A longer word cannot be searched for. Contracts that are damaged have no words.
CREATE VIEW words_of_customers AS
    SELECT bucket, additional_customer_id AS word, customer_id, '' AS contract_id FROM customers
        WHERE length(CAST(additional_customer_id AS BLOB)) <= 255
    UNION SELECT bucket, json_extract(json, fullkey || field), customer_id, json_extract(json, fullkey || '.id')
        FROM customers, json_each(iif(json_valid(contracts), replace(contracts, '\u0000', '\ufffd'), NULL)),
            (SELECT '.id' AS field UNION ALL SELECT '.number')
        WHERE length(CAST(json_extract(json, fullkey || field) AS BLOB)) <= 255
            AND json_extract(json, fullkey || '.id') IS NOT NULL;
INSERT INTO customer_words SELECT * FROM words_of_customers ORDER BY 1, 2;
