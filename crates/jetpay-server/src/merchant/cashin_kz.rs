//! Cash-in Kazakhstan: an account without contracts.

use jetpay_cashin_kz::{Account, CashinKz, CheckDeposit, Deposit};
use jetpay_core::{Answer, Merchant, VerifyRequest};

use super::LedgerMerchant;
use crate::telemetry;

impl Merchant<CashinKz> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> Answer<CashinKz, Account> {
        self.account(&request.customer_id).await
    }

    async fn check_deposit(&self, request: CheckDeposit) -> Answer<CashinKz, Deposit> {
        if request.typed_verify {
            telemetry::check_deposit_typed_verify(request.top_up.project_id);
        }
        self.customer(&request.top_up.customer_id).await?;
        Ok(Deposit::new(
            self.record::<CashinKz>(request.top_up, None, Vec::new())
                .await?,
        ))
    }
}
