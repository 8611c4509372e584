//! `/v1/deliveries` over a ledger with an endpoint that refused an entry.

use actix_web::App;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use jetpay_core::{Currency, Money};
use jetpay_ledger::{
    DeliveryAlarm, DeliveryAlarmKind, DeliveryProgress, Ledger, NewPayment, NewUnusable, Reason,
    Verdict, Waiting, WaitingState,
};
use serde_json::Value;

use super::*;
use crate::admin::{self, Access};
use crate::config::{AdminToken, Role};
use crate::listener::TrustedProxies;
use crate::reload::Live;
use crate::telemetry::Metrics;

const NOW: Millis = Millis(1_700_000_000_000);

/// A ledger with as many entries.
async fn ledger(folder: &tempfile::TempDir, entries: u64) -> Ledger {
    let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
    let amount = Money::new(100_000, Currency::KZT);
    for number in 1..=entries {
        let id = format!("p-{number}");
        let payment = NewPayment {
            id: id.as_str().try_into().unwrap(),
            project_id: 1234.into(),
            method: "kaspi".into(),
            customer_id: "7".try_into().unwrap(),
            contract_id: None,
            amount,
            flags: Vec::new(),
            created_at: NOW,
        };
        ledger.record_payment(payment).await.unwrap();
        let unusable = NewUnusable {
            project_id: 1234.into(),
            body: format!("{{\"signature\":\"{number}\"}}")
                .into_bytes()
                .into(),
            reason: "a test".to_owned(),
            payment_id: Some(id.as_str().try_into().unwrap()),
            operation_id: Some(number.into()),
            amount: Some(amount),
        };
        ledger.quarantine_unusable(unusable, NOW).await.unwrap();
        let alarm = number.try_into().unwrap();
        let reason = Reason::from("a test");
        let credit = ledger.resolve_alarm(alarm, Verdict::Credit(amount), reason, NOW);
        credit.await.unwrap();
    }
    ledger
}

fn waiting(seq: i64, state: WaitingState) -> Waiting {
    Waiting {
        seq,
        lane: "7".to_owned(),
        state,
        attempts: 1,
        since: NOW,
        due_at: NOW,
        why: Some("HTTP status 400".to_owned()),
        may_be_there: false,
    }
}

/// The ledger of an endpoint that has entry 1, refused entry 2, and has entry 3 wait.
async fn refused(folder: &tempfile::TempDir) -> Ledger {
    let ledger = ledger(folder, 4).await;
    let stream = DeliveryStream {
        name: "shop".to_owned(),
        feed: Feed::Entries,
    };
    // A stream begins at the end of the feed.
    ledger.lease_deliveries(&stream, NOW, NOW).await.unwrap();
    let reason = Reason::from("a test");
    let replayed = ledger.replay_deliveries(&stream, 0, reason, NOW).await;
    assert_eq!(replayed.unwrap(), 4);
    let later = Millis(NOW.0 + 60_000);
    let lease = ledger.lease_deliveries(&stream, NOW, later).await.unwrap();
    let progress = DeliveryProgress {
        cursor: 3,
        waiting: vec![
            waiting(2, WaitingState::Parked),
            waiting(3, WaitingState::Waiting),
        ],
        alarms: vec![DeliveryAlarm {
            kind: DeliveryAlarmKind::Parked,
            seq: 2,
            reason: "HTTP status 400".to_owned(),
        }],
        ..DeliveryProgress::default()
    };
    let token = lease.unwrap().fencing_token;
    let recorded = ledger.record_deliveries(&stream, token, progress, NOW, later);
    assert!(recorded.await.unwrap().is_some());
    ledger
}

fn endpoint(name: &str, kind: &'static str, alarms: bool) -> Endpoint {
    Endpoint {
        name: name.to_owned(),
        kind,
        url: "https://shop.example.com/webhooks".to_owned(),
        alarms,
    }
}

/// The answers to requests: the method, the path and the body.
async fn answers<const N: usize>(
    ledger: &Ledger,
    endpoints: Vec<Endpoint>,
    requests: [(&str, Value); N],
) -> [(u16, Value); N] {
    let token = AdminToken {
        name: "aliya".to_owned(),
        role: Role::Resolve,
        secret: "token".to_owned().into(),
    };
    let admin = Admin {
        ledger: ledger.clone(),
        currency: Currency::KZT,
        access: Access::new(Live::new(vec![token]), TrustedProxies::default()),
        hosts: Vec::new(),
        payouts: None,
        status: None,
        endpoints,
        wake: crate::deliver::Wake::new(),
        metrics: Metrics::default(),
    };
    let app = App::new().configure(|service| admin::endpoints(service, admin));
    let app = init_service(app).await;
    let mut answers = Vec::new();
    for (request, body) in requests {
        let uri = format!("/v1/deliveries{request}");
        let request = match body {
            Value::Null => TestRequest::get().uri(&uri),
            body => TestRequest::post().uri(&uri).set_json(body),
        };
        let request = request.insert_header(("authorization", "Bearer token"));
        let answer = call_service(&app, request.to_request()).await;
        let status = answer.status().as_u16();
        let body = serde_json::from_slice(&read_body(answer).await).unwrap();
        answers.push((status, body));
    }
    answers.try_into().unwrap()
}

#[actix_web::test]
async fn operator_sees_what_waits_and_retries_skips_and_replays_it() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = refused(&folder).await;
    let endpoints = vec![
        endpoint("shop", "webhook", true),
        endpoint("abills", "osmp", false),
    ];
    let reason = || json!({"reason": "booked by hand"});
    let [list, page, retried, skipped, again, replayed, rest] = answers(
        &ledger,
        endpoints,
        [
            ("", Value::Null),
            ("/shop/waiting?limit=1", Value::Null),
            ("/shop/waiting/3/retry", json!({"reason": "it works"})),
            ("/shop/waiting/2/skip", reason()),
            ("/shop/waiting/2/skip", reason()),
            ("/shop/replay", json!({"after": 1, "reason": "lost there"})),
            ("/shop/waiting", Value::Null),
        ],
    )
    .await;
    let url = "https://shop.example.com/webhooks";
    let expected = json!({"deliveries": [
        {"name": "shop", "kind": "webhook", "url": url, "feed": "entries", "in_configuration": true, "cursor": 3, "last": 4,
         "lag": 3, "waiting": 2, "parked": 1, "oldest": list.1["deliveries"][0]["oldest"]},
        {"name": "shop", "kind": "webhook", "url": url, "feed": "alarms", "in_configuration": true},
        {"name": "abills", "kind": "osmp", "url": url, "feed": "entries", "in_configuration": true},
    ]});
    assert_eq!(list, (200, expected));
    let time = "2023-11-14T22:13:20.000Z";
    let parked = json!({"seq": 2, "state": "parked", "attempts": 1, "since": time, "due_at": time, "why": "HTTP status 400"});
    assert_eq!(page, (200, json!({"waiting": [parked], "next": 2})));
    let decided = |seq, state| {
        let decided =
            json!({"name": "shop", "feed": "entries", "seq": seq, "state": state, "by": "aliya"});
        (200, decided)
    };
    assert_eq!(retried, decided(3, "waiting"));
    assert_eq!(skipped, decided(2, "skipped"));
    assert_eq!(
        (again.0, &again.1["error"]["code"]),
        (404, &json!("not_found"))
    );
    let expected = json!({"name": "shop", "feed": "entries", "after": 1, "before": 3, "left_out": 1, "by": "aliya"});
    assert_eq!(replayed, (200, expected));
    assert_eq!(rest, (200, json!({"waiting": []})));
    let resolutions = ledger.resolutions(None, 9).await.unwrap();
    let of_aliya = resolutions.iter().filter(|it| it.by.is_some());
    let reasons: Vec<_> = of_aliya.map(|it| it.reason.as_str()).collect();
    let replay = "everything after entry 1 is delivered to shop again: lost there";
    let retry = "entry 3 is sent again to shop: it works";
    assert_eq!(reasons, [replay, "booked by hand", retry]);
}

#[actix_web::test]
async fn request_that_names_nothing_or_would_leave_out_entries_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = refused(&folder).await;
    let reason = |after: i64| json!({"after": after, "reason": "a test"});
    let requests = [
        ("/mail/waiting", Value::Null, 404, "shop, abills"),
        ("/mail/replay", reason(0), 404, "shop, abills"),
        (
            "/shop/waiting/1/retry",
            json!({"reason": "x"}),
            404,
            "jetpay deliver status",
        ),
        (
            "/shop/waiting/x/retry",
            json!({"reason": "x"}),
            404,
            "jetpay deliver status",
        ),
        (
            "/shop/waiting/2/skip",
            json!({"reason": " "}),
            422,
            "reason",
        ),
        ("/shop/waiting/2/skip", json!({}), 422, "reason"),
        ("/shop/waiting/2/retry", json!({}), 422, "reason"),
        ("/shop/waiting/2/retry", json!({"feed": "x"}), 422, "feed"),
        (
            "/shop/waiting/2/retry",
            json!({"feed": "alarms"}),
            422,
            "feed",
        ),
        ("/shop/waiting?feed=alarms", Value::Null, 422, "feed"),
        ("/shop/waiting?after=-1", Value::Null, 422, "after"),
        ("/shop/replay", reason(4), 422, "after"),
        ("/shop/replay", reason(-1), 422, "after"),
        ("/shop/replay", json!({"reason": "a test"}), 422, "after"),
        ("/shop/replay", json!({"after": 0}), 422, "reason"),
        ("/abills/replay", reason(0), 404, "no endpoint"),
    ];
    let endpoints = vec![
        endpoint("shop", "webhook", false),
        endpoint("abills", "osmp", false),
    ];
    let sent = requests.clone().map(|(path, body, ..)| (path, body));
    let answers = answers(&ledger, endpoints, sent).await;
    for ((path, body, status, says), (answered, answer)) in requests.iter().zip(&answers) {
        assert_eq!(answered, status, "{path} {body}: {answer}");
        let error = &answer["error"];
        let says_it = match status {
            422 => error["field"] == *says,
            _ => error["message"].as_str().unwrap().contains(says),
        };
        assert!(says_it, "{path} {body}: {answer}");
    }
    let stream = DeliveryStream {
        name: "shop".to_owned(),
        feed: Feed::Entries,
    };
    let left = ledger.waiting_deliveries(&stream, 0, 9).await.unwrap();
    let expected = [
        waiting(2, WaitingState::Parked),
        waiting(3, WaitingState::Waiting),
    ];
    assert_eq!(left, expected);
}

#[actix_web::test]
async fn service_without_endpoints_says_what_the_configuration_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(&folder, 0).await;
    let requests = [("", Value::Null), ("/shop/waiting", Value::Null)];
    let [list, waiting] = answers(&ledger, Vec::new(), requests).await;
    assert_eq!(list, (200, json!({"deliveries": []})));
    let message = waiting.1["error"]["message"].as_str().unwrap();
    assert!(message.contains("no [[deliver]]"), "{message}");
}

#[actix_web::test]
async fn endpoint_that_was_renamed_is_still_shown_with_what_it_lacks_and_its_items_can_be_skipped()
{
    let folder = tempfile::tempdir().unwrap();
    let ledger = refused(&folder).await;
    let mailed = DeliveryStream {
        name: "mail".to_owned(),
        feed: Feed::Alarms,
    };
    ledger.lease_deliveries(&mailed, NOW, NOW).await.unwrap();
    let alarms = DeliveryStream {
        name: "store".to_owned(),
        feed: Feed::Alarms,
    };
    ledger.lease_deliveries(&alarms, NOW, NOW).await.unwrap();
    let endpoints = vec![endpoint("store", "webhook", false)];
    let reason = json!({"reason": "booked by hand"});
    let [list, page, later, retried, skipped, mail] = answers(
        &ledger,
        endpoints,
        [
            ("", Value::Null),
            ("/shop/waiting", Value::Null),
            ("/shop/waiting?after=2", Value::Null),
            ("/shop/waiting/2/retry", json!({})),
            ("/shop/waiting/2/skip", reason),
            ("/mail/waiting?feed=alarms", Value::Null),
        ],
    )
    .await;
    let streams = list.1["deliveries"].as_array().unwrap();
    let shown: Vec<_> = streams
        .iter()
        .map(|it| {
            let text = |name| it[name].as_str().unwrap_or("-");
            (
                text("name"),
                text("feed"),
                text("kind"),
                &it["in_configuration"],
                &it["lag"],
            )
        })
        .collect();
    let (yes, no) = (json!(true), json!(false));
    let expected = [
        ("store", "entries", "webhook", &yes, &Value::Null),
        ("shop", "entries", "-", &no, &json!(3)),
        ("store", "alarms", "-", &no, &json!(0)),
    ];
    assert_eq!(shown, expected);
    let behind: Vec<_> = page.1["waiting"].as_array().unwrap().iter().collect();
    assert_eq!(
        (&behind[0]["behind"], &behind[1]["behind"]),
        (&Value::Null, &json!(2))
    );
    assert_eq!(later.1["waiting"][0]["behind"], 2, "also on a later page");
    assert_eq!((retried.0, skipped.0, mail.0), (404, 200, 404));
}
