-- Version 5 of SQLite, the fourth here: search. The indexes are SQLite's, and mean the same.

DROP INDEX payments_of_customer;
CREATE INDEX payments_of_customer ON payments (customer_id, created_at, id);
CREATE INDEX payments_of_contract ON payments (contract_id, created_at, id) WHERE contract_id IS NOT NULL;
DROP INDEX payouts_of_customer;
CREATE INDEX payouts_of_customer ON payouts (customer_id, created_at, payment_id);
CREATE INDEX events_of_operation ON events (operation_id);
CREATE INDEX settlements_of_operation ON settlements (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX payout_steps_of_operation ON payout_steps (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX alarms_of_operation ON alarms (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX alarms_of_payment ON alarms (payment_id) WHERE payment_id IS NOT NULL;

-- The other words of customers, as in SQLite. Here all of them are in one bucket: this index takes keys in any order.
-- Triggers fill it, whatever writes a customer.
ALTER TABLE customers ADD COLUMN bucket BIGINT NOT NULL DEFAULT 0;
CREATE TABLE customer_words (
    bucket      BIGINT NOT NULL DEFAULT 0,
    word        TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    contract_id TEXT COLLATE "C" NOT NULL       -- empty for the second name
);
-- A longer word cannot be searched for. Contracts that are damaged have no words, and can still be replaced.
CREATE FUNCTION jetpay_words(second_name TEXT, contracts TEXT) RETURNS TABLE (word TEXT, contract_id TEXT)
    LANGUAGE plpgsql AS $$ BEGIN
    RETURN QUERY SELECT found.word, found.contract_id FROM (
            SELECT second_name AS word, '' AS contract_id
            UNION SELECT contract ->> field, contract ->> 'id'
                FROM json_array_elements(replace(contracts, '\u0000', '\ufffd')::json) AS contract,
                    (VALUES ('id'), ('number')) AS fields (field)
        ) AS found WHERE octet_length(found.word) <= 255 AND found.contract_id IS NOT NULL;
EXCEPTION WHEN data_exception THEN
    RETURN QUERY SELECT second_name, '' WHERE octet_length(second_name) <= 255;
END $$;
CREATE VIEW words_of_customers AS SELECT bucket, words.word, customer_id, words.contract_id
    FROM customers, LATERAL jetpay_words(additional_customer_id, contracts) AS words;
INSERT INTO customer_words SELECT * FROM words_of_customers;
CREATE INDEX customer_words_by_word ON customer_words (bucket, word, customer_id, contract_id);
-- First without the care for damaged contracts, which costs more than the rest: only a copy of a store may have some.
CREATE FUNCTION jetpay_customers_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO customer_words (word, customer_id, contract_id) SELECT word, customer_id, contract_id FROM (
            SELECT additional_customer_id AS word, customer_id, '' AS contract_id FROM added
            UNION ALL SELECT contract ->> field, customer_id, contract ->> 'id'
                FROM added, json_array_elements(replace(contracts, '\u0000', '\ufffd')::json) AS contract,
                    (VALUES ('id'), ('number')) AS fields (field)
        ) AS found WHERE octet_length(word) <= 255;
    RETURN NULL;
EXCEPTION WHEN data_exception OR not_null_violation THEN
    INSERT INTO customer_words (word, customer_id, contract_id) SELECT words.word, customer_id, words.contract_id
        FROM added, LATERAL jetpay_words(additional_customer_id, contracts) AS words;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_added AFTER INSERT ON customers REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION jetpay_customers_added();
CREATE FUNCTION jetpay_customer_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM customer_words USING jetpay_words(OLD.additional_customer_id, OLD.contracts) AS gone
        WHERE customer_words.bucket = 0 AND customer_words.word = gone.word
            AND customer_words.customer_id = OLD.customer_id AND customer_words.contract_id = gone.contract_id;
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO customer_words (word, customer_id, contract_id) SELECT words.word, NEW.customer_id, words.contract_id
            FROM jetpay_words(NEW.additional_customer_id, NEW.contracts) AS words;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_deleted AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION jetpay_customer_changed();
-- Not for a new debt, which changes no word.
CREATE TRIGGER customers_changed AFTER UPDATE ON customers FOR EACH ROW
    WHEN (OLD.additional_customer_id IS DISTINCT FROM NEW.additional_customer_id
        OR regexp_replace(OLD.contracts, '"(payment|min_payment|as_of_seq)":[0-9]+', '', 'g') IS DISTINCT FROM
            regexp_replace(NEW.contracts, '"(payment|min_payment|as_of_seq)":[0-9]+', '', 'g'))
    EXECUTE FUNCTION jetpay_customer_changed();
