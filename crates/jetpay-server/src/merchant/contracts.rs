//! A customer's contracts, as far as the methods with contracts see them alike.

use std::borrow::Cow;

use jetpay_core::id::ContractId;
use jetpay_core::response;
use jetpay_core::{Refused, merchant::HandlerError};
use jetpay_ledger::{Contract, Customer, Flag};

/// `status_code` of a contract that can be paid.
pub(super) const PAYABLE: i64 = 0;

/// The contracts of a customer; one without any is one contract under its own id.
pub(super) fn of(customer: &Customer) -> Cow<'_, [Contract]> {
    if !customer.contracts.is_empty() {
        return Cow::Borrowed(&customer.contracts);
    }
    let own = customer.customer_id.as_str();
    let id = ContractId::new(own).expect("a customer's id is an id");
    let number = own.to_owned();
    Cow::Owned(vec![Contract {
        id,
        number,
        payment: None,
        min_payment: None,
        status_code: PAYABLE,
        info: None,
    }])
}

/// A contract as an answer has it.
pub(super) fn answered(contract: &Contract) -> response::Contract {
    let mut answered = response::Contract::new(contract.id.as_str(), &contract.number);
    if let Some(payment) = contract.payment {
        answered = answered.with_payment_minor(payment);
    }
    if let Some(min_payment) = contract.min_payment {
        answered = answered.with_min_payment_minor(min_payment);
    }
    match &contract.info {
        Some(info) => answered.with_info(info.clone()),
        None => answered,
    }
}

/// What is odd about a top-up of this contract.
///
/// # Errors
/// A refusal when the contract is unknown and the project is strict.
pub(super) fn flags<R: From<Refused>>(
    customer: &Customer,
    wanted: Option<&ContractId>,
    strict: bool,
) -> Result<Vec<Flag>, HandlerError<R>> {
    let contracts = of(customer);
    match contracts
        .iter()
        .find(|contract| Some(&contract.id) == wanted)
    {
        Some(contract) if contract.status_code == PAYABLE => Ok(Vec::new()),
        Some(_) => Ok(vec![Flag::ClosedContract]),
        None if strict => Err(Refused::failed("this customer has no such contract").into()),
        None => Ok(vec![Flag::UnknownContract]),
    }
}
