//! The input is a list of steps: payments and callbacks for a real ledger.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = jetpay_simulation::properties::ledger(bytes);
});
