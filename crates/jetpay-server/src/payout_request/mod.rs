//! A payout as the merchant wishes it, over HTTP or in a file, and the checks that both share.
//!
//! ```
//! use jetpay_server::payout_request::{Receiver, PayoutRequest};
//! use jetpay_core::{Currency, Money};
//!
//! let payout_request = PayoutRequest {
//!     project_id: 1234.into(),
//!     customer: Receiver {
//!         id: "12345".into(),
//!         ip_address: "198.51.100.47".into(),
//!         first_name: "John".into(),
//!         last_name: "Doe".into(),
//!         email: "johndoe@example.com".into(),
//!     },
//!     account_number: "+9182221133".into(),
//!     amount: Money::new(10_000, Currency::KZT), // 100.00 KZT
//!     idempotency_key: "salary-2026-11-17".into(),
//! };
//! let flaws = payout_request.flaws();
//! assert_eq!(flaws[0].field, "account_number");
//! assert_eq!(flaws[0].message, "must be the wallet's number: 5 to 20 digits and nothing else");
//! ```

mod body;
mod object;

use std::fmt::{self, Write};

use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_core::payout::General;
use jetpay_core::{Currency, Money};
use jetpay_qiwi_kz::{Customer, InvalidPayout, Payout};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::customer::Flaw;

pub use body::PayoutRequestBody;

/// The longest idempotency key, in bytes.
const LONGEST: usize = 255;

/// A payout that the merchant wishes. It serializes as the body of `POST /v1/payouts`.
///
/// The receiver is the payer's data; `Debug` hides it.
#[derive(Clone, Serialize)]
pub struct PayoutRequest {
    /// The project that pays.
    pub project_id: ProjectId,
    /// Who gets it.
    pub customer: Receiver,
    /// The wallet.
    pub account_number: String,
    /// How much, in minor units.
    #[serde(flatten)]
    pub amount: Money,
    /// The merchant's own id of this payout_request: the same key in the same project is the same payout.
    pub idempotency_key: String,
}

/// Who gets a payout. `Debug` hides all of it.
#[derive(Clone, Serialize)]
pub struct Receiver {
    /// The customer's id in the merchant's system.
    pub id: String,
    /// The address of the customer's device.
    pub ip_address: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The e-mail address.
    pub email: String,
}

impl PayoutRequest {
    /// All that is wrong with it, at most one flaw a field; none when it can be sent.
    #[must_use]
    pub fn flaws(&self) -> Vec<Flaw> {
        let of_payout = Payout::problems(&self.customer.shown(), &self.account_number, self.amount);
        let of_payout = of_payout.iter().map(|problem| Flaw {
            field: problem.field().to_owned(),
            message: format!("must be {}", problem.must()),
        });
        of_payout.chain(key_flaw(&self.idempotency_key)).collect()
    }

    /// The payout under this id, ready to be signed.
    ///
    /// # Errors
    /// [`InvalidPayout`] for the first of its [`flaws`](Self::flaws).
    ///
    /// # Panics
    /// When the id is not one that is sent: 1 to 64 of `[A-Za-z0-9_-]`.
    pub fn payout(&self, id: PaymentId) -> Result<Payout, InvalidPayout> {
        let general = General::new(self.project_id, id).expect("a fresh id is plain and short");
        Payout::new(
            general,
            &self.customer.shown(),
            &self.account_number,
            self.amount,
        )
    }

    /// What tells another payout_request under the same key from the same one: the SHA-256 of all of it, as hexadecimal digits.
    ///
    /// It is compared with what was stored before, perhaps by an older program: what is digested, and in which order, stays
    /// as it is.
    ///
    /// # Panics
    /// Never: all of it is JSON.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let json = serde_json::to_vec(self).expect("texts and numbers are written to memory");
        let digest = Sha256::digest(json);
        digest.iter().fold(String::new(), |mut digits, byte| {
            write!(digits, "{byte:02x}").expect("a String takes all");
            digits
        })
    }
}

impl Receiver {
    fn shown(&self) -> Customer<'_> {
        Customer {
            id: &self.id,
            ip_address: &self.ip_address,
            first_name: &self.first_name,
            last_name: &self.last_name,
            email: &self.email,
        }
    }
}

/// The currency that this is the code of. Whether payouts have it, [`PayoutRequest::flaws`] says.
///
/// # Errors
/// [`Flaw`].
pub fn currency(code: &str) -> Result<Currency, Flaw> {
    Currency::parse(code).map_err(|_| Flaw {
        field: "currency".to_owned(),
        message: "must be KZT, in capital letters".to_owned(),
    })
}

fn key_flaw(key: &str) -> Option<Flaw> {
    let fits = (1..=LONGEST).contains(&key.len()) && !key.contains(char::is_control);
    (!fits).then(|| Flaw {
        field: "idempotency_key".to_owned(),
        message: format!(
            "must be a key of yours: 1 to {LONGEST} bytes, without control characters"
        ),
    })
}

impl fmt::Debug for PayoutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayoutRequest")
            .field("project_id", &self.project_id)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver(hidden)")
    }
}

#[cfg(test)]
mod tests;
