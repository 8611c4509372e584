//! Words and codes: a program makes no word of the platform and handles words that come later, and a code has one meaning.

pub mod unknown_word_made_by_a_program {
    //! A program cannot make an unknown word, so an unknown word is never a known one.
    //! error: private fields

    use jetpay_core::status::{PaymentStatus, UnknownWord};

    pub fn status() -> (PaymentStatus, Option<UnknownWord>) {
        #[cfg(not(wrong = "unknown_word_made_by_a_program"))]
        return (PaymentStatus::from("success"), None);
        #[cfg(wrong = "unknown_word_made_by_a_program")]
        return (PaymentStatus::Other(UnknownWord("success".into())), None);
    }
}

pub mod word_that_the_platform_adds_later {
    //! A program must handle words that a later version knows.
    //! error: non-exhaustive patterns

    use jetpay_core::status::PaymentType;

    pub fn is_payout(kind: PaymentType) -> bool {
        match kind {
            PaymentType::Payout => true,
            PaymentType::Purchase => false,
            PaymentType::Other(_) => false,
            #[cfg(not(wrong = "word_that_the_platform_adds_later"))]
            _ => false,
        }
    }
}

pub mod refusal_with_the_code_of_a_bad_signature {
    //! A merchant cannot make a refusal with the code 400. That code is for a wrong signature.
    //! error: are private

    use jetpay_core::Refused;
    use jetpay_core::response_code::ResponseCode;

    pub fn refuse(text: String) -> Refused {
        #[cfg(not(wrong = "refusal_with_the_code_of_a_bad_signature"))]
        return Refused::failed(text);
        #[cfg(wrong = "refusal_with_the_code_of_a_bad_signature")]
        return Refused {
            code: ResponseCode::SignatureError,
            text,
        };
    }
}
