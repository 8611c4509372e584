//! Look-ups: the merchant's own system says whether a customer exists and what is owed, and the ledger keeps its last answer.
