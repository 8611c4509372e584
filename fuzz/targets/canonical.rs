//! The input is a body: its string to sign and its signature are checked.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let _ = jetpay_simulation::properties::canonical(body);
});
