//! The real service with a billing or a web service of the merchant's, over real HTTP.

use jetpay_platform::billing::{Dialect, OnRequest, Quirks};
use serde_json::{Value, json};

use crate::support::{CUSTOMER, PROJECT};
use crate::systems::{HIDDEN, asking, billing, verify, web_service};

#[actix_web::test]
async fn billing_in_each_dialect_says_who_exists_and_what_is_owed() {
    for (dialect, kind, field) in [
        (Dialect::Osmp, "osmp", "debt"),
        (Dialect::KaspiJson, "kaspi", "sum"),
        (Dialect::KaspiXml, "kaspi", "sum"),
    ] {
        let windows_1251 = dialect == Dialect::Osmp;
        let quirks = Quirks {
            windows_1251,
            ..Quirks::default()
        };
        let billing = billing(dialect, quirks).await;
        let lines =
            format!("cache_seconds = 0\nunknown_cache_seconds = 0\ndebt_field = \"{field}\"");
        let running = asking(kind, &billing.url(), &lines).serve().await;
        let answer = verify(&running, CUSTOMER).await;
        assert_eq!(
            answer["entities"][0]["payment"], 12_345,
            "{dialect:?} {answer}"
        );
        assert_eq!(
            verify(&running, "70000000000").await["code"],
            404,
            "{dialect:?}"
        );
        assert_eq!(billing.state().requests(), 2);
        billing
            .state()
            .script([OnRequest::Drop, OnRequest::Fail(503), OnRequest::Result(90)]);
        for _ in 0..3 {
            assert_eq!(verify(&running, CUSTOMER).await["code"], 0, "{dialect:?}");
        }
        billing.state().script([OnRequest::Fail(503)]);
        assert_eq!(
            verify(&running, "70000000000").await["code"],
            500,
            "{dialect:?}"
        );
        for (metric, value) in [
            ("jetpay_lookups_total{outcome=\"answered\"}", 1.0),
            ("jetpay_lookups_total{outcome=\"unknown\"}", 1.0),
            ("jetpay_lookups_total{outcome=\"connection\"}", 1.0),
            ("jetpay_lookups_total{outcome=\"status\"}", 2.0),
            ("jetpay_lookups_total{outcome=\"not_now\"}", 1.0),
            ("jetpay_lookup_fallbacks_total{outcome=\"stale\"}", 3.0),
            ("jetpay_lookup_fallbacks_total{outcome=\"refused\"}", 1.0),
            ("jetpay_lookup_seconds_count", 6.0),
            ("jetpay_lookup_breaker_open", 0.0),
        ] {
            assert_eq!(running.metric(metric).await, Some(value), "{metric}");
        }
        let log = running.until_logged("HTTP status 503").await;
        let hidden = [CUSTOMER, HIDDEN, "a long password", "70000000000"];
        assert!(!hidden.iter().any(|hidden| log.contains(hidden)), "{log}");
        assert!(billing.state().booked().is_empty());
    }
}

#[actix_web::test]
async fn wrong_login_is_a_failure_that_the_log_explains() {
    let billing = billing(Dialect::Osmp, Quirks::default()).await;
    let folder = asking("osmp", &billing.url(), "");
    folder.write("lookup.secret", "jetpay:wrong");
    let running = folder.serve().await;
    assert_eq!(verify(&running, CUSTOMER).await["code"], 500);
    running
        .until_logged("HTTP status 401: check the login")
        .await;
}

#[actix_web::test]
async fn web_service_gets_signed_questions_and_only_its_own_404_is_unknown() {
    let (service, url) = web_service();
    let lines = "cache_seconds = 0\nunknown_cache_seconds = 0";
    let running = asking("http", &url, lines).serve().await;
    assert_eq!(verify(&running, CUSTOMER).await["code"], 404);
    let expected = json!({"customer_id": CUSTOMER, "project_id": PROJECT, "method": "kaspi"});
    assert_eq!(*service.questions.lock().unwrap(), [expected]);
    for (status, body) in [
        (404, json!({"error": {"code": "not_found"}})),
        (404, Value::Null),
        (200, json!([])),
        (200, json!({"contracts": [{"id": "1"}]})),
        (302, json!({})),
    ] {
        service.answers(status, body.clone());
        assert_eq!(
            verify(&running, CUSTOMER).await["code"],
            500,
            "{status} {body}"
        );
        // An answer in between keeps the breaker closed.
        service.answers(404, json!({"error": {"code": "unknown_customer"}}));
        assert_eq!(verify(&running, "2").await["code"], 404);
    }
    let contract = json!({"id": "1", "number": "N1", "payment": 500});
    service.answers(
        200,
        json!({"additional_customer_id": "A", "contracts": [contract]}),
    );
    let shown = verify(&running, CUSTOMER).await;
    assert_eq!(shown["entities"][0]["payment"], 500, "{shown}");
    let (_, stored) = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
    assert_eq!(stored["additional_customer_id"], "A");
    let log = running.until_logged("contracts[0].number is missing").await;
    assert!(!log.contains(CUSTOMER), "{log}");
}
