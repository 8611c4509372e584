//! The admin interface of the real binary, over real HTTP: the token, errors, customers, payments and the feed.

mod alarms;
mod debts;
mod inbox;
mod openapi;
#[path = "../running/mod.rs"]
mod running;
mod search;

use jetpay_core::{Currency, Money};
use jetpay_platform::{CallbackKind, KASPI, TopUp, top_up};
use reqwest::Method;
use running::{CUSTOMER, Folder, Running, answer};
use serde_json::{Value, json};

/// Makes a top-up that is credited.
async fn credit(running: &Running, tenge: i64) {
    let platform = running.platform();
    let paid = TopUp::new(&KASPI, CUSTOMER, Money::new(tenge * 100, Currency::KZT))
        .then(CallbackKind::Success);
    let steps = top_up(&platform, &paid, |_| {}).await.unwrap();
    assert_eq!(steps.last().unwrap().exchange.status, 200);
}

#[actix_web::test]
async fn request_without_the_token_gets_401_and_nothing_else() {
    let running = Folder::new().serve().await;
    for path in [
        "/v1/entries",
        "/v1/customers",
        "/v1/payments/x",
        "/v1/nothing",
    ] {
        for given in [
            None,
            Some("Bearer "),
            Some("Bearer wrong"),
            Some("Basic YTpi"),
            Some("a token of tests, and long"),
        ] {
            let mut request = running.without_token(Method::GET, path);
            if let Some(given) = given {
                request = request.header("authorization", given);
            }
            let (status, error) = answer(request).await;
            assert_eq!(
                (status, &error["error"]["code"]),
                (401, &json!("unauthorized")),
                "{path} {given:?}"
            );
        }
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(
            answer(running.without_token(Method::GET, path)).await.0,
            200,
            "{path}"
        );
    }
    assert_eq!(running.get("/v1/nothing").await.0, 404);
}

#[actix_web::test]
async fn payment_is_found_by_id_customer_state_time_and_receipt_number() {
    let running = Folder::new().serve().await.with_customer().await;
    credit(&running, 1_000).await;
    let (_, all) = running.get("/v1/payments").await;
    let payment = &all["payments"][0];
    let id = payment["payment_id"].as_str().unwrap();
    assert_eq!(
        (&payment["state"], &payment["amount"], &payment["method"]),
        (&json!("credited"), &json!(100_000), &json!("kaspi"))
    );
    assert_eq!(
        (&payment["credited"], &payment["remaining"]),
        (&json!(100_000), &json!(100_000))
    );
    assert_eq!(payment["contract_id"], "12345");
    assert_eq!(payment["flags"], json!([]));
    let receipt = payment["operations"][0]["provider_payment_id"]
        .as_str()
        .unwrap();

    let (status, one) = running.get(&format!("/v1/payments/{id}")).await;
    assert_eq!((status, &one), (200, payment));
    for (query, found) in [
        (format!("customer_id={CUSTOMER}"), 1),
        ("customer_id=nobody".to_owned(), 0),
        ("state=credited".to_owned(), 1),
        ("state=pending".to_owned(), 0),
        (format!("provider_payment_id={receipt}"), 1),
        (
            "from=2020-01-01T00:00:00Z&to=2999-01-01T05:00:00%2B05:00".to_owned(),
            1,
        ),
        ("to=2020-01-01T00:00:00Z".to_owned(), 0),
        (format!("after={id}"), 0),
    ] {
        let (status, list) = running.get(&format!("/v1/payments?{query}")).await;
        assert_eq!(
            (status, list["payments"].as_array().unwrap().len()),
            (200, found),
            "{query}"
        );
    }
    for query in [
        "state=lost",
        "from=yesterday",
        "limit=0",
        "limit=1001",
        "colour=red",
    ] {
        assert_eq!(
            running.get(&format!("/v1/payments?{query}")).await.0,
            422,
            "{query}"
        );
    }
}

#[actix_web::test]
async fn feed_gives_every_entry_once_in_order_and_the_balance_is_their_sum() {
    let running = Folder::new().serve().await.with_customer().await;
    for tenge in [1, 2, 3] {
        credit(&running, tenge).await;
    }
    let (mut after, mut amounts) = (0, Vec::new());
    loop {
        let (status, feed) = running
            .get(&format!("/v1/entries?after={after}&limit=2"))
            .await;
        assert_eq!(status, 200);
        let entries = feed["entries"].as_array().unwrap();
        if entries.is_empty() {
            assert_eq!(feed["next"], after);
            break;
        }
        amounts.extend(
            entries
                .iter()
                .map(|entry| entry["amount"].as_i64().unwrap()),
        );
        assert!(
            entries
                .iter()
                .all(|entry| entry["operation_id"].is_string() && entry["kind"] == "credit")
        );
        assert!(
            entries
                .iter()
                .all(|entry| entry["time"].as_str().unwrap().ends_with('Z'))
        );
        after = feed["next"].as_i64().unwrap();
    }
    assert_eq!(amounts, [100, 200, 300]);
    let (_, customer) = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
    assert_eq!(customer["balance"], 600);
}

#[actix_web::test]
async fn errors_have_one_form_also_for_other_http_methods_and_large_bodies() {
    let running = Folder::new().serve().await;
    let (status, error) = answer(running.admin(Method::POST, "/v1/entries")).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (405, &json!("method_not_allowed"))
    );
    let large = running
        .admin(Method::PUT, "/v1/customers/1")
        .body(vec![b' '; 1024 * 1024 + 1]);
    let (status, error) = answer(large).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (413, &json!("too_large"))
    );
    let (status, error) = running.get("/v1/payments?limit=many").await;
    assert_eq!((status, &error["error"]["field"]), (422, &json!("limit")));
    assert_eq!(running.put_customer("%FF", &json!({})).await.0, 422);
}

#[actix_web::test]
async fn parameter_that_is_no_whole_number_is_refused_with_what_to_send() {
    let running = Folder::new().serve().await;
    let mut parameters = vec![
        ("/v1/entries", "after"),
        ("/v1/payouts/entries", "after"),
        ("/v1/alarms", "before"),
        ("/v1/resolutions", "before"),
        ("/v1/payouts", "amount"),
        ("/v1/payouts", "project_id"),
    ];
    for list in [
        "entries",
        "payouts/entries",
        "alarms",
        "resolutions",
        "payouts",
        "payments",
        "customers",
        "inbox",
    ] {
        parameters.push((format!("/v1/{list}").leak(), "limit"));
    }
    for (path, parameter) in parameters {
        let what = match parameter {
            "limit" => "must be between 1 and 1000",
            _ => "must be a whole number from 0 to 9223372036854775807",
        };
        for wrong in [
            "-1",
            "-9223372036854775809",
            "99999999999999999999",
            "1.5",
            "many",
            "",
        ] {
            let (status, error) = running.get(&format!("{path}?{parameter}={wrong}")).await;
            let error = &error["error"];
            assert_eq!(
                (status, &error["field"], &error["message"]),
                (422, &json!(parameter), &json!(what)),
                "{path} {wrong}"
            );
        }
    }
    let (_, error) = running.get("/v1/alarms?resolved=1").await;
    assert_eq!(error["error"]["message"], "must be true or false");
    // An id may begin with a minus sign.
    assert_eq!(running.get("/v1/customers?after=-1").await.0, 200);
}

#[actix_web::test]
async fn customer_is_put_read_replaced_listed_and_deleted() {
    let running = Folder::new().serve().await;
    let body = json!({"additional_customer_id": "A-1", "contracts": [
        {"id": "1", "number": "N1", "payment": 100, "min_payment": 50, "status_code": 204, "info": {"any": [1, "x"]}}
    ]});
    assert_eq!(running.put_customer(CUSTOMER, &body).await.0, 201);
    assert_eq!(running.put_customer(CUSTOMER, &body).await.0, 200);

    let (status, shown) = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
    assert_eq!(status, 200);
    assert_eq!(shown["customer_id"], CUSTOMER);
    let mut contracts = body["contracts"].clone();
    contracts[0]["as_of_seq"] = json!(0);
    assert_eq!(shown["contracts"], contracts);
    assert_eq!(
        (&shown["balance"], &shown["currency"]),
        (&json!(0), &json!("KZT"))
    );

    assert_eq!(running.put_customer("8", &json!({})).await.0, 201);
    let (_, first) = running.get("/v1/customers?limit=1").await;
    let next = first["next"].as_str().unwrap();
    let (_, second) = running
        .get(&format!("/v1/customers?limit=1&after={next}"))
        .await;
    assert_eq!(second["customers"][0]["customer_id"], "8");

    let path = format!("/v1/customers/{CUSTOMER}");
    assert_eq!(answer(running.admin(Method::DELETE, &path)).await.0, 204);
    assert_eq!(running.get(&path).await.0, 404);
    assert_eq!(answer(running.admin(Method::DELETE, &path)).await.0, 404);
}

#[actix_web::test]
async fn ids_in_paths_are_percent_decoded_once() {
    let running = Folder::new().serve().await;
    for (encoded, id) in [
        ("a%2Fb", "a/b"),
        ("100%25", "100%"),
        ("%D0%B9%20x", "й x"),
        ("a%2Bb+c", "a+b+c"),
        ("%252F", "%2F"),
    ] {
        assert_eq!(
            running.put_customer(encoded, &json!({})).await.0,
            201,
            "{encoded}"
        );
        let (status, shown) = running.get(&format!("/v1/customers/{encoded}")).await;
        assert_eq!(
            (status, &shown["customer_id"]),
            (200, &json!(id)),
            "{encoded}"
        );
    }
}

#[actix_web::test]
async fn body_with_the_byte_order_mark_of_utf_8_is_read_and_one_in_utf_16_is_named() {
    let running = Folder::new().serve().await;
    let line = json!({"customer_id": "1"}).to_string();
    let utf_16 = |mark: &str| -> Vec<u8> {
        let body = format!("{mark}{line}");
        body.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    for (method, path, body) in [
        (Method::PUT, "/v1/customers/1", json!({}).to_string()),
        (Method::POST, "/v1/customers:import", line.clone()),
    ] {
        let request = running.admin(method.clone(), path);
        let (status, shown) = answer(request.body(format!("\u{feff}{body}"))).await;
        assert!((200..300).contains(&status), "{path}: {shown}");
        assert!(
            shown["errors"].as_array().is_none_or(Vec::is_empty),
            "{shown}"
        );
        for body in [utf_16("\u{feff}"), utf_16("")] {
            let request = running.admin(method.clone(), path);
            let (status, error) = answer(request.body(body)).await;
            assert_eq!(
                (status, &error["error"]["code"]),
                (400, &json!("malformed"))
            );
            let message = error["error"]["message"].to_string();
            assert!(
                message.contains("is UTF-16; send JSON in UTF-8"),
                "{message}"
            );
        }
    }
}

#[actix_web::test]
async fn every_error_of_an_imported_line_is_named_and_the_other_lines_are_stored() {
    let running = Folder::new().serve().await;
    let wrong = json!({"customer_id": "7.70011E+10", "contracts": [
        {"id": "a\u{200b}", "number": "A\nB", "payment": 1, "min_payment": 2}]});
    let request = running.admin(Method::POST, "/v1/customers:import");
    let body = format!("{wrong}\r\n\r\n{{\"customer_id\":\"1\"}}");
    let (_, shown) = answer(request.body(body)).await;
    let errors = shown["errors"].as_array().unwrap().iter();
    let fields: Vec<_> = errors
        .map(|error| (&error["line"], error["field"].as_str()))
        .collect();
    let line = &json!(1);
    let expected = [
        (line, Some("customer_id")),
        (line, Some("contracts[0].id")),
        (line, Some("contracts[0].number")),
        (line, Some("contracts[0].min_payment")),
    ];
    assert_eq!(
        (&shown["new"], fields),
        (&json!(1), expected.to_vec()),
        "{shown}"
    );
}

#[actix_web::test]
async fn invalid_customer_is_refused_with_the_field_and_is_not_stored() {
    let running = Folder::new().serve().await;
    let contract = |extra: Value| {
        let mut contract = json!({"id": "1", "number": "N"});
        contract
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        json!({"contracts": [contract]})
    };
    let cases = [
        (contract(json!({"payment": 1.5})), "contracts[0].payment"),
        (contract(json!({"payment": "100"})), "contracts[0].payment"),
        (contract(json!({"payment": -1})), "contracts[0].payment"),
        (
            contract(json!({"payment": 100, "min_payment": 101})),
            "contracts[0].min_payment",
        ),
        (contract(json!({"id": "a;b"})), "contracts[0].id"),
        (contract(json!({"number": ""})), "contracts[0].number"),
        (contract(json!({"colour": "red"})), "contracts[0].colour"),
        (
            json!({"additional_customer_id": ""}),
            "additional_customer_id",
        ),
        (
            json!({"contracts": [{"id": "1", "number": "N"}, {"id": "1", "number": "M"}]}),
            "contracts[1].id",
        ),
    ];
    for (body, field) in cases {
        let (status, error) = running.put_customer(CUSTOMER, &body).await;
        assert_eq!(
            (status, &error["error"]["field"]),
            (422, &json!(field)),
            "{body} {error}"
        );
        assert_eq!(error["error"]["code"], "invalid");
    }
    assert_eq!(
        running.put_customer("a%3Bb", &json!({})).await.1["error"]["field"],
        "customer_id"
    );
    let path = format!("/v1/customers/{CUSTOMER}");
    let (status, error) = answer(running.admin(Method::PUT, &path).body("{")).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (400, &json!("malformed"))
    );
    assert_eq!(
        running.get(&path).await.0,
        404,
        "nothing of an invalid customer is stored"
    );
}
