//! The answer of one method, with its code 204, is none of another's.
//! error: mismatched types

use jetpay_core::{Currency, VerifyResult};
use jetpay_kaspi::{VerifyResponse, Contract, Kaspi};

pub fn answer(contract: Contract) -> VerifyResult<Kaspi> {
    #[cfg(not(wrong))]
    let account = VerifyResponse::new(Currency::KZT, "ABCDE12345", [contract])?;
    #[cfg(wrong)]
    let account = jetpay_kassa24::Contracts::new(Currency::KZT, "ABCDE12345", [contract]);
    Ok(account)
}
