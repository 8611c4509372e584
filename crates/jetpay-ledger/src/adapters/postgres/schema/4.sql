-- Version 4: who decided. The name of the token with which a decision or a payout request came; NULL in older rows.
ALTER TABLE settlements ADD COLUMN actor TEXT;
ALTER TABLE payout_steps ADD COLUMN actor TEXT;
