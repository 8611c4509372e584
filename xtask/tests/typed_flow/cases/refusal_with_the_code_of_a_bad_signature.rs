//! A merchant cannot make a refusal with the code 400. That code is for a wrong signature.
//! error: are private

use jetpay_core::Refused;
use jetpay_core::response_code::ResponseCode;

pub fn refuse(text: String) -> Refused {
    #[cfg(not(wrong))]
    return Refused::failed(text);
    #[cfg(wrong)]
    return Refused { code: ResponseCode::SignatureError, text };
}
