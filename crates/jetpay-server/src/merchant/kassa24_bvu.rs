//! Kassa24 Terminal BVU: an account without contracts.

use jetpay_core::{Answer, Merchant, VerifyRequest};
use jetpay_kassa24_bvu::{Account, CheckDeposit, Deposit, Kassa24Bvu};

use super::LedgerMerchant;

impl Merchant<Kassa24Bvu> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> Answer<Kassa24Bvu, Account> {
        self.account(&request.customer_id).await
    }

    async fn check_deposit(&self, request: CheckDeposit) -> Answer<Kassa24Bvu, Deposit> {
        self.customer(&request.top_up.customer_id).await?;
        Ok(Deposit::new(
            self.record::<Kassa24Bvu>(request.top_up, None, Vec::new())
                .await?,
        ))
    }
}
