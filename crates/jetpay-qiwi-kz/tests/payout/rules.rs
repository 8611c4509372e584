//! The rules for each field of a payout.

use jetpay_core::{Currency, Money};
use jetpay_qiwi_kz::{Customer, InvalidPayout, Payout};

use super::{JOHN, WALLET, general, tenge};

/// The name of the field that is wrong, which must be the only one.
fn wrong(customer: &Customer<'_>, account_number: &str, amount: Money) -> &'static str {
    let problems = Payout::problems(customer, account_number, amount);
    assert_eq!(
        problems.len(),
        1,
        "{customer:?} {account_number} {amount}: {problems:?}"
    );
    let refused = Payout::new(general(), customer, account_number, amount).unwrap_err();
    assert_eq!(refused, problems[0]);
    refused.field()
}

type Change = for<'a> fn(&'a str) -> Customer<'a>;

#[test]
fn each_wrong_field_is_refused_by_its_name() {
    let (long, long_email) = ("x".repeat(256), format!("{}@b", "x".repeat(256)));
    let names = ["", " ", "a;b", "a\tb", "\u{7f}", &long];
    let rows: [(&str, Change, &[&str]); 5] = [
        (
            "customer.id",
            |id| Customer { id, ..JOHN },
            &["", "a;b", "a\nb", "a\u{85}", &long],
        ),
        (
            "customer.ip_address",
            |ip_address| Customer { ip_address, ..JOHN },
            &[
                "",
                "localhost",
                "198.51.100",
                "198.51.100.256",
                "198.51.100.47;a:b",
                " 198.51.100.47",
                "fe80::1%1",
            ],
        ),
        (
            "customer.first_name",
            |first_name| Customer { first_name, ..JOHN },
            &names,
        ),
        (
            "customer.last_name",
            |last_name| Customer { last_name, ..JOHN },
            &names,
        ),
        (
            "customer.email",
            |email| Customer { email, ..JOHN },
            &[
                "",
                "a",
                "@",
                "a@",
                "@b",
                "a@b@c",
                "a b@c",
                "a@b\u{a0}",
                "a@b;c",
                "a@b\r",
                &long_email,
            ],
        ),
    ];
    for (field, change, texts) in rows {
        for text in texts {
            assert_eq!(wrong(&change(text), WALLET, tenge(1)), field, "{text}");
        }
    }
    let long = "1".repeat(21);
    for text in [
        "",
        "1234",
        "+77011234567",
        "12345a",
        "12 345",
        "１２３４５",
        &long,
    ] {
        assert_eq!(wrong(&JOHN, text, tenge(1)), "account_number", "{text}");
    }
    for minor in [0, -1, i64::MIN] {
        assert_eq!(wrong(&JOHN, WALLET, tenge(minor)), "amount");
    }
    let dollars = Money::new(1, Currency::parse("USD").unwrap());
    assert_eq!(wrong(&JOHN, WALLET, dollars), "currency");
}

#[test]
fn longest_and_shortest_allowed_values_are_a_payout() {
    let long = "x".repeat(255);
    let email = format!("{}@b", "x".repeat(253));
    for customer in [
        Customer {
            id: &long,
            first_name: &long,
            last_name: &long,
            email: &email,
            ..JOHN
        },
        Customer {
            ip_address: "2001:db8::1",
            first_name: "Айгерім",
            last_name: "O'Neil: \"Х\"",
            ..JOHN
        },
    ] {
        for account_number in ["12345", &"1".repeat(20)] {
            for minor in [1, i64::MAX] {
                assert_eq!(
                    Payout::problems(&customer, account_number, tenge(minor)),
                    []
                );
            }
        }
    }
}

#[test]
fn all_wrong_fields_are_reported_at_once() {
    let empty = Customer {
        id: "",
        ip_address: "",
        first_name: "",
        last_name: "",
        email: "",
    };
    let problems = Payout::problems(&empty, "", Money::new(0, Currency::parse("USD").unwrap()));
    let fields: Vec<_> = problems.iter().map(InvalidPayout::field).collect();
    assert_eq!(
        fields,
        [
            "customer.id",
            "customer.ip_address",
            "customer.first_name",
            "customer.last_name",
            "customer.email",
            "account_number",
            "amount",
            "currency"
        ]
    );
}
