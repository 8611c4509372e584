//! Cash-in Kazakhstan: an account without contracts.

use jetpay_cashin_kz::{CashinKz, CheckDeposit, CheckDepositResponse};
use jetpay_core::{CheckDepositResult, Merchant, VerifyRequest, VerifyResult};

use super::LedgerMerchant;
use crate::telemetry;

impl Merchant<CashinKz> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<CashinKz> {
        self.account(&request.customer_id).await
    }

    async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<CashinKz> {
        if request.typed_verify {
            telemetry::check_deposit_typed_verify(request.top_up.project_id);
        }
        self.customer(&request.top_up.customer_id).await?;
        Ok(CheckDepositResponse::new(
            self.record::<CashinKz>(request.top_up, None, Vec::new())
                .await?,
        ))
    }
}
