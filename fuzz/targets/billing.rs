//! The input is the answer of a billing. It is read in both dialects.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let _ = jetpay_simulation::properties::billing(body);
});
