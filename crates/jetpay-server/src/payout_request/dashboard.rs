//! The file of mass payouts that a person uploads in the platform's Dashboard.
//!
//! Source: the platform's public page about mass payouts: CSV in UTF-8 without a byte order mark, `;` between values, the
//! names of the parameters on line 1. The page says nothing about quoting, so a value that would need it is refused.

use std::fmt::Write;

use jetpay_core::Method;
use jetpay_qiwi_kz::{Payout, QiwiKz};

use crate::field_error::FieldError;

/// Line 1 of the file.
pub const HEADER: &str = "operation_type;general.project_id;method;general.payment_id;payment.amount;payment.currency;\
    account.number;customer.id;customer.first_name;customer.last_name;customer.email;customer.ip_address\n";

/// The codes of payment methods in such a file, by the names of the methods.
const METHODS: [(&str, &str); 1] = [(QiwiKz::NAME, "wallet/qiwi-kz")];

/// The line of a payout, with its line end. `method` is the name of its payment method.
///
/// # Errors
/// [`FieldError`] names the field that such a file cannot hold. It does not show the value.
pub fn line(method: &str, payout: &Payout) -> Result<String, FieldError> {
    let code = METHODS.iter().find(|(name, _)| *name == method);
    let (_, code) = code
        .ok_or_else(|| FieldError::new("method", "has no code for the files of the Dashboard"))?;
    let (general, customer, amount) = (payout.general(), payout.customer(), payout.amount());
    let project = general.project_id().to_string();
    let (minor, currency) = (amount.minor().to_string(), amount.currency());
    let values = [
        ("operation_type", "payout"),
        ("project_id", &project),
        ("method", code),
        ("payment_id", general.payment_id().as_str()),
        ("amount", &minor),
        ("currency", currency.code()),
        ("account_number", payout.account_number()),
        ("customer.id", customer.id),
        ("customer.first_name", customer.first_name),
        ("customer.last_name", customer.last_name),
        ("customer.email", customer.email),
        ("customer.ip_address", customer.ip_address),
    ];
    let mut line = String::new();
    for (number, (field, value)) in values.into_iter().enumerate() {
        let splits = |it: char| it == ';' || it == '"' || it.is_control();
        if value.contains(splits) {
            let message =
                "has `;`, `\"` or a control character, which the file of the Dashboard cannot hold";
            return Err(FieldError::new(field, message));
        }
        if value.starts_with(['=', '+', '-', '@']) {
            let message = "begins with `=`, `+`, `-` or `@`: a spreadsheet that opens the file would take it for a formula";
            return Err(FieldError::new(field, message));
        }
        let before = if number == 0 { "" } else { ";" };
        write!(line, "{before}{value}").expect("writing to a String cannot fail");
    }
    line.push('\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use jetpay_core::payout::General;
    use jetpay_core::{Currency, Money};
    use jetpay_qiwi_kz::Customer;

    use super::*;

    fn payout(first_name: &str, ip_address: &str) -> Payout {
        let customer = Customer {
            id: "12345",
            ip_address,
            first_name,
            last_name: "O'Хан",
            email: "a@example.com",
        };
        let general = General::new(1234.into(), "p-1".try_into().unwrap()).unwrap();
        let amount = Money::new(150_000, Currency::KZT);
        Payout::new(general, &customer, "77012345678", amount).unwrap()
    }

    #[test]
    fn line_has_a_value_for_each_name_of_the_header_in_minor_units() {
        let line = line("qiwi-kz", &payout("Айгуль", "2001:db8::1")).unwrap();
        assert_eq!(
            line,
            "payout;1234;wallet/qiwi-kz;p-1;150000;KZT;77012345678;12345;Айгуль;O'Хан;a@example.com;2001:db8::1\n"
        );
        let cells = |line: &str| line.matches(';').count();
        assert_eq!(cells(&line), cells(HEADER));
        let names: Vec<_> = HEADER.trim_end().split(';').collect();
        assert_eq!(
            names[4..7],
            ["payment.amount", "payment.currency", "account.number"]
        );
    }

    #[test]
    fn value_that_a_spreadsheet_would_run_is_refused_without_the_value() {
        for first in ["=1+1", "+1", "-1", "@SUM(A1)"] {
            let error = line("qiwi-kz", &payout(first, "203.0.113.9")).unwrap_err();
            assert_eq!(error.field, "customer.first_name");
            assert!(!error.message.contains(first), "{}", error.message);
        }
        assert!(line("qiwi-kz", &payout("Anna-Maria", "203.0.113.9")).is_ok());
    }

    #[test]
    fn value_that_would_need_a_quote_and_a_method_without_a_code_are_refused_without_the_value() {
        let error = line("qiwi-kz", &payout("A \"B\"", "203.0.113.9")).unwrap_err();
        assert_eq!(error.field, "customer.first_name");
        assert!(!error.message.contains("A \"B"), "{}", error.message);
        let error = line("other", &payout("A", "203.0.113.9")).unwrap_err();
        assert_eq!(error.field, "method");
    }
}
