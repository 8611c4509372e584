//! Kaspi's variant. Answers are JSON, by `Content-Type` or because they begin with `{`; else XML as in [`osmp`](super::osmp).
//!
//! ```json
//! {"txn_id": "1", "prv_txn_id": "2", "result": 0, "sum": "200.00", "comment": "OK",
//!  "fields": {"field1": {"@name": "debt", "#text": "200.00"}}}
//! ```
//!
//! `prv_txn_id` (`ABillS`: `prv_txn`) is in answers to `pay` and `cancel`. `sum` of a `check` is what is owed. Numbers may be
//! texts.
//!
//! | result | meaning | `check` | `pay`, `cancel` |
//! |---|---|---|---|
//! | 0 | done | known | delivered, or refused if its `sum` is not ours |
//! | 1 | not found | unknown | refused |
//! | 2 | cancelled | refuses payments | refused |
//! | 3 | paid already | refuses payments | delivered if it may have it from us, else refused: ambiguous, a person decides |
//! | 4 | in progress | no answer | again |
//! | 5 | other error | no answer | refused: a person decides |
//! | other | | no answer | refused: ambiguous, a person decides |
//!
//! Source: "Протокол взаимодействия (онлайн)", as several public repositories in Kazakhstan quote it.

use super::{OnCheck, OnPay, Row, row};

pub(super) const RESULTS: &[Row] = &[
    row(0, OnCheck::Known, OnPay::Delivered, "done"),
    row(1, OnCheck::Unknown, OnPay::Refused, "not found"),
    row(2, OnCheck::Refused, OnPay::Refused, "cancelled"),
    row(3, OnCheck::Refused, OnPay::Repeated, "paid already"),
    row(4, OnCheck::NotNow, OnPay::Again, "in progress"),
    row(5, OnCheck::NotNow, OnPay::Refused, "another error"),
];
