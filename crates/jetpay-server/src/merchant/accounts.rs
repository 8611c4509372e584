//! The methods that show an account without contracts: Kassa24 BVU, Cash-in and QIWI.

use jetpay_cashin_kz::CashinKz;
use jetpay_core::{CheckDepositResult, Merchant, VerifyRequest, VerifyResult};
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_qiwi_kz::QiwiKz;

use super::LedgerMerchant;
use crate::telemetry;

impl Merchant<Kassa24Bvu> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kassa24Bvu> {
        self.account::<Kassa24Bvu, _>(&request).await
    }

    async fn check_deposit(
        &self,
        request: jetpay_kassa24_bvu::CheckDeposit,
    ) -> CheckDepositResult<Kassa24Bvu> {
        let (_, flags) = self
            .customer_of_top_up::<Kassa24Bvu, _>(&request.top_up)
            .await?;
        Ok(jetpay_kassa24_bvu::CheckDepositResponse::new(
            self.record::<Kassa24Bvu>(request.top_up, None, flags)
                .await?,
        ))
    }
}

impl Merchant<CashinKz> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<CashinKz> {
        self.account::<CashinKz, _>(&request).await
    }

    async fn check_deposit(
        &self,
        request: jetpay_cashin_kz::CheckDeposit,
    ) -> CheckDepositResult<CashinKz> {
        if request.typed_verify {
            telemetry::check_deposit_typed_verify(request.top_up.project_id);
        }
        let (_, flags) = self
            .customer_of_top_up::<CashinKz, _>(&request.top_up)
            .await?;
        Ok(jetpay_cashin_kz::CheckDepositResponse::new(
            self.record::<CashinKz>(request.top_up, None, flags).await?,
        ))
    }
}

impl Merchant<QiwiKz> for LedgerMerchant {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<QiwiKz> {
        self.account::<QiwiKz, _>(&request).await
    }

    async fn check_deposit(
        &self,
        request: jetpay_qiwi_kz::CheckDeposit,
    ) -> CheckDepositResult<QiwiKz> {
        let (_, flags) = self
            .customer_of_top_up::<QiwiKz, _>(&request.top_up)
            .await?;
        Ok(jetpay_qiwi_kz::CheckDepositResponse::new(
            self.record::<QiwiKz>(request.top_up, None, flags).await?,
        ))
    }
}
