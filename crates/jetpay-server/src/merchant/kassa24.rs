//! Kassa24 Terminal: one of two options of answers, by the project's configuration.

use jetpay_core::merchant::HandlerError;
use jetpay_core::{CheckDepositResult, Merchant, Refused, VerifyRequest, VerifyResult};
use jetpay_kassa24::{
    CheckDeposit, ContractStatus, ContractsResponse, CustomerDepositResponse,
    DescribedDepositResponse, Kassa24, Refusal,
};

use super::{LedgerMerchant, contracts, shown_id};
use crate::config::Kassa24Answers;

impl Merchant<Kassa24> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kassa24> {
        let answers = self.settings(request.project_id).kassa24_answers;
        match answers {
            Kassa24Answers::Account => Ok(self.account(&request.customer_id).await?.into()),
            Kassa24Answers::Contracts => {
                let customer = self
                    .customer(&request.customer_id)
                    .await
                    .map_err(of_contracts)?;
                let status = |contract| {
                    ContractStatus::new(contracts::answered(contract), contract.status_code)
                };
                let contracts = contracts::of(&customer);
                Ok(ContractsResponse::new(
                    self.currency,
                    shown_id(&customer),
                    contracts.iter().map(status),
                )
                .into())
            }
        }
    }

    async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<Kassa24> {
        let settings = self.settings(request.top_up.project_id);
        let CheckDeposit {
            top_up, contract, ..
        } = request;
        let contract_id = contract.map(|contract| contract.entity_id);
        match settings.kassa24_answers {
            Kassa24Answers::Account => {
                self.customer::<Refusal>(&top_up.customer_id).await?;
                let id = self
                    .record::<Kassa24>(top_up, contract_id, Vec::new())
                    .await?;
                Ok(CustomerDepositResponse::new(id).into())
            }
            Kassa24Answers::Contracts => {
                let customer = self
                    .customer(&top_up.customer_id)
                    .await
                    .map_err(of_contracts)?;
                let strict = settings.strict_contracts;
                let flags = contracts::flags(&customer, contract_id.as_ref(), strict)
                    .map_err(of_contracts)?;
                let id = self.record::<Kassa24>(top_up, contract_id, flags).await?;
                Ok(DescribedDepositResponse::new(id).into())
            }
        }
    }
}

/// A refusal in the shape of the second option.
fn of_contracts(error: HandlerError<Refused>) -> HandlerError<Refusal> {
    match error {
        HandlerError::Refused(refused) => HandlerError::Refused(Refusal::of_contracts(&refused)),
        HandlerError::Unavailable(unavailable) => HandlerError::Unavailable(unavailable),
    }
}
