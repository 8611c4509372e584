//! The methods that show an account without contracts: Kassa24 BVU, Cash-in and QIWI.

use jetpay_cashin_kz::CashinKz;
use jetpay_core::{CheckDepositResult, Merchant, VerifyRequest, VerifyResult};
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_qiwi_kz::QiwiKz;

use super::LedgerMerchant;
use crate::telemetry;

impl Merchant<Kassa24Bvu> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kassa24Bvu> {
        self.account(&request.customer_id).await
    }

    async fn check_deposit(
        &self,
        request: jetpay_kassa24_bvu::CheckDeposit,
    ) -> CheckDepositResult<Kassa24Bvu> {
        self.customer(&request.top_up.customer_id).await?;
        Ok(jetpay_kassa24_bvu::CheckDepositResponse::new(
            self.record::<Kassa24Bvu>(request.top_up, None, Vec::new())
                .await?,
        ))
    }
}

impl Merchant<CashinKz> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<CashinKz> {
        self.account(&request.customer_id).await
    }

    async fn check_deposit(
        &self,
        request: jetpay_cashin_kz::CheckDeposit,
    ) -> CheckDepositResult<CashinKz> {
        if request.typed_verify {
            telemetry::check_deposit_typed_verify(request.top_up.project_id);
        }
        self.customer(&request.top_up.customer_id).await?;
        Ok(jetpay_cashin_kz::CheckDepositResponse::new(
            self.record::<CashinKz>(request.top_up, None, Vec::new())
                .await?,
        ))
    }
}

impl Merchant<QiwiKz> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<QiwiKz> {
        self.account(&request.customer_id).await
    }

    async fn check_deposit(
        &self,
        request: jetpay_qiwi_kz::CheckDeposit,
    ) -> CheckDepositResult<QiwiKz> {
        self.customer(&request.top_up.customer_id).await?;
        Ok(jetpay_qiwi_kz::CheckDepositResponse::new(
            self.record::<QiwiKz>(request.top_up, None, Vec::new())
                .await?,
        ))
    }
}
