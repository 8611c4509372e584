//! The OSMP (QIWI) protocol. Answers are XML.
//!
//! ```xml
//! <response><osmp_txn_id>1</osmp_txn_id><prv_txn>2</prv_txn><sum>10.45</sum><result>0</result><comment>OK</comment>
//! <fields><field1 name="debt" type="disp">200.00</field1></fields></response>
//! ```
//!
//! `prv_txn` is in answers to `pay` and `cancel`. Hydra writes `txn_id` for `osmp_txn_id`.
//!
//! | result | meaning | `check` | `pay`, `cancel` | source |
//! |---|---|---|---|---|
//! | 0 | done | known | delivered, or refused if its `sum` is not ours | QIWI, and every billing below |
//! | 1 | temporary error | no answer | again | QIWI |
//! | 4 | wrong form of the account | unknown | refused | QIWI |
//! | 5 | no such account | unknown | refused | QIWI |
//! | 7 | payments forbidden by the provider | refuses payments | refused | QIWI |
//! | 8 | double request | no answer | delivered if it may have it from us, else refused | `ABillS`, an old table |
//! | 31, 32 | wrong extra parameters; the rate changed | refuses payments | refused | QIWI |
//! | 79 | the account is not active | refuses payments | refused | QIWI |
//! | 90 | not finished | no answer | again | lists of OSMP; we infer it |
//! | 241, 242 | the amount is too small, too large | refuses payments | refused | QIWI's other interfaces; we infer it |
//! | 243 | the state of the account cannot be checked | no answer | refused: ambiguous, a person decides | `ABillS`, Pegas |
//! | 300 | other error | no answer | again | QIWI, `ABillS` |
//! | other | | no answer | refused: ambiguous, a person decides | |
//!
//! `ABillS` sends 300 for a missing `sum` and for errors of its database. We always send a `sum`, so it is the database, which
//! recovers. To send again is safe in any case, as a billing takes a `txn_id` once, and a payment that waits too long raises an
//! alarm.

use super::{OnCheck, OnPay, Row, row};

pub(super) const RESULTS: &[Row] = &[
    row(0, OnCheck::Known, OnPay::Delivered, "done"),
    row(1, OnCheck::NotNow, OnPay::Again, "a temporary error"),
    row(
        4,
        OnCheck::Unknown,
        OnPay::Refused,
        "wrong form of the account",
    ),
    row(5, OnCheck::Unknown, OnPay::Refused, "no such account"),
    row(
        7,
        OnCheck::Refused,
        OnPay::Refused,
        "payments are forbidden by the provider",
    ),
    row(8, OnCheck::NotNow, OnPay::Repeated, "a double request"),
    row(
        31,
        OnCheck::Refused,
        OnPay::Refused,
        "wrong extra parameters",
    ),
    row(
        32,
        OnCheck::Refused,
        OnPay::Refused,
        "the exchange rate changed",
    ),
    row(
        79,
        OnCheck::Refused,
        OnPay::Refused,
        "the account is not active",
    ),
    row(
        90,
        OnCheck::NotNow,
        OnPay::Again,
        "the payment is not finished",
    ),
    row(
        241,
        OnCheck::Refused,
        OnPay::Refused,
        "the amount is too small",
    ),
    row(
        242,
        OnCheck::Refused,
        OnPay::Refused,
        "the amount is too large",
    ),
    row(
        243,
        OnCheck::NotNow,
        OnPay::Refused,
        "the state of the account cannot be checked",
    ),
    row(300, OnCheck::NotNow, OnPay::Again, "another error"),
];
