//! What a document says about a method as a whole.

use crate::money::Money;

/// The amounts that a method's document names, both inclusive.
///
/// At kiosks the cash is in the machine before anybody is asked, so an amount beyond them is worth a flag and not
/// a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The least.
    pub min: Money,
    /// The most.
    pub max: Money,
}

impl Limits {
    /// Whether `amount` is within them; an amount in another currency is not.
    #[must_use]
    pub fn contain(&self, amount: Money) -> bool {
        amount.currency() == self.min.currency()
            && (self.min.minor()..=self.max.minor()).contains(&amount.minor())
    }
}
