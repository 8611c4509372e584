//! The JetPay merchant protocol.

pub mod answer;
pub mod code;
pub mod codes;
pub mod date;
pub mod explain;
pub mod id;
pub mod limits;
pub mod merchant;
pub mod message;
pub mod method;
pub mod money;
pub mod private;
pub mod refused;
pub mod rejection;
pub mod serve;
pub mod signature;
pub mod words;

pub use merchant::{Acknowledged, Answer, Callbacks, Merchant, Unacknowledged, Unserved};
pub use message::{Callback, TopUp, VerifyRequest};
pub use method::Method;
pub use money::{Currency, Money};
pub use refused::{Refused, Unavailable};
pub use rejection::Rejection;
pub use serve::{Reply, serve};
pub use signature::{Keyring, Project};
