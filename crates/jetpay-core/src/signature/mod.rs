//! The signature. All messages of the platform use one algorithm, in both directions.
//!
//! A merchant needs [`Project`] and [`Keyring`] of this module: the secrets. [`sign`] makes signed messages for tests, and the
//! rest is for programs that explain a signature.
//!
//! A body is parsed once into its [`Canonical`] form: each value as `path:value`, sorted in natural order and joined with
//! `;`. HMAC-SHA512 with the text of the secret signs this string. The signature is base64.
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
mod json;
mod key;
mod keyring;
mod leaves;
mod marks;
pub mod natural;
mod number;
mod pass;
mod siblings;

pub use canonical::{Canonical, Malleated, Order, Unreadable};
pub(crate) use claimed::BYTES;
pub use claimed::{ClaimedSignature, MalformedSignature};
pub(crate) use flattener::Flattener;
pub use json::JsonError;
pub use key::{EmptySecret, Key, sign};
pub use keyring::{Keyring, Project, RepeatedProject};
pub(crate) use leaves::{Found, Kind, Path};
pub use number::push_float;
