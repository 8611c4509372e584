//! A merchant that implements one method cannot serve another method.
//! error: Shop: Merchant<Kassa24>

use jetpay_core::{Acknowledged, Callback, CallbackError, Callbacks, CheckDepositResult, Keyring, Merchant, VerifyRequest, VerifyResult};
use jetpay_kaspi::{CheckDeposit, Kaspi};
use jetpay_kassa24::Kassa24;

pub struct Shop;

impl Callbacks for Shop {
    async fn callback(&self, _: Callback) -> Result<Acknowledged, CallbackError> {
        todo!()
    }
}

impl Merchant<Kaspi> for Shop {
    async fn verify(&self, _: VerifyRequest) -> VerifyResult<Kaspi> {
        todo!()
    }

    async fn check_deposit(&self, _: CheckDeposit) -> CheckDepositResult<Kaspi> {
        todo!()
    }
}

pub fn serve(keyring: &Keyring) {
    #[cfg(not(wrong))]
    let _ = jetpay_core::serve::<Kaspi, Shop>(b"", &Shop, keyring);
    #[cfg(wrong)]
    let _ = jetpay_core::serve::<Kassa24, Shop>(b"", &Shop, keyring);
}
