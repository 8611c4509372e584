//! A body, its string to sign, its signature.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let _ = jetpay_properties::canonical(body);
});
