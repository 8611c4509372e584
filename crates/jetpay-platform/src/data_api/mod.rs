//! A simulated Data API: what the platform's own books say about operations.
//!
//! [`PlatformRecord`] is what the platform recorded. [`DataApiState`] answers `POST /v1/operations/get` from it, without a
//! network. [`serve`] puts it behind HTTP; [`ServerOptions::data_api`](crate::gate::ServerOptions::data_api) puts it beside a
//! Gate. [`Conventions`] are what the editions of the documentation decide differently; a script of [`OnRequest`] makes
//! requests go wrong.
//!
//! Source: the public documentation of the Data API, editions A ("2.0") and B ("2.0.04").
//!
//! ```
//! use jetpay_core::report::ReportedOperation;
//! use jetpay_core::signature::{Key, sign};
//! use jetpay_core::{Currency, Money};
//! use jetpay_platform::data_api::{DataApiState, PATH, PlatformRecord};
//!
//! let record = PlatformRecord::new();
//! let thousand = Money::new(100_000, Currency::KZT); // minor units
//! let sale = ReportedOperation::new(1234.into(), 1.into(), "p-1", "sale".into(), "success".into(), thousand);
//! record.put(sale.at(Some(1_722_500_000))); // seconds since 1970
//!
//! let key = Key::new("the secret beside the token")?;
//! let mut data_api = DataApiState::new("token", key.clone(), record);
//! let request = sign(
//!     br#"{"token": "token", "interval": {"from": "2024-08-01 00:00:00", "to": "2024-08-01 23:59:59"}, "tz": "UTC"}"#,
//!     &key,
//! )?;
//! let answer = data_api.receive(PATH, &request).json().unwrap();
//! assert_eq!(answer["operations"][0]["operation_id"], "1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod record;
mod request;
mod script;
mod server;
mod state;

#[cfg(test)]
mod tests;

pub use record::PlatformRecord;
pub(crate) use record::reported;
pub use script::{Conventions, Edition, OnRequest};
pub use server::{Server, serve};
pub use state::DataApiState;

/// The path of the one request that the simulated Data API answers.
pub const PATH: &str = "/v1/operations/get";
