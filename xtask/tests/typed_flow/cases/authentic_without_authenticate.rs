//! Only `authenticate` makes an authentic message.
//! error: associated function `new` is private

pub fn make() {
    #[cfg(not(wrong))]
    let _ = jetpay_core::message::Received::authenticate;
    #[cfg(wrong)]
    let _ = jetpay_core::message::Authentic::new;
}
