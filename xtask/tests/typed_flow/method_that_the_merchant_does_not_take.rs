//! A merchant that takes one method is not served as another.
//! error: Shop: Merchant<Kassa24>

use jetpay_core::{Acknowledged, Answer, Callback, Callbacks, Keyring, Merchant, Unacknowledged, VerifyRequest};
use jetpay_kaspi::{Account, CheckDeposit, Deposit, Kaspi};
use jetpay_kassa24::Kassa24;

pub struct Shop;

impl Callbacks for Shop {
    async fn callback(&self, _: Callback) -> Result<Acknowledged, Unacknowledged> {
        todo!()
    }
}

impl Merchant<Kaspi> for Shop {
    async fn verify(&self, _: VerifyRequest) -> Answer<Kaspi, Account> {
        todo!()
    }

    async fn check_deposit(&self, _: CheckDeposit) -> Answer<Kaspi, Deposit> {
        todo!()
    }
}

pub fn serve(keyring: &Keyring) {
    #[cfg(not(wrong))]
    let _ = jetpay_core::serve::<Kaspi, Shop>(b"", &Shop, keyring);
    #[cfg(wrong)]
    let _ = jetpay_core::serve::<Kassa24, Shop>(b"", &Shop, keyring);
}
