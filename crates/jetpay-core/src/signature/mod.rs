//! The signature: one algorithm for every message of the platform, in both directions.
//!
//! A body is parsed once into its [`Canonical`] form: every leaf as `path:value`, sorted in natural order and
//! joined with `;`. The string is signed with HMAC-SHA512 and the secret's text; the result is base64.
//!
//! ```
//! use jetpay_core::signature::{Canonical, Key};
//!
//! let body = br#"{"type": "verify", "project_id": 1234, "customer_id": "7123456789"}"#;
//! let canonical = Canonical::parse(body)?;
//! assert_eq!(canonical.string_to_sign(), "customer_id:7123456789;project_id:1234;type:verify");
//!
//! let key = Key::new("secret")?;
//! assert!(key.sign(canonical.string_to_sign()).starts_with("p8gMk6bxlGw1c9J0CwwhMWr7"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod canonical;
mod claimed;
mod flattener;
mod key;
mod keyring;
pub mod natural;
mod number;
mod siblings;
mod sign;
mod unreadable;

pub(crate) use canonical::Kind;
pub use canonical::{Canonical, Malleated, Order};
pub use claimed::{ClaimedSignature, MalformedSignature};
pub use key::{EmptySecret, Key};
pub use keyring::{Keyring, Project, RepeatedProject};
pub use number::push_float;
pub use sign::sign;
pub use unreadable::Unreadable;
