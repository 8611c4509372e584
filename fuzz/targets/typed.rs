//! The input is a body. It is signed and read as a message to each of the five methods.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let _ = jetpay_simulation::properties::typed(body);
});
