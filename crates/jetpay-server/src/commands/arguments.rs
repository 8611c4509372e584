//! What several commands read alike from the command line.

use jetpay_simulator::MethodFacts;
use jetpay_simulator::messages::Contract;

use crate::methods::NAMES;

/// Stands in a URL for the method's name.
pub(super) const METHOD: &str = "{method}";

/// A method by its name.
pub(super) fn method(name: &str) -> Result<&'static MethodFacts, String> {
    MethodFacts::named(name).ok_or_else(|| format!("the methods are {}", NAMES.join(", ")))
}

/// `12345:1234_ABC`, or the id alone, which then is its number, too.
pub(super) fn contract(text: &str) -> Result<Contract, String> {
    let (id, number) = text.split_once(':').unwrap_or((text, text));
    if id.is_empty() || number.is_empty() {
        return Err("a contract is ID or ID:NUMBER, such as 12345:1234_ABC".into());
    }
    Ok(Contract {
        id: id.into(),
        number: number.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_is_an_id_and_a_number_that_may_be_the_same() {
        for (text, id, number) in [
            ("12345:1234_ABC", "12345", "1234_ABC"),
            ("12345", "12345", "12345"),
            ("1:2:3", "1", "2:3"),
        ] {
            let contract = contract(text).unwrap();
            assert_eq!(
                (contract.id.as_str(), contract.number.as_str()),
                (id, number)
            );
        }
        for text in ["", ":", "1:", ":1"] {
            assert!(contract(text).is_err(), "{text}");
        }
    }

    #[test]
    fn method_that_is_none_is_told_which_there_are() {
        assert_eq!(method("kaspi").unwrap().name, "kaspi");
        assert!(method("visa").unwrap_err().contains("kaspi, kassa24"));
    }
}
