//! A program reads a message only after its signature was verified, and makes none itself.

pub mod received_read_before_its_signature {
    //! A program cannot read a message before it verifies the signature.
    //! error: no method named `read` found

    use jetpay_core::message::{Received, Request};
    use jetpay_core::{Keyring, Rejection};
    use jetpay_kaspi::Kaspi;

    pub fn read(received: Received<'_>, keyring: &Keyring) -> Result<Request<Kaspi>, Rejection> {
        #[cfg(not(wrong = "received_read_before_its_signature"))]
        return received.authenticate(keyring)?.read::<Kaspi>();
        #[cfg(wrong = "received_read_before_its_signature")]
        return received.read::<Kaspi>();
    }
}

pub mod authentic_without_authenticate {
    //! Only `authenticate` makes an authentic message.
    //! error: associated function `new` is private

    pub fn make() {
        #[cfg(not(wrong = "authentic_without_authenticate"))]
        let _ = jetpay_core::message::Received::authenticate;
        #[cfg(wrong = "authentic_without_authenticate")]
        let _ = jetpay_core::message::Authentic::new;
    }
}

pub mod typed_requests_from_unsigned_bytes {
    //! A typed message cannot be deserialised, because that would skip its signature.
    //! error: VerifyRequest: serde
    //! error: jetpay_kaspi::CheckDeposit: serde
    //! error: Callback: serde

    pub fn read(bytes: &[u8]) -> serde_json::Result<()> {
        #[cfg(not(wrong = "typed_requests_from_unsigned_bytes"))]
        let _: serde_json::Value = serde_json::from_slice(bytes)?;
        #[cfg(wrong = "typed_requests_from_unsigned_bytes")]
        let _: jetpay_core::VerifyRequest = serde_json::from_slice(bytes)?;
        #[cfg(wrong = "typed_requests_from_unsigned_bytes")]
        let _: jetpay_kaspi::CheckDeposit = serde_json::from_slice(bytes)?;
        #[cfg(wrong = "typed_requests_from_unsigned_bytes")]
        let _: jetpay_core::Callback = serde_json::from_slice(bytes)?;
        Ok(())
    }
}

pub mod request_made_by_a_program {
    //! A program cannot make a request. It can only receive one.
    //! error: cannot create non-exhaustive struct

    use jetpay_core::VerifyRequest;

    pub fn remake(request: VerifyRequest) {
        let VerifyRequest {
            project_id,
            customer_id,
            ..
        } = request;
        #[cfg(not(wrong = "request_made_by_a_program"))]
        drop((project_id, customer_id));
        #[cfg(wrong = "request_made_by_a_program")]
        drop(VerifyRequest {
            project_id,
            customer_id,
        });
    }
}

pub mod callback_made_by_a_program {
    //! A program cannot make a callback, nor put a part of one into another. It can only receive one.
    //! error: cannot create non-exhaustive struct

    use jetpay_core::Callback;

    pub fn remake(callback: Callback, other: Callback) {
        #[cfg(not(wrong = "callback_made_by_a_program"))]
        drop((callback.operation, other));
        #[cfg(wrong = "callback_made_by_a_program")]
        drop(Callback {
            operation: callback.operation,
            ..other
        });
    }
}
