//! The answer of one method, with its code 204, is none of another's.
//! error: mismatched types

use jetpay_core::{Answer, Currency};
use jetpay_kaspi::{Account, Contract, Kaspi};

pub fn answer(contract: Contract) -> Answer<Kaspi, Account> {
    #[cfg(not(wrong))]
    let account = Account::new(Currency::KZT, "ABCDE12345", [contract])?;
    #[cfg(wrong)]
    let account = jetpay_kassa24::Contracts::new(Currency::KZT, "ABCDE12345", [contract]);
    Ok(account)
}
