//! QIWI Kazakhstan: an account without contracts.

use jetpay_core::{Answer, Merchant, VerifyRequest};
use jetpay_qiwi_kz::{Account, CheckDeposit, Deposit, QiwiKz};

use super::LedgerMerchant;

impl Merchant<QiwiKz> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> Answer<QiwiKz, Account> {
        self.account(&request.customer_id).await
    }

    async fn check_deposit(&self, request: CheckDeposit) -> Answer<QiwiKz, Deposit> {
        self.customer(&request.top_up.customer_id).await?;
        Ok(Deposit::new(
            self.record::<QiwiKz>(request.top_up, None, Vec::new())
                .await?,
        ))
    }
}
