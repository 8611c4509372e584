//! HTTP out: one client for one URL. `https`, or `http` to this machine; no redirects; no proxy from the environment; at most
//! 64 KiB of an answer; no secret in a text.
//!
//! Connections are kept and used again. A request may therefore be sent on a connection that the other side is closing, and
//! be lost. That is harmless here: each request may be sent again.

mod dialect;
mod http;
mod url;
mod webhook;

pub use dialect::{DialectClient, Login};
pub use http::NoClient;
pub use url::{BadUrl, BillingUrl};
pub use webhook::{LookupAnswer, WebhookClient};
