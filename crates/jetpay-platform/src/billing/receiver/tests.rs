//! The receiver without a network.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::*;

const NOW: i64 = 1_722_500_000;
const KEY: &[u8] = b"twenty-four bytes of key";
const LOOKUP: &str = r#"{"customer_id":"71","project_id":1234,"method":"kaspi"}"#;

fn receiver() -> ReceiverState {
    let secret = format!("whsec_{}", BASE64_STANDARD.encode(KEY));
    let mut receiver = ReceiverState::new([&*secret]).unwrap();
    receiver.put_customer("71", json!({"contracts": []}));
    receiver
}

/// Sends a signed message, and returns the status of the answer.
fn send(receiver: &mut ReceiverState, id: &str, body: &str) -> Option<u16> {
    sent_at(receiver, NOW, id, body).status()
}

fn sent_at(receiver: &mut ReceiverState, sent: i64, id: &str, body: &str) -> Reply {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(format!("{id}.{sent}.{body}").as_bytes());
    let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    let message = Message {
        id,
        timestamp: &sent.to_string(),
        signature: &format!("v1,{signature}"),
        body: body.as_bytes(),
    };
    if body == LOOKUP {
        receiver.look_up(&message, NOW)
    } else {
        receiver.deliver(&message, NOW)
    }
}

fn credit(seq: i64, customer: &str) -> String {
    let data = json!({"seq": seq, "customer_id": customer, "amount": 500});
    json!({"type": "entry.credit", "timestamp": "2024-08-01T12:00:00Z", "data": data}).to_string()
}

#[test]
fn delivery_is_accepted_once_and_its_repeat_is_answered_the_same() {
    let mut receiver = receiver();
    for _ in 0..3 {
        assert_eq!(
            send(&mut receiver, "entry_1_1_credit", &credit(1, "71")),
            Some(200)
        );
    }
    assert_eq!(
        send(&mut receiver, "entry_1_2_credit", &credit(2, "72")),
        Some(200)
    );
    let ids = receiver.arrivals().iter().map(|it| (&*it.id, it.seq));
    let expected = [("entry_1_1_credit", Some(1)), ("entry_1_2_credit", Some(2))];
    assert_eq!(ids.collect::<Vec<_>>(), expected);
    assert_eq!((receiver.balance("71"), receiver.repeats()), (500, 2));
    assert_eq!(receiver.violations(), []);
}

#[test]
fn what_is_wrong_is_recorded_and_refused_or_not() {
    let alarm = r#"{"type":"alarm.amount_differs","timestamp":"2024-08-01T12:00:00Z","data":{}}"#;
    let no_seq = credit(3, "71").replace("seq", "number");
    let no_time = credit(3, "71").replace("2024-08-01", "");
    for (id, body, status, violation) in [
        ("b", credit(3, "71"), 200, None),
        ("b", credit(2, "72"), 200, None),
        (
            "b",
            credit(1, "71"),
            200,
            Some(Violation::WrongOrder { seq: 1, after: 2 }),
        ),
        (
            "a",
            credit(3, "71"),
            200,
            Some(Violation::OtherBody("a".into())),
        ),
        ("b", alarm.into(), 200, None),
        ("b", no_seq, 400, Some(Violation::Unreadable)),
        ("b", no_time, 400, Some(Violation::Unreadable)),
        ("b.c", credit(3, "71"), 400, Some(Violation::Unreadable)),
        ("b", "{}".into(), 400, Some(Violation::Unreadable)),
        ("b", "[".into(), 400, Some(Violation::Unreadable)),
    ] {
        let mut receiver = receiver();
        send(&mut receiver, "a", &credit(2, "71"));
        assert_eq!(send(&mut receiver, id, &body), Some(status), "{body}");
        assert_eq!(receiver.violations(), violation.as_slice(), "{body}");
        receiver.forget_order();
        send(&mut receiver, "c", &credit(1, "71"));
        send(&mut receiver, "a", &credit(9, "71"));
        assert_eq!(
            receiver.violations().len(),
            usize::from(violation.is_some())
        );
    }
}

#[test]
fn message_of_another_secret_or_time_is_refused_and_does_nothing() {
    let mut receiver = receiver();
    for sent in [NOW - 301, NOW + 301] {
        assert_eq!(
            sent_at(&mut receiver, sent, "a", &credit(1, "71")).status(),
            Some(401)
        );
        assert_eq!(
            sent_at(&mut receiver, sent, "a", LOOKUP).status(),
            Some(401)
        );
    }
    let [times, other] = [Violation::WrongTime, Violation::BadSignature].map(|it| vec![it; 4]);
    assert_eq!(receiver.violations(), times);
    receiver.violations.clear();
    receiver
        .set_secrets(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
        .unwrap();
    for body in [&*credit(1, "71"), LOOKUP].repeat(2) {
        assert_eq!(send(&mut receiver, "a", body), Some(401));
    }
    assert_eq!(receiver.violations(), other);
    assert_eq!(receiver.arrivals(), []);
}

#[test]
fn look_up_is_answered_with_the_body_or_unknown_customer() {
    let mut receiver = receiver();
    let reply = sent_at(&mut receiver, NOW, "a", LOOKUP);
    assert_eq!(reply.json(), Some(json!({"contracts": []})));
    receiver.remove_customer("71");
    let reply = sent_at(&mut receiver, NOW, "a", LOOKUP);
    let code = reply.json().unwrap()["error"]["code"].clone();
    assert_eq!(
        (reply.status(), code),
        (Some(404), json!("unknown_customer"))
    );
    assert_eq!((receiver.asked(), receiver.violations()), (2, &[][..]));
}

#[test]
fn scripts_of_deliveries_and_look_ups_are_two() {
    let mut receiver = receiver();
    receiver.deliveries().extend([
        OnRequest::Fail(410),
        OnRequest::FailFor(429, 9),
        OnRequest::Drop,
        OnRequest::DoneAndDrop,
    ]);
    assert_eq!(send(&mut receiver, "a", LOOKUP), Some(200));
    assert_eq!(send(&mut receiver, "a", &credit(1, "71")), Some(410));
    let busy = sent_at(&mut receiver, NOW, "a", &credit(1, "71"));
    assert!(
        matches!(&busy, Reply::Answer { headers, .. } if headers.contains(&("retry-after", "9".into())))
    );
    let dropped = |accepted| Reply::Dropped { accepted };
    assert_eq!(
        sent_at(&mut receiver, NOW, "a", &credit(1, "71")),
        dropped(false)
    );
    assert_eq!(receiver.arrivals().len(), 0);
    assert_eq!(
        sent_at(&mut receiver, NOW, "a", &credit(1, "71")),
        dropped(true)
    );
    assert_eq!(receiver.arrivals().len(), 1);
}

#[test]
fn spoiled_look_up_is_not_an_answer() {
    for spoil in [
        Spoil::WrongEncoding,
        Spoil::EntityBomb,
        Spoil::TwoAnswers,
        Spoil::TwoResults,
        Spoil::Truncated,
        Spoil::TooLong,
    ] {
        let mut receiver = receiver();
        receiver.lookups().always([OnRequest::Spoil(spoil)]);
        let Reply::Answer { body, .. } = sent_at(&mut receiver, NOW, "a", LOOKUP) else {
            panic!("{spoil:?}");
        };
        let text = std::str::from_utf8(&body);
        let is_answer = text.is_ok_and(|text| {
            let once = text.matches("contracts").count() == 1;
            once && body.len() < 64 * 1024 && serde_json::from_str::<Value>(text).is_ok()
        });
        assert!(!is_answer, "{spoil:?}");
    }
}
