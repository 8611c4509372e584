//! QIWI Kazakhstan: an account without contracts.

use jetpay_core::{CheckDepositResult, Merchant, VerifyRequest, VerifyResult};
use jetpay_qiwi_kz::{CheckDeposit, CheckDepositResponse, QiwiKz};

use super::LedgerMerchant;

impl Merchant<QiwiKz> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<QiwiKz> {
        self.account(&request.customer_id).await
    }

    async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<QiwiKz> {
        self.customer(&request.top_up.customer_id).await?;
        Ok(CheckDepositResponse::new(
            self.record::<QiwiKz>(request.top_up, None, Vec::new())
                .await?,
        ))
    }
}
