//! Kaspi: contracts, those that can be paid.

use jetpay_core::{CheckDepositResult, Merchant, VerifyRequest, VerifyResult};
use jetpay_kaspi::{CheckDeposit, CheckDepositResponse, Kaspi, VerifyResponse};

use super::{LedgerMerchant, contracts, shown_id};

impl Merchant<Kaspi> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kaspi> {
        let customer = self.customer(&request.customer_id).await?;
        let contracts = contracts::of(&customer);
        let payable = contracts
            .iter()
            .filter(|contract| contract.status_code == contracts::PAYABLE);
        Ok(VerifyResponse::new(
            self.currency,
            shown_id(&customer),
            payable.map(contracts::answered),
        )?)
    }

    async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<Kaspi> {
        let CheckDeposit {
            top_up, entity_id, ..
        } = request;
        let customer = self.customer(&top_up.customer_id).await?;
        let strict = self.settings(top_up.project_id).strict_contracts;
        let flags = contracts::flags(&customer, Some(&entity_id), strict)?;
        Ok(CheckDepositResponse::new(
            self.record::<Kaspi>(top_up, Some(entity_id), flags).await?,
        ))
    }
}
