//! Whatever a billing answers, nothing panics, and nothing is known or delivered without result 0 and our `txn_id`.

use jetpay_billing::Delivery;
use jetpay_billing::dialect::{Body, CheckAnswer, Dialect, PayOrder};
use proptest::prelude::*;

use crate::wire::order;

const TXN_ID: &str = "36425000001206";

/// Reads the bytes in every way. Returns whether the account is known, and whether the payment is delivered.
fn read(bytes: &[u8], content_type: Option<&str>) -> Vec<(bool, bool)> {
    let body = Body::new(bytes, content_type);
    let read = |dialect: Dialect| {
        let answer = dialect.read_check(body, TXN_ID);
        let delivery = dialect.read_pay(body, &order(TXN_ID));
        (
            matches!(answer, Ok(CheckAnswer::Known(_))),
            matches!(delivery, Delivery::Delivered { .. }),
        )
    };
    [Dialect::Osmp, Dialect::Kaspi].map(read).into()
}

fn good(json: bool) -> String {
    if json {
        format!(
            r##"{{"txn_id": "{TXN_ID}", "result": 0, "sum": "200.00", "fields": {{"a": {{"#text": 1}}}}}}"##
        )
    } else {
        format!(
            "<?xml version='1.0' encoding='utf-8'?><response><txn_id>{TXN_ID}</txn_id><result>0</result><fields>\
             <f name='a'>&amp;</f></fields></response>"
        )
    }
}

proptest! {
    #[test]
    fn any_bytes_are_neither_known_nor_delivered(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        content_type in proptest::option::of("(text/xml|application/json)(; charset=(utf-8|windows-1251|x))?"),
    ) {
        for found in read(&bytes, content_type.as_deref()) {
            prop_assert_eq!(found, (false, false));
        }
    }

    #[test]
    fn pieces_of_answers_never_give_what_they_do_not_say(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("<response>"), Just("</response>"), Just("<txn_id>"), Just("</txn_id>"), Just("<result>"),
                Just("</result>"), Just("<![CDATA["), Just("]]>"), Just("&#48;"), Just("&a;"), Just("<!DOCTYPE a>"),
                Just("<?xml version='1.0'?>"), Just("36425000001206"), Just("1"), Just("{"), Just("}"),
                Just("\"result\":"), Just("\"txn_id\":"), Just(","), Just("\""), Just("<fields name='"), Just("'/>"),
            ],
            0..24,
        ),
    ) {
        // No piece is a 0 but for a reference to it, so result 0 needs the reference inside `result`.
        let text = pieces.concat();
        for (known, delivered) in read(text.as_bytes(), None) {
            prop_assert!(!known || text.contains("&#48;") && text.contains(TXN_ID), "{}", text);
            prop_assert_eq!(known, delivered);
        }
    }

    #[test]
    fn good_answer_with_one_changed_byte_never_becomes_an_answer_about_another_payment(
        json in any::<bool>(),
        at in 0..1000_usize,
        byte in any::<u8>(),
    ) {
        let text = good(json);
        let mut bytes = text.clone().into_bytes();
        let at = at % bytes.len();
        let other_id = text.find(TXN_ID).map(|from| from..from + TXN_ID.len()).unwrap();
        let changed = bytes[at] != byte;
        bytes[at] = byte;
        for (known, delivered) in read(&bytes, None) {
            prop_assert!(!(changed && other_id.contains(&at) && (known || delivered)), "{}", text);
        }
    }

    #[test]
    fn account_and_txn_id_come_back_out_of_the_query(account in any::<String>(), is_repeat in any::<bool>()) {
        let order = PayOrder { account: &account, is_repeat, ..order(TXN_ID) };
        let query = Dialect::pay(&order).unwrap();
        let value = |name| query.iter().find(|(it, _)| *it == name).map(|(_, value)| &**value);
        prop_assert_eq!(value("account"), Some(&*account));
        prop_assert_eq!(value("txn_id"), Some(TXN_ID));
        prop_assert_eq!(value("sum"), Some("200.00"));
    }
}

#[test]
fn good_answers_are_known_and_delivered() {
    assert_eq!(read(good(true).as_bytes(), None)[1], (true, true));
    assert_eq!(read(good(false).as_bytes(), None), [(true, true); 2]);
}
