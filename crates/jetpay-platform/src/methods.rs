//! The payment methods as data: what differs between the five documents.
//!
//! Values that a method's crate has as constants come from there. This module adds the values that only the platform's
//! side needs.

use jetpay_cashin_kz::CashinKz;
use jetpay_core::Method;
use jetpay_core::method::Limits;
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_qiwi_kz::QiwiKz;
use thiserror::Error;

/// What a method's document says, as far as the platform's side needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MethodFacts {
    /// The name of the method in URLs and in the configuration.
    pub name: &'static str,
    /// The title of the document.
    pub document: &'static str,
    /// `payment_method` in `check_deposit`.
    pub payment_method: &'static str,
    /// The limits of amounts in the document, in minor units.
    pub limits: Option<Limits>,
    /// The values of `payment.method` in callbacks that were seen. Never empty.
    pub callback_methods: &'static [&'static str],
    /// The fields of `check_deposit` that name a contract.
    pub contract_fields: ContractFields,
    /// Where the document shows the text of a refusal, as JSON pointers.
    pub refusal_texts_documented: &'static [&'static str],
    /// All fields in which our service gives the text of a refusal: the documented ones and those of the other
    /// documents.
    pub refusal_texts: &'static [&'static str],
    /// The fields of `refusal_texts` that a refusal also has when the answers have contracts.
    pub refusal_texts_with_contracts: &'static [&'static str],
    /// Optional fields of a good answer to `check_deposit`.
    pub deposit_extras: &'static [&'static str],
    /// Whether `type` of a `check_deposit` may be `verify`.
    pub typed_verify: bool,
    /// The headings of the document.
    pub sections: Sections,
}

/// Which fields of `check_deposit` name the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractFields {
    /// The method has no contracts.
    None,
    /// Always `entity_id`.
    EntityId,
    /// `entity_id` and `number` when the answers have contracts; otherwise none.
    EntityIdAndNumber,
}

/// The headings under which a document describes each message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sections {
    /// `verify`.
    pub verify: &'static str,
    /// `check_deposit`.
    pub check_deposit: &'static str,
    /// The callback.
    pub callback: &'static str,
}

impl Sections {
    const fn new(
        verify: &'static str,
        check_deposit: &'static str,
        callback: &'static str,
    ) -> Self {
        Self {
            verify,
            check_deposit,
            callback,
        }
    }
}

const VERIFY: &str = "Request verify to check the account's existence";
const CHECK_DEPOSIT: &str = "check_deposit for the transaction ID";

/// Kaspi Bank.
pub const KASPI: MethodFacts = MethodFacts {
    callback_methods: &["kaspi"],
    contract_fields: ContractFields::EntityId,
    deposit_extras: &["message", "description"],
    sections: Sections::new(VERIFY, CHECK_DEPOSIT, "Callback"),
    ..of::<Kaspi>()
};

/// Kassa24 Terminal, with both of its answer options.
pub const KASSA24: MethodFacts = MethodFacts {
    callback_methods: &["Kassa24"],
    contract_fields: ContractFields::EntityIdAndNumber,
    refusal_texts: &["/message", "/error_description"],
    refusal_texts_with_contracts: &["/message"],
    deposit_extras: &["message", "description", "customer_id"],
    sections: Sections::new(VERIFY, CHECK_DEPOSIT, "Callback format"),
    ..of::<Kassa24>()
};

/// Kassa24 Terminal BVU.
pub const KASSA24_BVU: MethodFacts = MethodFacts {
    callback_methods: &["kassa24_bvu"],
    refusal_texts_documented: &["/error_description"],
    refusal_texts: &["/error_description"],
    refusal_texts_with_contracts: &["/error_description"],
    deposit_extras: &["description", "customer_id"],
    sections: Sections::new("Request format", "Request format", "Callback format"),
    ..of::<Kassa24Bvu>()
};

/// Cash-in Kazakhstan.
pub const CASHIN_KZ: MethodFacts = MethodFacts {
    callback_methods: &["kassa24"],
    refusal_texts_documented: &["/errors/message"],
    refusal_texts: &["/message", "/errors/message"],
    refusal_texts_with_contracts: &["/message", "/errors/message"],
    deposit_extras: &["description"],
    typed_verify: true,
    sections: Sections::new(
        "Request verify for checking account existence",
        "Request check_deposit for payment identifier",
        "Callback",
    ),
    ..of::<CashinKz>()
};

/// QIWI Kazakhstan, purchases.
pub const QIWI_KZ: MethodFacts = MethodFacts {
    callback_methods: &["Qiwi Kz Kiosk", "Qiwi Kz Terminal"],
    sections: Sections::new("Request format", "Request format", "Callback format"),
    ..of::<QiwiKz>()
};

/// The place in a URL that stands for the name of a method.
pub const METHOD_PLACEHOLDER: &str = "{method}";

/// The name is not the name of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the methods are {}", METHODS.each_ref().map(|method| method.name).join(", "))]
pub struct UnknownMethod;

/// All methods, in the order in which the project lists them.
pub static METHODS: [MethodFacts; 5] = [KASPI, KASSA24, KASSA24_BVU, CASHIN_KZ, QIWI_KZ];

/// The values of the method's crate. The other values are those of the simplest document.
const fn of<M: Method>() -> MethodFacts {
    MethodFacts {
        name: M::NAME,
        document: M::DOCUMENT,
        payment_method: M::PAYMENT_METHOD,
        limits: M::LIMITS,
        callback_methods: &[],
        contract_fields: ContractFields::None,
        refusal_texts_documented: &["/message"],
        refusal_texts: &["/message"],
        refusal_texts_with_contracts: &["/message"],
        deposit_extras: &[],
        typed_verify: false,
        sections: Sections::new("", "", ""),
    }
}

impl MethodFacts {
    /// The method with this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        METHODS.iter().find(|method| method.name == name)
    }

    /// The method with this name.
    ///
    /// # Errors
    /// [`UnknownMethod`], which lists the names.
    pub fn parse(name: &str) -> Result<&'static Self, UnknownMethod> {
        Self::named(name).ok_or(UnknownMethod)
    }

    /// The URL with [`METHOD_PLACEHOLDER`] replaced by this method's name.
    #[must_use]
    pub fn in_url(&self, url: &str) -> String {
        url.replace(METHOD_PLACEHOLDER, self.name)
    }

    /// The path of the method's URL at the service: `/kassa24-bvu`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_method_is_refused_with_the_names_of_all_methods() {
        assert_eq!(MethodFacts::parse("kaspi").unwrap().name, "kaspi");
        assert_eq!(
            MethodFacts::parse("visa").unwrap_err().to_string(),
            "the methods are kaspi, kassa24, kassa24-bvu, cashin-kz, qiwi-kz"
        );
    }
}
