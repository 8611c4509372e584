//! A merchant has no constructor for the code 400: that is the signature's.
//! error: are private

use jetpay_core::Refused;
use jetpay_core::response_code::ResponseCode;

pub fn refuse(text: String) -> Refused {
    #[cfg(not(wrong))]
    return Refused::failed(text);
    #[cfg(wrong)]
    return Refused { code: Code::SignatureError, text };
}
