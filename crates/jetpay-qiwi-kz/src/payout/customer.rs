//! Who gets a payout.

use std::fmt;

use jetpay_core::redacted::Redacted;
use serde::Serialize;

/// The customer as given, not checked yet. Everything in it is the payer's data, so `Debug` hides it.
///
/// Source: qiwi-kz, request payout, `customer`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Customer<'a> {
    /// The customer's id in the merchant's system.
    pub id: &'a str,
    /// The address of the customer's device, IPv4 or IPv6.
    pub ip_address: &'a str,
    /// The first name.
    pub first_name: &'a str,
    /// The last name.
    pub last_name: &'a str,
    /// The e-mail address.
    pub email: &'a str,
}

impl fmt::Debug for Customer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Customer(hidden)")
    }
}

/// The customer of a payout. The order is that of the document's example.
#[derive(Clone, Serialize)]
pub(super) struct Kept {
    ip_address: Redacted,
    id: Redacted,
    first_name: Redacted,
    last_name: Redacted,
    email: Redacted,
}

impl Kept {
    pub(super) fn new(customer: &Customer<'_>) -> Self {
        Self {
            ip_address: Redacted::new(customer.ip_address),
            id: Redacted::new(customer.id),
            first_name: Redacted::new(customer.first_name),
            last_name: Redacted::new(customer.last_name),
            email: Redacted::new(customer.email),
        }
    }

    pub(super) fn given(&self) -> Customer<'_> {
        Customer {
            id: self.id.as_str(),
            ip_address: self.ip_address.as_str(),
            first_name: self.first_name.as_str(),
            last_name: self.last_name.as_str(),
            email: self.email.as_str(),
        }
    }
}
