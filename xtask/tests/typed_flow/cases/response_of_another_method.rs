//! The response of one method, with its code 204, cannot be used for another method.
//! error: mismatched types

use jetpay_core::{Currency, VerifyResult};
use jetpay_kaspi::{Contract, Kaspi, VerifyResponse};

pub fn respond(contract: Contract) -> VerifyResult<Kaspi> {
    #[cfg(not(wrong))]
    let response = VerifyResponse::new(Currency::KZT, "ABCDE12345", [contract])?;
    #[cfg(wrong)]
    let response = jetpay_kassa24::ContractsResponse::new(Currency::KZT, "ABCDE12345", [contract]);
    Ok(response)
}
