//! What each result code means, and what is never taken for an answer.

use jetpay_billing::dialect::{Body, CheckAnswer, Dialect, PayOrder};
use jetpay_billing::{Delivery, Failure};

use crate::wire::order;

fn osmp(txn_id: &str, result: &str, comment: &str) -> String {
    format!(
        "<response><osmp_txn_id>{txn_id}</osmp_txn_id><result>{result}</result><comment>{comment}</comment></response>"
    )
}

fn kaspi(txn_id: &str, result: &str, comment: &str) -> String {
    format!(r#"{{"txn_id": "{txn_id}", "result": {result}, "comment": "{comment}"}}"#)
}

fn body(dialect: Dialect, txn_id: &str, result: &str) -> String {
    match dialect {
        Dialect::Osmp => osmp(txn_id, result, "said"),
        Dialect::Kaspi => kaspi(txn_id, result, "said"),
    }
}

fn check(dialect: Dialect, text: &str) -> Result<CheckAnswer, Failure> {
    dialect.read_check(Body::new(text.as_bytes(), None), "1")
}

fn pay(dialect: Dialect, text: &str, is_repeat: bool) -> Delivery {
    let order = PayOrder {
        is_repeat,
        ..order("1")
    };
    dialect.read_pay(Body::new(text.as_bytes(), None), &order)
}

fn word_of_check(answer: &Result<CheckAnswer, Failure>) -> &'static str {
    match answer {
        Ok(CheckAnswer::Known(_)) => "known",
        Ok(CheckAnswer::Unknown) => "unknown",
        Err(Failure::Said(_)) => "said",
        Err(Failure::NotNow(_)) => "not now",
        Err(_) => "unreadable",
    }
}

fn word_of_pay(delivery: &Delivery) -> &'static str {
    match delivery {
        Delivery::Delivered { .. } => "delivered",
        Delivery::Again { .. } => "again",
        Delivery::Refused { .. } => "refused",
        Delivery::Gone { .. } => "gone",
    }
}

#[test]
fn each_result_has_its_meaning_for_check_for_pay_and_for_a_repeated_pay() {
    use Dialect::{Kaspi, Osmp};
    for (dialect, result, on_check, on_pay, on_repeat) in [
        (Osmp, "0", "known", "delivered", "delivered"),
        (Osmp, "1", "not now", "again", "again"),
        (Osmp, "2", "not now", "refused", "refused"),
        (Osmp, "3", "not now", "refused", "refused"),
        (Osmp, "4", "unknown", "refused", "refused"),
        (Osmp, "5", "unknown", "refused", "refused"),
        (Osmp, "7", "said", "refused", "refused"),
        (Osmp, "8", "not now", "refused", "delivered"),
        (Osmp, "31", "said", "refused", "refused"),
        (Osmp, "32", "said", "refused", "refused"),
        (Osmp, "79", "said", "refused", "refused"),
        (Osmp, "90", "not now", "again", "again"),
        (Osmp, "241", "said", "refused", "refused"),
        (Osmp, "242", "said", "refused", "refused"),
        (Osmp, "243", "not now", "refused", "refused"),
        (Osmp, "300", "not now", "again", "again"),
        (Osmp, "301", "not now", "refused", "refused"),
        (Osmp, "4294967295", "not now", "refused", "refused"),
        (Kaspi, "0", "known", "delivered", "delivered"),
        (Kaspi, "1", "unknown", "refused", "refused"),
        (Kaspi, "2", "said", "refused", "refused"),
        (Kaspi, "3", "said", "refused", "delivered"),
        (Kaspi, "4", "not now", "again", "again"),
        (Kaspi, "5", "not now", "refused", "refused"),
        (Kaspi, "6", "not now", "refused", "refused"),
        (Kaspi, "300", "not now", "refused", "refused"),
    ] {
        let text = body(dialect, "1", result);
        let found = (
            word_of_check(&check(dialect, &text)),
            word_of_pay(&pay(dialect, &text, false)),
            word_of_pay(&pay(dialect, &text, true)),
        );
        assert_eq!(found, (on_check, on_pay, on_repeat), "{dialect:?} {result}");
    }
}

#[test]
fn kaspis_xml_has_kaspis_results() {
    for (result, on_check, on_pay) in [("1", "unknown", "refused"), ("5", "not now", "refused")] {
        let text = osmp("1", result, "");
        assert_eq!(word_of_check(&check(Dialect::Kaspi, &text)), on_check);
        assert_eq!(word_of_pay(&pay(Dialect::Kaspi, &text, false)), on_pay);
    }
}

#[test]
fn answer_that_is_not_about_our_txn_id_or_has_no_result_cannot_be_read() {
    let page = "<!DOCTYPE html><html><body>maintenance</body></html>".to_owned();
    let without_id = "<response><result>0</result></response>".to_owned();
    let two_ids = osmp("1", "0", "").replace("<result>", "<txn_id>2</txn_id><result>");
    let nested = "<r><response><txn_id>1</txn_id><result>0</result></response></r>".to_owned();
    for (text, why) in [
        (osmp("2", "0", ""), "another txn_id"),
        (osmp("01", "0", ""), "another txn_id"),
        (osmp("", "0", ""), "another txn_id"),
        (two_ids, "another txn_id"),
        (without_id, "no txn_id"),
        (nested, "no txn_id"),
        (osmp("1", "", ""), "not a number"),
        (osmp("1", "OK", ""), "not a number"),
        (osmp("1", "-1", ""), "not a number"),
        (osmp("1", "+0", ""), "not a number"),
        (osmp("1", "0.0", ""), "not a number"),
        (osmp("1", "4294967296", ""), "not a number"),
        ("<r><txn_id>1</txn_id></r>".to_owned(), "no result"),
        (page, "document type"),
        (String::new(), "no XML"),
        (kaspi("1", "0", ""), "no XML"),
    ] {
        let failure = check(Dialect::Osmp, &text).unwrap_err();
        let Failure::Unreadable(reason) = &failure else {
            panic!("{text}: {failure:?}");
        };
        assert!(reason.contains(why), "{text}: {reason}");
        let again = Delivery::Again {
            may_have_arrived: true,
            why: failure.to_string(),
            after: None,
        };
        assert_eq!(pay(Dialect::Osmp, &text, true), again, "{text}");
    }
    for text in [
        kaspi("2", "0", ""),
        kaspi("1", "null", ""),
        kaspi("1", "true", ""),
        kaspi("1", "0.0", ""),
        kaspi("1", "[0]", ""),
    ] {
        assert_eq!(word_of_check(&check(Dialect::Kaspi, &text)), "unreadable");
        assert_eq!(word_of_pay(&pay(Dialect::Kaspi, &text, true)), "again");
    }
}

#[test]
fn payment_of_another_sum_is_refused_with_both_sums_and_a_text_that_is_no_amount_says_nothing() {
    for (sum, theirs) in [
        ("200.00", None),
        ("200", None),
        (" 200,0 ", None),
        ("", None),
        ("many", None),
        ("200.005", None),
        ("20000", Some("20 000.00 KZT")),
        ("2.00", Some("2.00 KZT")),
        ("0", Some("0.00 KZT")),
        ("-200.00", Some("-200.00 KZT")),
    ] {
        for (dialect, repeated) in [(Dialect::Osmp, "8"), (Dialect::Kaspi, "3")] {
            for result in ["0", repeated] {
                let text = osmp("1", result, "")
                    .replace("<comment>", &format!("<sum>{sum}</sum><comment>"));
                let (word, why) = match pay(dialect, &text, true) {
                    Delivery::Refused { why } => ("refused", why.to_string()),
                    other => (word_of_pay(&other), String::new()),
                };
                assert_eq!(word, theirs.map_or("delivered", |_| "refused"), "{text}");
                let sums = theirs.map(|it| format!("but of {it}, and we told it of 200.00 KZT"));
                assert!(why.contains(&sums.unwrap_or_default()), "{why}");
            }
        }
    }
    // A question has no sum of ours.
    let known = osmp("1", "0", "").replace("<comment>", "<sum>5.00</sum><comment>");
    assert_eq!(word_of_check(&check(Dialect::Osmp, &known)), "known");
}

#[test]
fn result_that_says_later_may_have_arrived() {
    for (dialect, result) in [
        (Dialect::Osmp, "1"),
        (Dialect::Osmp, "90"),
        (Dialect::Osmp, "300"),
        (Dialect::Kaspi, "4"),
    ] {
        let again = pay(dialect, &body(dialect, "1", result), false);
        let arrived = matches!(
            again,
            Delivery::Again {
                may_have_arrived: true,
                ..
            }
        );
        assert!(arrived, "{again:?}");
    }
}

#[test]
fn result_may_be_a_text_and_have_white_space() {
    let json = kaspi("1", "\" 0 \"", "");
    assert_eq!(word_of_pay(&pay(Dialect::Kaspi, &json, false)), "delivered");
    let xml = osmp(" 1\n", "\n00 ", "");
    assert_eq!(word_of_pay(&pay(Dialect::Osmp, &xml, false)), "delivered");
}

#[test]
fn comment_is_quoted_about_a_refused_payment_alone() {
    let said = "Есенов 77, client-77 +77001234567, <b>\n";
    let text = osmp("1", "5", &said.replace('<', "&lt;"));
    let Delivery::Refused { why } = pay(Dialect::Osmp, &text, false) else {
        panic!("{text}");
    };
    assert!(!why.meaning.contains("Есенов"), "{why}");
    assert_eq!(
        why.to_string(),
        "result 5: no such account (\"Есенов 77, *** +***, <b>\")"
    );
    for result in ["1", "79", "90", "300", "8"] {
        let text = osmp("1", result, "Есенов");
        if let Err(failure) = check(Dialect::Osmp, &text) {
            assert!(!format!("{failure} {failure:?}").contains("Есенов"));
        }
        if let Delivery::Again { why, .. } = pay(Dialect::Osmp, &text, false) {
            assert!(!why.contains("Есенов"), "{why}");
        }
    }
    let known = check(Dialect::Osmp, &osmp("1", "0", "Есенов")).unwrap();
    assert!(!format!("{known:?}").contains("Есенов"), "{known:?}");
}

#[test]
fn receipt_is_short_printable_ascii_or_none() {
    for (receipt, expected) in [
        ("5", Some("5")),
        (" 0042\n", Some("0042")),
        ("", None),
        ("a b", None),
        ("я", None),
    ] {
        let text =
            format!("<r><txn_id>1</txn_id><prv_txn>{receipt}</prv_txn><result>0</result></r>");
        let delivered = Delivery::Delivered {
            receipt: expected.map(str::to_owned),
        };
        assert_eq!(pay(Dialect::Osmp, &text, false), delivered);
    }
    let long = format!(
        "<r><txn_id>1</txn_id><prv_txn>{}</prv_txn><result>0</result></r>",
        "1".repeat(65)
    );
    let delivered = Delivery::Delivered { receipt: None };
    assert_eq!(pay(Dialect::Osmp, &long, false), delivered);
}
