//! A typed message cannot be deserialised, because that would skip its signature.
//! error: VerifyRequest: serde
//! error: jetpay_kaspi::CheckDeposit: serde
//! error: Callback: serde

pub fn read(bytes: &[u8]) -> serde_json::Result<()> {
    #[cfg(not(wrong))]
    let _: serde_json::Value = serde_json::from_slice(bytes)?;
    #[cfg(wrong)]
    let _: jetpay_core::VerifyRequest = serde_json::from_slice(bytes)?;
    #[cfg(wrong)]
    let _: jetpay_kaspi::CheckDeposit = serde_json::from_slice(bytes)?;
    #[cfg(wrong)]
    let _: jetpay_core::Callback = serde_json::from_slice(bytes)?;
    Ok(())
}
