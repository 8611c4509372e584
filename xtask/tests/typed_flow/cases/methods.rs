//! What belongs to one method is not used for another. What a merchant's implementation must be.

pub mod field_of_another_method {
    //! A request has only the fields of its own method's document.
    //! error: no field `number` on type

    pub fn contract(request: jetpay_kaspi::CheckDeposit) {
        #[cfg(not(wrong = "field_of_another_method"))]
        drop(request.entity_id);
        #[cfg(wrong = "field_of_another_method")]
        drop(request.number);
    }
}

pub mod response_of_another_method {
    //! The response of one method, with its code 204, cannot be used for another method.
    //! error: mismatched types

    use jetpay_core::{Currency, VerifyResult};
    use jetpay_kaspi::{Contract, Kaspi, VerifyResponse};

    pub fn respond(contract: Contract) -> VerifyResult<Kaspi> {
        #[cfg(not(wrong = "response_of_another_method"))]
        let response = VerifyResponse::new(Currency::KZT, "ABCDE12345", [contract])?;
        #[cfg(wrong = "response_of_another_method")]
        let response =
            jetpay_kassa24::ContractsResponse::new(Currency::KZT, "ABCDE12345", [contract]);
        Ok(response)
    }
}

pub mod method_that_the_merchant_does_not_implement {
    //! A merchant that implements one method cannot serve another method.
    //! error: Shop: Merchant<Kassa24>

    use jetpay_core::{
        Acknowledged, Callback, CallbackError, Callbacks, CheckDepositResult, Keyring, Merchant,
        VerifyRequest, VerifyResult,
    };
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
        #[cfg(not(wrong = "method_that_the_merchant_does_not_implement"))]
        let _ = jetpay_core::serve::<Kaspi, Shop>(b"", &Shop, keyring);
        #[cfg(wrong = "method_that_the_merchant_does_not_implement")]
        let _ = jetpay_core::serve::<Kassa24, Shop>(b"", &Shop, keyring);
    }
}

pub mod payout_with_a_method_without_payouts {
    //! A program cannot pay out with a method that has no payouts.
    //! error: the trait bound `Kaspi: Payouts` is not satisfied

    use jetpay_core::Project;
    use jetpay_gate::Gate;
    use jetpay_kaspi::Kaspi;
    use jetpay_qiwi_kz::{Payout, QiwiKz};

    pub async fn pay_out(gate: &Gate, project: &Project, payout: &Payout) {
        #[cfg(not(wrong = "payout_with_a_method_without_payouts"))]
        let _ = gate.payout::<QiwiKz>(project, payout).await;
        #[cfg(wrong = "payout_with_a_method_without_payouts")]
        let _ = gate.payout::<Kaspi>(project, payout).await;
    }
}

pub mod future_that_stays_on_its_thread {
    //! A merchant's future must be `Send`: a server may move it to another thread.
    //! error: future cannot be sent between threads safely

    #[cfg(wrong = "future_that_stays_on_its_thread")]
    use std::rc::Rc as Shared;
    #[cfg(not(wrong = "future_that_stays_on_its_thread"))]
    use std::sync::Arc as Shared;

    use jetpay_core::{Acknowledged, Callback, CallbackError, Callbacks};

    pub struct Shop;

    impl Callbacks for Shop {
        async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
            let callback = Shared::new(callback);
            std::future::ready(()).await;
            drop(callback);
            Ok(Acknowledged)
        }
    }
}
