//! `/v1/customers`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, CUSTOMER, Folder, Running, answer, assert_has, failed, refused};

/// Posts lines; the answer.
async fn import(running: &Running, lines: impl Into<reqwest::Body>) -> Answer {
    let post = running.admin(Method::POST, "/v1/customers:import");
    answer(post.body(lines)).await
}

#[actix_web::test]
async fn customer_is_put_read_replaced_listed_and_deleted() {
    let running = Folder::new().serve().await;
    let body = json!({"additional_customer_id": "A-1", "contracts": [
        {"id": "1", "number": "N1", "payment": 100, "min_payment": 50, "status_code": 204, "info": {"any": [1, "x"]}}
    ]});
    assert_eq!(running.put_customer(CUSTOMER, &body).await.0, 201);
    assert_eq!(running.put_customer(CUSTOMER, &body).await.0, 200);
    let path = format!("/v1/customers/{CUSTOMER}");
    let (_, shown) = running.get(&path).await;
    let mut expected = body.clone();
    expected["contracts"][0]["as_of_seq"] = json!(0);
    expected["customer_id"] = json!(CUSTOMER);
    expected["balance"] = json!(0);
    expected["currency"] = json!("KZT");
    assert_eq!(shown, expected);

    assert_eq!(running.put_customer("8", &json!({})).await.0, 201);
    let (_, first) = running.get("/v1/customers?limit=1").await;
    let next = first["next"].as_str().unwrap();
    let path_of_second = format!("/v1/customers?limit=1&after={next}");
    let (_, second) = running.get(&path_of_second).await;
    assert_eq!(second["customers"][0]["customer_id"], "8");
    assert_eq!(second.get("next"), None, "the last page");
    // An id may begin with a minus sign.
    assert_eq!(running.get("/v1/customers?after=-1").await.0, 200);

    for status in [204, 404] {
        let deleted = answer(running.admin(Method::DELETE, &path)).await;
        assert_eq!(deleted.0, status);
        assert_eq!(running.get(&path).await.0, 404);
    }
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
        let put = running.put_customer(encoded, &json!({})).await;
        assert_eq!(put.0, 201, "{encoded}");
        let (status, shown) = running.get(&format!("/v1/customers/{encoded}")).await;
        assert_eq!((status, &shown["customer_id"]), (200, &json!(id)));
    }
    for wrong in ["%FF", "a%3Bb"] {
        refused(
            &running.put_customer(wrong, &json!({})).await,
            "customer_id",
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
        (Method::PUT, "/v1/customers/1", "{}"),
        (Method::POST, "/v1/customers:import", &line),
    ] {
        let send = async |body: Vec<u8>| {
            let request = running.admin(method.clone(), path);
            answer(request.body(body)).await
        };
        let (status, shown) = send(format!("\u{feff}{body}").into()).await;
        assert!((200..300).contains(&status), "{path}: {shown}");
        let errors = shown["errors"].as_array();
        assert!(errors.is_none_or(Vec::is_empty), "{shown}");
        for body in [utf_16("\u{feff}"), utf_16("")] {
            let message = failed(&send(body).await, 400, "malformed");
            assert_has(&message, &["is UTF-16; send JSON in UTF-8"]);
        }
    }
}

/// Wrong types, missing and unknown fields are refused, too: the comparison with the file `openapi.yaml` sends them all.
#[actix_web::test]
async fn invalid_customer_is_refused_with_the_field_and_is_not_stored() {
    let running = Folder::new().serve().await;
    let contract = |field: &str, value: Value| {
        let mut contract = json!({"id": "1", "number": "N", "payment": 100});
        contract[field] = value;
        json!({ "contracts": [contract] })
    };
    let twice = json!({"contracts": [{"id": "1", "number": "N"}, {"id": "1", "number": "M"}]});
    for (body, field) in [
        (contract("payment", json!(1.5)), "contracts[0].payment"),
        (contract("payment", json!("100")), "contracts[0].payment"),
        (
            contract("min_payment", json!(101)),
            "contracts[0].min_payment",
        ),
        (contract("id", json!("a;b")), "contracts[0].id"),
        (contract("number", json!("")), "contracts[0].number"),
        (
            json!({"additional_customer_id": ""}),
            "additional_customer_id",
        ),
        (twice, "contracts[1].id"),
    ] {
        refused(&running.put_customer(CUSTOMER, &body).await, field);
    }
    let stored = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
    assert_eq!(stored.0, 404, "nothing of an invalid customer is stored");
}

#[actix_web::test]
async fn good_lines_of_an_import_are_stored_and_every_error_of_a_wrong_one_is_answered_with_line_and_field()
 {
    let running = Folder::new().serve().await.with_customer().await;
    running.paid(&jetpay_platform::KASPI, 100).await;
    let contract =
        |fields: &str| format!("\"contracts\":[{{\"id\":\"a\",\"number\":\"A\",{fields}}}]");
    let odd = json!({"customer_id": "7.70011E+10", "contracts": [
        {"id": "a\u{200b}", "number": "A\nB", "payment": 1, "min_payment": 2}]});
    let lines = [
        format!("{{\"customer_id\":\"1\",{}}}", contract("\"payment\":1.5")),
        String::new(),
        format!(
            "{{\"customer_id\":\"2\",{},\"as_of_seq\":0}}",
            contract("\"payment\":5")
        ),
        "{\"customer_id\":".to_owned(),
        "{\"customer_id\":\"a;b\"}".to_owned(),
        "{\"customer_id\":\"2\"}".to_owned(),
        "{\"customer_id\":\"3\",\"as_of_seq\":2}".to_owned(),
        odd.to_string(),
        format!("{{\"customer_id\":\"{CUSTOMER}\"}}\r"),
    ];
    let (status, done) = import(&running, lines.join("\n")).await;
    assert_eq!(
        (status, &done["new"], &done["replaced"]),
        (200, &json!(1), &json!(1))
    );
    let errors = done["errors"].as_array().unwrap();
    let places: Vec<_> = errors
        .iter()
        .map(|it| json!([it["line"], it["field"]]))
        .collect();
    let expected = json!([
        [1, "contracts[0].payment"],
        [4, null],
        [5, "customer_id"],
        [6, "customer_id"],
        [7, "as_of_seq"],
        [8, "customer_id"],
        [8, "contracts[0].id"],
        [8, "contracts[0].number"],
        [8, "contracts[0].min_payment"],
    ]);
    assert_eq!(json!(places), expected);
    assert!(errors.iter().all(|error| error["message"].is_string()));
    let (_, second) = running.get("/v1/customers/2").await;
    assert_eq!(second["contracts"][0]["as_of_seq"], 0);
    assert_eq!(running.get("/v1/customers/1").await.0, 404);
    let nothing = json!({"new": 0, "replaced": 0, "errors": []});
    assert_eq!(import(&running, "").await, (200, nothing));
}

#[actix_web::test]
async fn import_takes_10_000_lines_and_no_more() {
    let running = Folder::new().serve().await;
    let lines = |count: usize| {
        let lines = (0..count).map(|number| format!("{{\"customer_id\":\"{number}\"}}\n"));
        lines.collect::<String>()
    };
    let (status, done) = import(&running, lines(10_000) + "\n").await;
    assert_eq!((status, &done["new"]), (200, &json!(10_000)));
    failed(&import(&running, lines(10_001)).await, 413, "too_large");
    let large = " ".repeat(16 * 1024 * 1024 + 1);
    failed(&import(&running, large).await, 413, "too_large");
}
