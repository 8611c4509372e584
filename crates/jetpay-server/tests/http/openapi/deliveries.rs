//! An endpoint of the merchant's in the scenario: what it gets, and what an operator decides about it.

use std::collections::BTreeSet;

use jetpay_platform::{CallbackKind, KASPI, TopUp};
use serde_json::{Value, json};

use super::Api;
use super::document::Document;
use super::receiver::{Message, Receiver};
use crate::support::{assert_has, tenge};

/// The name of the endpoint: the value that the scenario has for a parameter of a path.
pub(super) const ENDPOINT: &str = "1";

/// An endpoint that gets everything.
pub(super) fn endpoint(name: &str, port: u16) -> String {
    format!(
        "[[deliver]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/\"\nalarms = true\n\
         secret_file = \"webhook-secret\"\n"
    )
}

/// The stream of entries to the endpoint, once it is like this.
async fn delivered(api: &mut Api, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let list = api.get("/v1/deliveries").await;
        let stream = &list["deliveries"][0];
        if is_so(stream) {
            return stream.clone();
        }
        assert!(begun.elapsed().as_secs() < 30, "{list}");
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// The endpoint refuses an entry, then fails, and then takes everything; all that it gets is as the file says.
pub(super) async fn play(api: &mut Api, receiver: &Receiver) {
    delivered(api, |stream| stream["lag"] == 0).await;
    receiver.answer(400);
    api.running.paid(&KASPI, 300).await;
    delivered(api, |stream| stream["parked"] == 1).await;
    api.running.paid(&KASPI, 300).await;
    delivered(api, |stream| stream["waiting"] == 2).await;
    let alarms = api.get("/v1/alarms?kind=delivery_parked").await;
    assert_eq!(alarms["alarms"][0]["endpoint"], ENDPOINT, "{alarms}");
    receiver.answer(503);
    api.running.put_customer("9", &json!({})).await;
    let of_another = TopUp::new(&KASPI, "9", tenge(300)).then(CallbackKind::Success);
    let steps = jetpay_platform::top_up(&api.running.platform(), &of_another, |_| {}).await;
    assert!(
        steps
            .unwrap()
            .iter()
            .all(|step| step.exchange.status == 200)
    );
    delivered(api, |stream| stream["waiting"] == 3).await;
    let list = format!("/v1/deliveries/{ENDPOINT}/waiting");
    let page = api.get(&format!("{list}?limit=1")).await;
    let (parked, next) = (&page["waiting"][0], &page["next"]);
    assert_eq!((&parked["state"], &parked["seq"]), (&json!("parked"), next));
    let rest = api.get(&format!("{list}?after={next}")).await;
    assert_eq!(rest["waiting"][0]["state"], "waiting", "{rest}");
    assert_eq!(&rest["waiting"][0]["behind"], next, "{rest}");
    let feed = |body: Value| {
        let mut body = body;
        body["feed"] = json!("entries");
        body
    };
    let reason = feed(json!({"reason": "a test"}));
    let waits = &rest["waiting"][0]["seq"];
    let retry = format!("POST {list}/{waits}/retry");
    api.call(&retry, reason.clone(), 200).await;
    let skip = format!("POST {list}/{next}/skip");
    for status in [200, 404] {
        api.call(&skip, reason.clone(), status).await;
    }
    // One that may be on its way is held, until the server says that it is not.
    let skip = format!("POST {list}/{waits}/skip");
    let held = api.call(&skip, reason.clone(), 409).await;
    assert_eq!(held["error"]["code"], "held", "{held}");
    let skip = format!("deliver skip {ENDPOINT} {waits} --reason test");
    let skipped = api.running.run(&skip).good();
    assert!(skipped.contains("skipped"), "{skipped}");
    receiver.answer(200);
    delivered(api, |stream| stream["lag"] == 0).await;
    let replay = format!("POST /v1/deliveries/{ENDPOINT}/replay");
    let all = feed(json!({"after": 0, "reason": "a test"}));
    api.call(&replay, all, 200).await;
    let stream = delivered(api, |stream| stream["lag"] == 0).await;
    let test = format!("deliver test {ENDPOINT}");
    // This receiver does not look at signatures, so the message with a wrong one comes too.
    assert_has(
        &api.running.run(&test).bad(),
        &["not signed with your secret"],
    );
    let messages = receiver.take();
    for message in &messages {
        let kind = message.body["type"].as_str().unwrap();
        let (of, schema) = match kind.split('.').next() {
            Some("entry") => ("entry", "EntryMessage"),
            Some("alarm") => ("alarm", "AlarmMessage"),
            _ => ("test", "TestMessage"),
        };
        hold(&mut api.document, message, of, schema);
    }
    let of = |kind: &str| {
        let ids = messages.iter().filter(|message| {
            let of = message.body["type"].as_str().unwrap();
            of.starts_with(kind)
        });
        let id = |message: &Message| {
            let mut headers = message.headers.iter();
            headers
                .find(|(name, _)| name == "webhook-id")
                .unwrap()
                .1
                .clone()
        };
        ids.map(id).collect::<BTreeSet<_>>().len()
    };
    assert_eq!(json!(of("entry.")), stream["last"]);
    assert!(of("alarm.") > 0);
    assert_eq!(of("test"), 2);
}

/// Holds a message to the file.
pub(super) fn hold(document: &mut Document, message: &Message, webhook: &str, schema: &str) {
    document.show(&format!("/components/schemas/{schema}"), &message.body);
    for (name, _, schema) in document.parameters(&format!("/webhooks/{webhook}/post")) {
        let value = message.headers.iter().find(|(header, _)| *header == name);
        let value = value.unwrap_or_else(|| panic!("{webhook} has no {name}"));
        assert_eq!(document.against(&schema, &json!(value.1)), None, "{name}");
    }
}
