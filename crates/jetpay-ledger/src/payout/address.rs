//! Which Gate a payout belongs to.

/// The Gate that a service is configured for. Only the Gate that a payout was first sent to knows the payout. Another Gate
/// would answer that it does not know the id, and the payout would be sent and paid a second time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateAddress {
    address: String,
    formerly: Vec<String>,
}

impl GateAddress {
    /// The Gate at this address.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            formerly: Vec::new(),
        }
    }

    /// An address that the same Gate had before.
    #[must_use]
    pub fn formerly(mut self, address: impl Into<String>) -> Self {
        self.formerly.push(address.into());
        self
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// Whether the Gate at `address` is this one.
    #[must_use]
    pub fn is(&self, address: &str) -> bool {
        self.address == address || self.formerly.iter().any(|former| former == address)
    }
}
