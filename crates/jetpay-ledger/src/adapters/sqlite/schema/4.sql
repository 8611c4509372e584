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
