-- Version 4 (SQLite's number; the third here).

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
