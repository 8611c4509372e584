//! A service in use, and then in trouble: requests of every kind, whose answers are held to the file.

use jetpay_core::{Keyring, Project};
use jetpay_platform::KASPI;
use jetpay_platform::gate::GateOptions;
use jetpay_testing::free_port;
use reqwest::Method;
use serde_json::{Value, json};

use super::document::{Broken, Document, Operation};
use super::{Api, text_of, url};
use crate::support::{CUSTOMER, Folder, PROJECT, SECRET, TOKEN, answer, failed, refused};

/// Plays it all, and returns what was seen.
pub(super) async fn play() -> Document {
    let gate = free_port();
    let running = folder("sqlite://jetpay.db", gate).serve().await;
    let project = Project::new(PROJECT, SECRET).unwrap();
    let mut options = GateOptions::new(([127, 0, 0, 1], gate).into(), Keyring::from(project));
    let callbacks = format!("http://127.0.0.1:{}/callback", running.folder.listen);
    options.callback_url = Some(callbacks.parse().unwrap());
    let _gate = options.open().await.unwrap();
    let mut api = Api {
        document: Document::read(),
        running,
    };
    customers_and_payments(&mut api).await;
    alarms(&mut api).await;
    inbox(&mut api).await;
    entries(&mut api).await;
    payouts(&mut api).await;
    search(&mut api).await;
    for operation in api.document.operations() {
        strangers(&mut api, &operation).await;
        bad_requests(&mut api, &operation).await;
        parameters(&mut api, &operation).await;
    }
    damaged(&mut api).await;
    without_the_store(&mut api).await;
    api.document
}

/// A value of the operation's path that names nothing.
fn nothing(operation: &Operation) -> &'static str {
    if operation.path.contains("{seq}") {
        "999"
    } else {
        "none"
    }
}

/// A service with a token of each role, and with a Gate at this port.
fn folder(store: &str, gate: u16) -> Folder {
    let folder = Folder::with_store(store);
    let tokens = ["read", "resolve", "pay"].map(|role| {
        folder.write(role, token_of(role));
        format!("[[admin.token]]\nname = \"{role}\"\nrole = \"{role}\"\nfile = \"{role}\"\n")
    });
    let gate = format!("[gate]\nbase_url = \"http://127.0.0.1:{gate}\"\nask_after_seconds = 1\n");
    folder.configured(&(tokens.concat() + &gate))
}

fn token_of(role: &str) -> String {
    format!("the token of tests with the role {role}")
}

fn payout(key: &str, wallet: &str) -> Value {
    json!({
        "project_id": PROJECT,
        "customer": {"id": CUSTOMER, "ip_address": "198.51.100.47", "first_name": "A", "last_name": "B", "email": "a@b.example"},
        "account_number": wallet, "amount": 10_000, "currency": "KZT", "idempotency_key": key,
    })
}

/// A body that the operation takes.
fn good_body(id: &str) -> Value {
    let reason = "a test";
    match id {
        "putCustomer" => json!({}),
        "importCustomers" => json!("{}"),
        "changeDebts" => json!({"contracts": [{"id": "12345", "payment": 1}]}),
        "correctEntry" => json!({"reason": reason}),
        "resolveAlarm" | "resolveInbox" => json!({"verdict": "foreign", "reason": reason}),
        "resolveAlarms" => json!({"verdict": "dismiss", "kind": "second_payout", "reason": reason}),
        "createPayout" => payout("a key", "77012345600"),
        "resolvePayout" => json!({"as": "paid", "reason": reason}),
        _ => Value::Null,
    }
}

async fn customers_and_payments(api: &mut Api) {
    let body = json!({
        "additional_customer_id": "A-1", "as_of_seq": 0,
        "contracts": [{
            "id": "12345", "number": "1234_ABC", "payment": 100_000, "min_payment": 50, "status_code": 0,
            "info": {"any": [1]}, "as_of_seq": 0,
        }],
    });
    api.call("putCustomer", &[CUSTOMER], "", body.clone(), 201)
        .await;
    api.call("putCustomer", &[CUSTOMER], "", body.clone(), 200)
        .await;
    api.get("getCustomer", &[CUSTOMER], "").await;
    let debts = json!({"contracts": [{"id": "12345", "payment": 90_000, "min_payment": 1}], "as_of_seq": 0});
    api.call("changeDebts", &[CUSTOMER], "", debts, 200).await;
    let mut line = body;
    line["customer_id"] = json!("8");
    let schema = "/components/schemas/CustomerLine";
    let broken = api.document.broken(schema, &line);
    let lines: Vec<_> = broken.iter().map(|it| it.value.to_string()).collect();
    let refused = api
        .call("importCustomers", &[], "", json!(lines.join("\n")), 200)
        .await;
    let errors = refused["errors"].as_array().unwrap();
    for (Broken { unknown_in, .. }, line) in broken.iter().zip(1..) {
        let error = errors.iter().find(|error| error["line"] == line);
        let error = error.unwrap_or_else(|| panic!("line {line} was taken: {refused}"));
        if let Some(object) = unknown_in {
            let error = error["message"].as_str().unwrap();
            Document::knows(error, schema, api.document.names(object));
        }
    }
    api.document.show(schema, &line);
    api.call("importCustomers", &[], "", json!(line.to_string()), 200)
        .await;
    api.get("listCustomers", &[], "limit=1").await;
    api.call("deleteCustomer", &["8"], "", Value::Null, 204)
        .await;
    for minor in [100, 200] {
        api.running.paid(&KASPI, minor).await;
    }
    let page = api.get("listPayments", &[], "limit=1").await;
    api.get("getPayment", &[page["next"].as_str().unwrap()], "")
        .await;
}

async fn alarms(api: &mut Api) {
    let mut newest = 0;
    for decision in [
        json!({"verdict": "credit", "amount": 80_000, "currency": "KZT", "override": true, "reason": "a test"}),
        json!({"verdict": "dismiss", "reason": "a test"}),
    ] {
        let payment = api.running.announced(100_000).await;
        newest += 1;
        api.running.succeed(&payment, 90_000, newest).await;
        let seq = newest.to_string();
        api.call("resolveAlarm", &[&seq], "", decision.clone(), 200)
            .await;
        api.call("resolveAlarm", &[&seq], "", decision, 409).await;
    }
    // A success without an operation id, and a callback without a status.
    for status in ["success", ""] {
        let payment = api.running.announced(9_000).await;
        let sum = json!({"amount": 9_000, "currency": "KZT"});
        let mut callback = json!({
            "project_id": PROJECT, "payment": {"id": payment, "status": status},
            "operation": {"type": "sale", "status": "success", "sum_initial": sum},
        });
        if status.is_empty() {
            callback["payment"] = json!({"id": payment});
            callback["operation"]["id"] = json!(4711);
        }
        api.running.deliver(&callback).await;
    }
    let named =
        json!({"verdict": "credit", "amount": 9_000, "operation_id": "4712", "reason": "a test"});
    api.call("resolveAlarm", &["3"], "", named, 200).await;
    api.get("getAlarm", &["4"], "").await;
    api.get("countAlarms", &[], "").await;
    api.get("listAlarms", &[], "kind=unusable,second_sale")
        .await;
    for which in [
        json!({"alarms": [4, 1, 99]}),
        json!({"kind": "unusable,second_sale", "up_to": 4}),
    ] {
        let mut decision = which;
        decision["verdict"] = json!("dismiss");
        decision["reason"] = json!("a test");
        api.call("resolveAlarms", &[], "", decision, 200).await;
    }
    api.get("listAlarms", &[], "limit=1").await;
}

async fn inbox(api: &mut Api) {
    for (payment, body, status) in [
        (
            "a",
            json!({"verdict": "credit", "customer_id": CUSTOMER, "amount": 700, "currency": "KZT", "override": false, "reason": "a test"}),
            200,
        ),
        ("b", json!({"verdict": "foreign", "reason": "a test"}), 204),
    ] {
        api.running.succeed(payment, 700, 4713).await;
        api.get("listInbox", &[], "").await;
        api.call("resolveInbox", &[payment], "", body, status).await;
    }
    api.running.succeed("c", 700, 4714).await;
    api.call("deleteFromInbox", &["c"], "", Value::Null, 204)
        .await;
}

async fn entries(api: &mut Api) {
    api.call("correctEntry", &["1"], "", json!({"reason": "a test"}), 200)
        .await;
    api.call(
        "correctEntry",
        &["1"],
        "",
        json!({"reason": "another"}),
        409,
    )
    .await;
    api.get("listEntries", &[], "").await;
    api.call("listEntries", &[], "after=999", Value::Null, 409)
        .await;
    api.get("listResolutions", &[], "").await;
    api.get("listResolutions", &[], "limit=1").await;
}

async fn payouts(api: &mut Api) {
    // The last digits of the wallet choose what the Gate does: it pays, declines, or never ends.
    let mut ids = Vec::new();
    for (key, wallet) in [
        ("paid", "77012345600"),
        ("declined", "77012345601"),
        ("endless", "77012345618"),
        ("again", "77012345600"),
    ] {
        let payout = api
            .call("createPayout", &[], "", payout(key, wallet), 202)
            .await;
        ids.push(payout["payment_id"].as_str().unwrap().to_owned());
    }
    api.call("createPayout", &[], "", payout("paid", "77012345600"), 200)
        .await;
    api.call("createPayout", &[], "", payout("paid", "77012345601"), 409)
        .await;
    for (id, state) in ids.iter().zip(["paid", "declined", "accepted"]) {
        let begun = std::time::Instant::now();
        while api.get("getPayout", &[id], "").await["state"] != state {
            assert!(begun.elapsed().as_secs() < 20, "{id} is not {state}");
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    for query in ["limit=1", "request_sha256=0"] {
        api.get("listPayouts", &[], query).await;
    }
    api.get("listPayoutEntries", &[], "").await;
    api.call("listPayoutEntries", &[], "after=999", Value::Null, 409)
        .await;
    let decision = json!({"as": "declined", "reason": "a test"});
    api.call("resolvePayout", &[&ids[2]], "", decision.clone(), 200)
        .await;
    api.call("resolvePayout", &[&ids[2]], "", decision, 409)
        .await;
}

async fn search(api: &mut Api) {
    // The payer has payments and payouts.
    for word in [CUSTOMER, "a", "c"] {
        api.get("search", &[], &format!("q={word}")).await;
    }
    let page = api
        .get("search", &[], &format!("q={CUSTOMER}&limit=1"))
        .await;
    let next = page["next"].as_str().unwrap();
    api.get("search", &[], &format!("q={CUSTOMER}&before={next}"))
        .await;
    // An alarm, a resolution, a callback and an entry.
    let credited = api.get("getAlarm", &["1"], "").await;
    let credited = credited["payment_id"].as_str().unwrap();
    api.get("getPaymentHistory", &[credited], "").await;
    api.call("search", &[], "q=%20", Value::Null, 422).await;
}

/// Each role, no token, another host, another HTTP method.
async fn strangers(api: &mut Api, operation: &Operation) {
    let (path, body) = ([nothing(operation)], json!("{"));
    for role in ["read", "resolve", "pay"] {
        let (status, _) = api.send(operation, &token_of(role), &path, "", &body).await;
        let needed = operation.role.as_deref().unwrap_or("read");
        let permitted = needed == "read" || needed == role;
        assert_eq!(status != 403, permitted, "{} {role}", operation.id);
    }
    let (status, _) = api.send(operation, "", &path, "", &Value::Null).await;
    assert_eq!(status == 401, operation.role.is_some(), "{}", operation.id);
    let url = url(operation, &path, "");
    let elsewhere = api
        .running
        .admin(operation.method.clone(), &url)
        .header("host", "evil.example");
    let answered = elsewhere.send().await.unwrap();
    assert_eq!(api.document.check(operation, answered).await.0, 421);
    for method in [
        Method::GET,
        Method::PUT,
        Method::POST,
        Method::PATCH,
        Method::DELETE,
    ] {
        let known = api.document.operations().into_iter();
        let mut known = known.filter(|known| known.path == operation.path);
        if !known.any(|known| known.method == method) {
            let answer = answer(api.running.admin(method, &url)).await;
            failed(&answer, 405, "method_not_allowed");
            api.document.show("/components/schemas/Error", &answer.1);
        }
    }
}

/// Bodies that are no JSON or too large, and ids that name nothing.
async fn bad_requests(api: &mut Api, operation: &Operation) {
    let path = [nothing(operation)];
    for (status, body) in [
        (400, "{".to_owned()),
        (
            413,
            if operation.id == "importCustomers" {
                "{}\n".repeat(10_001)
            } else {
                " ".repeat(1024 * 1024 + 1)
            },
        ),
        (404, text_of(&good_body(&operation.id))),
    ] {
        if operation.statuses.contains(&status.to_string()) {
            let (answered, _) = api
                .send(operation, TOKEN, &path, "", &Value::String(body))
                .await;
            assert_eq!(answered, status, "{}", operation.id);
        }
    }
}

/// Every parameter is taken, is refused when it is wrong, and no other is taken.
async fn parameters(api: &mut Api, operation: &Operation) {
    let queries = operation
        .parameters
        .iter()
        .filter(|(_, place, _)| place == "query");
    let mut good = Vec::new();
    for (name, _, schema) in queries.clone() {
        let list = format!("{schema}/items");
        let is_list = api.document.at(schema)["type"] == "array";
        let schema = api.document.target(if is_list { &list } else { schema });
        let schema = api.document.at(&schema).clone();
        let is = |key: &str, value: &str| schema[key] == value;
        let integers = [
            "-1",
            "-9223372036854775809",
            "99999999999999999999",
            "1.5",
            "many",
            "",
        ];
        let (right, wrong) = match schema["enum"].get(0).and_then(Value::as_str) {
            Some(word) => (word, &["none"][..]),
            None if is("type", "integer") => ("1", &integers[..]),
            None if is("type", "boolean") => ("true", &["1"][..]),
            None if is("format", "date-time") => ("2020-01-01T00:00:00Z", &["yesterday"][..]),
            None => (schema["examples"][0].as_str().unwrap_or("1"), &[][..]),
        };
        good.push(format!("{name}={right}"));
        let limits = if *name == "limit" {
            &["0", "1001"][..]
        } else {
            &[]
        };
        for wrong in wrong.iter().chain(limits) {
            let query = format!("{name}={wrong}");
            let answer = api.call(&operation.id, &[], &query, Value::Null, 422).await;
            let message = refused(&(422, answer), name);
            let expected = match &**name {
                "limit" => "must be between 1 and 1000",
                _ if is("type", "integer") => {
                    "must be a whole number from 0 to 9223372036854775807"
                }
                _ if is("type", "boolean") => "must be true or false",
                _ => continue,
            };
            assert_eq!(message, expected, "{} {query}", operation.id);
        }
    }
    if !good.is_empty() {
        api.get(&operation.id, &[], &good.join("&")).await;
        let answer = api
            .call(&operation.id, &[], "colour=red", Value::Null, 422)
            .await;
        let error = answer["error"]["message"].as_str().unwrap();
        Document::knows(error, &operation.id, queries.map(|(name, ..)| &**name));
    }
}

async fn damaged(api: &mut Api) {
    let damage = |folder: &Folder| folder.sql("UPDATE customers SET contracts = '{'");
    api.running.while_stopped(damage).await;
    for id in ["listCustomers", "getCustomer", "changeDebts"] {
        api.call(id, &[CUSTOMER], "", good_body(id), 500).await;
    }
}

async fn without_the_store(api: &mut Api) {
    let folder = folder("postgres://a:b@127.0.0.1:1/c", free_port());
    api.running = folder.begin();
    api.running.wait_until_it_answers().await;
    for operation in api.document.operations() {
        let (path, body) = ([nothing(&operation)], good_body(&operation.id));
        let query = if operation.id == "search" { "q=a" } else { "" };
        let (status, _) = api.send(&operation, TOKEN, &path, query, &body).await;
        let needs_the_store = operation.statuses.iter().any(|status| status == "503");
        assert_eq!(
            status,
            if needs_the_store { 503 } else { 200 },
            "{}",
            operation.id
        );
    }
}
