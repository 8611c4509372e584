-- Version 4.

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
