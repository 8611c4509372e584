//! Kassa24 Terminal BVU: an account without contracts.

use jetpay_core::{CheckDepositResult, Merchant, VerifyRequest, VerifyResult};
use jetpay_kassa24_bvu::{CheckDeposit, CheckDepositResponse, Kassa24Bvu};

use super::LedgerMerchant;

impl Merchant<Kassa24Bvu> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kassa24Bvu> {
        self.account(&request.customer_id).await
    }

    async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<Kassa24Bvu> {
        self.customer(&request.top_up.customer_id).await?;
        Ok(CheckDepositResponse::new(
            self.record::<Kassa24Bvu>(request.top_up, None, Vec::new())
                .await?,
        ))
    }
}
