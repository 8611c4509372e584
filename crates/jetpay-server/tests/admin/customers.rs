//! `/v1/customers`.

use reqwest::Method;

use crate::running::{CUSTOMER, Folder, answer};
use serde_json::{Value, json};

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
    assert_eq!(shown["contracts"], body["contracts"]);
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
