//! Answers, as far as several documents describe them alike. A method's crate picks what its document says.

mod account;
mod contract;
mod deposit;
mod refusal;

pub use account::AccountResponse;
pub use contract::Contract;
pub use deposit::{CustomerDepositResponse, DescribedDepositResponse, PaymentIdResponse};
pub use refusal::{DescriptionRefusal, MessageRefusal};
