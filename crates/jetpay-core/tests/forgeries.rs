//! A payer types a message of one kind, as a text, into a signed message of another kind. An attacker cuts it out, and its
//! signature still matches, because one secret signs `verify`, `check_deposit`, callbacks and requests to the Gate.

mod support;

use jetpay_core::Rejection;
use jetpay_core::rejection::FieldFlaw;
use jetpay_core::signature::Malleated;
use support::{key, read, signed, string_to_sign};

#[test]
fn callback_typed_into_a_signed_request_is_refused() {
    // A payer who types this as a customer id and then sees the signed `verify` has the signature of a whole callback.
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
fn callback_typed_into_a_name_of_a_payout_is_refused() {
    // The merchant signs requests to the Gate with the same secret. They have the payer's name as the payer typed it.
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
