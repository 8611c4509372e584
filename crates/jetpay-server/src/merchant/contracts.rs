//! The methods that show a customer's contracts: Kaspi and Kassa24.

use std::borrow::Cow;

use jetpay_core::id::ContractId;
use jetpay_core::merchant::HandlerError;
use jetpay_core::response::{self, InvalidContract};
use jetpay_core::{CheckDepositResult, Merchant, Refused, VerifyRequest, VerifyResult};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::{
    ContractStatus, ContractsResponse, CustomerDepositResponse, DescribedDepositResponse, Kassa24,
    Refusal,
};
use jetpay_ledger::{Contract, Customer, Flag};

use super::{LedgerMerchant, shown_id};
use crate::config::Kassa24Answers;

/// The `status_code` of a contract that can be paid.
const PAYABLE: i64 = 0;

/// Kaspi shows only the contracts that can be paid.
impl Merchant<Kaspi> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kaspi> {
        let customer = self.customer_with_debts::<Kaspi, _>(&request).await?;
        let contracts = contracts_of(&customer);
        let payable = contracts
            .iter()
            .filter(|contract| contract.status_code == PAYABLE);
        let shown = payable.map(in_response).collect::<Result<Vec<_>, _>>()?;
        Ok(jetpay_kaspi::VerifyResponse::new(
            self.currency,
            shown_id(&customer),
            shown,
        )?)
    }

    async fn check_deposit(
        &self,
        request: jetpay_kaspi::CheckDeposit,
    ) -> CheckDepositResult<Kaspi> {
        let (top_up, entity_id) = (request.top_up, request.entity_id);
        let (customer, mut flags) = self.customer_of_top_up::<Kaspi, _>(&top_up).await?;
        let strict = self.settings(top_up.project_id).strict_contracts;
        flags.extend(flag(&customer, Some(&entity_id), strict)?);
        Ok(jetpay_kaspi::CheckDepositResponse::new(
            self.record::<Kaspi>(top_up, Some(entity_id), flags).await?,
        ))
    }
}

/// Kassa24 has two options of answers. The configuration of the project selects one.
impl Merchant<Kassa24> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kassa24> {
        let answers = self.settings(request.project_id).kassa24_answers;
        match answers {
            Kassa24Answers::Account => Ok(self.account::<Kassa24, Refusal>(&request).await?.into()),
            Kassa24Answers::Contracts => {
                let customer = self
                    .customer_with_debts::<Kassa24, _>(&request)
                    .await
                    .map_err(as_contracts_refusal)?;
                let contracts = contracts_of(&customer);
                let shown = contracts.iter().map(|contract| {
                    let shown = in_response(contract)?;
                    Ok(ContractStatus::new(shown, contract.status_code))
                });
                let shown = shown.collect::<Result<Vec<_>, InvalidContract>>()?;
                let response = ContractsResponse::new(self.currency, shown_id(&customer), shown);
                Ok(response
                    .map_err(|refused| Refusal::of_contracts(&refused))?
                    .into())
            }
        }
    }

    async fn check_deposit(
        &self,
        request: jetpay_kassa24::CheckDeposit,
    ) -> CheckDepositResult<Kassa24> {
        let settings = self.settings(request.top_up.project_id);
        let top_up = request.top_up;
        let contract_id = request.contract.map(|contract| contract.entity_id);
        match settings.kassa24_answers {
            Kassa24Answers::Account => {
                let looked_up = self.customer_of_top_up::<Kassa24, Refusal>(&top_up).await;
                let id = self
                    .record::<Kassa24>(top_up, contract_id, looked_up?.1)
                    .await?;
                Ok(CustomerDepositResponse::new(id).into())
            }
            Kassa24Answers::Contracts => {
                let (customer, mut flags) = self
                    .customer_of_top_up::<Kassa24, _>(&top_up)
                    .await
                    .map_err(as_contracts_refusal)?;
                let strict = settings.strict_contracts;
                let flag = flag(&customer, contract_id.as_ref(), strict);
                flags.extend(flag.map_err(as_contracts_refusal)?);
                let id = self.record::<Kassa24>(top_up, contract_id, flags).await?;
                Ok(DescribedDepositResponse::new(id).into())
            }
        }
    }
}

/// A refusal in the form of Kassa24's option with contracts.
fn as_contracts_refusal(error: HandlerError<Refused>) -> HandlerError<Refusal> {
    match error {
        HandlerError::Refused(refused) => HandlerError::Refused(Refusal::of_contracts(&refused)),
        HandlerError::Unavailable(unavailable) => HandlerError::Unavailable(unavailable),
    }
}

/// The contracts of a customer. A customer without contracts has one with the customer's own id.
fn contracts_of(customer: &Customer) -> Cow<'_, [Contract]> {
    if !customer.contracts.is_empty() {
        return Cow::Borrowed(&customer.contracts);
    }
    let own = customer.customer_id.as_str();
    let id = ContractId::new(own).expect("a customer's id is a valid contract id");
    let number = own.to_owned();
    Cow::Owned(vec![Contract {
        id,
        number,
        payment: None,
        min_payment: None,
        as_of_seq: None,
        status_code: PAYABLE,
        info: None,
    }])
}

/// A contract in a response.
///
/// # Errors
/// [`InvalidContract`], when the stored contract is one that the platform could not use.
fn in_response(contract: &Contract) -> Result<response::Contract, InvalidContract> {
    let mut shown = response::Contract::new(contract.id.as_str(), &contract.number)?;
    if let Some(payment) = contract.payment {
        shown = shown.with_payment_minor(payment)?;
    }
    if let Some(min_payment) = contract.min_payment {
        shown = shown.with_min_payment_minor(min_payment)?;
    }
    Ok(match &contract.info {
        Some(info) => shown.with_info(info.clone()),
        None => shown,
    })
}

/// The flag of a top-up of this contract, if it is unusual.
///
/// # Errors
/// A refusal, when the customer has no such contract and the project is strict.
fn flag<R: From<Refused>>(
    customer: &Customer,
    id: Option<&ContractId>,
    strict: bool,
) -> Result<Option<Flag>, HandlerError<R>> {
    let contracts = contracts_of(customer);
    match contracts.iter().find(|contract| Some(&contract.id) == id) {
        Some(contract) if contract.status_code == PAYABLE => Ok(None),
        Some(_) => Ok(Some(Flag::CLOSED_CONTRACT)),
        None if strict => Err(Refused::failed("this customer has no such contract").into()),
        None => Ok(Some(Flag::UNKNOWN_CONTRACT)),
    }
}
