//! Messages of one kind typed, as a text, into a signed message of another kind, and cut out with the signature intact.
//! One secret signs `verify`, `check_deposit`, callbacks and the requests to the Gate; only a callback moves money.

mod support;

use jetpay_core::Rejection;
use jetpay_core::rejection::FieldFlaw;
use jetpay_core::signature::Malleated;
use support::{key, read, signed, string_to_sign};

#[test]
fn a_callback_typed_into_a_signed_requests_text_is_refused() {
    // Who types this as a customer id, and then sees the signed `verify`, holds a signature of a whole callback.
    let typed = "1;operation:code:0;operation:id:99;operation:status:success;operation:sum_initial:amount:100000;\
                 operation:sum_initial:currency:KZT;operation:type:sale;payment:id:payment_47;payment:status:success";
    let request = signed(&format!(
        r#"{{"type":"verify","project_id":1234,"customer_id":"{typed}"}}"#
    ));
    assert_eq!(
        read(&request),
        Err(Rejection::Field {
            path: "customer_id",
            flaw: FieldFlaw::NotAnId
        })
    );

    let signature = key().sign(&string_to_sign(&request));
    let callback = |rest: &str| {
        let body = format!(
            r#"{{"customer_id":"1","operation":{{"code":"0","id":99,"status":"success","type":"sale",
                "sum_initial":{{"amount":100000,"currency":"KZT"}}}},"payment":{{"id":"payment_47","status":"success"}},
                "project_id":1234,{rest},"signature":"{signature}"}}"#
        );
        assert_eq!(string_to_sign(&body), string_to_sign(&request));
        body
    };
    let flaw =
        FieldFlaw::NotThe("absent: a callback has no such field, other signed messages have");
    assert_eq!(
        read(callback(r#""type":"verify""#)),
        Err(Rejection::Field { path: "type", flaw })
    );
}

#[test]
fn a_callback_typed_into_a_payouts_name_is_refused() {
    // The platform's Gate requests are signed with the same secret, by us: with the payer's name as the payer typed it.
    let typed = "Z;operation:id:99;operation:status:success;operation:sum_initial:amount:100000;\
                 operation:sum_initial:currency:KZT;operation:type:sale;payment:id:payment_47;\
                 payment:status:success;project_id:1234;zz:";
    let request = signed(&format!(
        r#"{{"general":{{"project_id":1234,"payment_id":"p1"}},"customer":{{"last_name":"{typed}"}},"payment":{{"amount":1}}}}"#
    ));
    let signature = key().sign(&string_to_sign(&request));
    let callback = format!(
        r#"{{"customer":{{"last_name":"Z"}},"operation":{{"id":99,"status":"success","type":"sale",
            "sum_initial":{{"amount":100000,"currency":"KZT"}}}},"payment":{{"id":"payment_47","status":"success"}},
            "project_id":1234,"zz":";general:payment_id:p1;general:project_id:1234;payment:amount:1",
            "signature":"{signature}"}}"#
    );
    assert_eq!(string_to_sign(&callback), string_to_sign(&request));
    assert_eq!(
        read(callback),
        Err(Rejection::Malleated(Malleated::Text("general")))
    );
}
