//! What the ledger does, in every store.

mod audit;
mod callbacks;
#[path = "../common/mod.rs"]
mod common;
mod confirm;
mod debts;
mod deliveries;
mod delivery_decisions;
mod delivery_sequences;
mod odd_texts;
mod payouts;
mod reads;
mod reconcile;
mod reconciliations;
mod resolutions;
mod search;
mod seen_customers;
mod story;
mod without_operation;
