//! Payments announced and callbacks told, to a real ledger.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = jetpay_properties::ledger(bytes);
});
