//! A service in use, and then in trouble: requests of every kind, whose answers are held to the file.

use jetpay_core::{Keyring, Project};
use jetpay_platform::KASPI;
use jetpay_platform::gate::{GateOptions, OnSend, Plan, Server};
use jetpay_testing::free_port;
use reqwest::Method;
use serde_json::{Value, json};

use super::deliveries::{self, ENDPOINT, endpoint};
use super::document::{Broken, Document, Operation};
use super::receiver::Receiver;
use super::{Api, text_of};
use crate::support::{
    CUSTOMER, Folder, PROJECT, SECRET, TOKEN, answer, failed, payout_request, refused, success,
};

/// A wallet to which the Gate takes no payout.
const UNTAKEN: &str = "77012345699";

/// Plays it all, and returns what was seen.
pub(super) async fn play() -> Document {
    let gate = free_port();
    let receiver = Receiver::open();
    let folder = folder("sqlite://jetpay.db", gate).configured(&endpoint(ENDPOINT, receiver.port));
    let running = folder.serve().await;
    let project = Project::new(PROJECT, SECRET).unwrap();
    let mut options = GateOptions::new(([127, 0, 0, 1], gate).into(), Keyring::from(project));
    let callbacks = format!("http://127.0.0.1:{}/callback", running.folder.listen);
    options.callback_url = Some(callbacks.parse().unwrap());
    let gate = options.open().await.unwrap();
    let refuses = Plan {
        sends: vec![OnSend::Refuse(403); 1_000],
        ..Plan::default()
    };
    gate.with_state(|state, _| state.plan(UNTAKEN, refuses));
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
    reconciliations(&mut api).await;
    lost_callbacks(&mut api, gate).await;
    deliveries::play(&mut api, &receiver).await;
    for operation in api.document.operations() {
        strangers(&mut api, &operation).await;
        bad_requests(&mut api, &operation).await;
        parameters(&mut api, &operation).await;
    }
    damaged(&mut api).await;
    without_the_store(&mut api).await;
    api.document
}

/// A service with a token of each role, and with a Gate at this port.
fn folder(store: &str, gate: u16) -> Folder {
    let folder = Folder::with_store(store);
    let tokens = ["read", "resolve", "pay"].map(|role| {
        folder.write(role, token_of(role));
        format!("[[admin.token]]\nname = \"{role}\"\nrole = \"{role}\"\nfile = \"{role}\"\n")
    });
    folder.write("webhook-secret", format!("whsec_{}", "A".repeat(43) + "="));
    let gate = format!("[gate]\nbase_url = \"http://127.0.0.1:{gate}\"\nask_after_seconds = 1\n");
    folder.configured(&(tokens.concat() + &gate))
}

fn token_of(role: &str) -> String {
    format!("the token of tests with the role {role}")
}

fn payout(key: &str, wallet: &str) -> Value {
    let mut payout = payout_request(key, 10_000);
    payout["account_number"] = json!(wallet);
    payout
}

/// A body that the operation takes.
fn good_body(id: &str) -> Value {
    let reason = "a test";
    match id {
        "putCustomer" => json!({}),
        "importCustomers" => json!("{}"),
        "changeDebts" => json!({"contracts": [{"id": "12345", "payment": 1}]}),
        "correctEntry" | "confirmPayment" | "retryDelivery" | "skipDelivery" => {
            json!({"reason": reason})
        }
        "resolveAlarm" | "resolveInbox" => json!({"verdict": "foreign", "reason": reason}),
        "resolveAlarms" => json!({"verdict": "dismiss", "kind": "second_payout", "reason": reason}),
        "createPayout" => payout("a key", "77012345600"),
        "exportPayouts" => json!({"format": "dashboard", "payment_ids": ["none"]}),
        "resolvePayout" => json!({"as": "paid", "reason": reason}),
        "recordReconciliation" => report(),
        "replayDeliveries" => json!({"after": 0, "reason": reason}),
        "resolveDifference" => json!({"verdict": "accepted", "reason": reason}),
        _ => Value::Null,
    }
}

async fn customers_and_payments(api: &mut Api) {
    let customer = format!("/v1/customers/{CUSTOMER}");
    let body = json!({
        "additional_customer_id": "A-1", "as_of_seq": 0,
        "contracts": [{
            "id": "12345", "number": "1234_ABC", "payment": 100_000, "min_payment": 50, "status_code": 0,
            "info": {"any": [1]}, "as_of_seq": 0,
        }],
    });
    let (put, patch) = (format!("PUT {customer}"), format!("PATCH {customer}"));
    for status in [201, 200] {
        api.call(&put, body.clone(), status).await;
    }
    api.get(&customer).await;
    let debt = json!({"id": "12345", "payment": 90_000, "min_payment": 1});
    let debts = json!({"contracts": [debt], "as_of_seq": 0});
    api.call(&patch, debts, 200).await;
    let mut line = body;
    line["customer_id"] = json!("8");
    let schema = "/components/schemas/CustomerLine";
    let broken = api.document.broken(schema, &line);
    let lines: Vec<_> = broken.iter().map(|it| it.value.to_string()).collect();
    let import = "POST /v1/customers:import";
    let refused = api.call(import, json!(lines.join("\n")), 200).await;
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
    api.call(import, json!(line.to_string()), 200).await;
    api.get("/v1/customers?limit=1").await;
    api.call("DELETE /v1/customers/8", Value::Null, 204).await;
    for minor in [100, 200] {
        api.running.paid(&KASPI, minor).await;
    }
    let page = api.get("/v1/payments?limit=1").await;
    let next = page["next"].as_str().unwrap();
    api.get(&format!("/v1/payments/{next}")).await;
}

async fn alarms(api: &mut Api) {
    for (seq, decision) in [
        (
            1,
            json!({"verdict": "credit", "amount": 80_000, "currency": "KZT", "override": true, "reason": "a test"}),
        ),
        (2, json!({"verdict": "dismiss", "reason": "a test"})),
    ] {
        let payment = api.running.announced(100_000).await;
        api.running.succeed(&payment, 90_000, seq).await;
        for status in [200, 409] {
            let resolve = format!("POST /v1/alarms/{seq}/resolve");
            api.call(&resolve, decision.clone(), status).await;
        }
    }
    // What was dismissed is credited after all.
    let after_all =
        json!({"verdict": "credit", "amount": 90_000, "undo_dismissal": true, "reason": "a test"});
    for status in [200, 409] {
        let decision = after_all.clone();
        api.call("POST /v1/alarms/2/resolve", decision, status)
            .await;
    }
    // A success without an operation id, and a callback without a status.
    let sum = json!({"amount": 9_000, "currency": "KZT"});
    let sale = json!({"type": "sale", "status": "success", "sum_initial": sum});
    let mut of_4711 = sale.clone();
    of_4711["id"] = json!(4711);
    for (status, operation) in [(Some("success"), sale), (None, of_4711)] {
        let mut payment = json!({"id": api.running.announced(9_000).await});
        if let Some(status) = status {
            payment["status"] = json!(status);
        }
        let callback = json!({"project_id": PROJECT, "payment": payment, "operation": operation});
        api.running.deliver(&callback).await;
    }
    let named =
        json!({"verdict": "credit", "amount": 9_000, "operation_id": "4712", "reason": "a test"});
    api.call("POST /v1/alarms/3/resolve", named, 200).await;
    api.get("/v1/alarms/4").await;
    api.get("/v1/alarms:count").await;
    api.get("/v1/alarms?kind=unusable,second_sale").await;
    for mut decision in [
        json!({"alarms": [4, 1, 99]}),
        json!({"kind": "unusable,second_sale", "up_to": 4}),
    ] {
        decision["verdict"] = json!("dismiss");
        decision["reason"] = json!("a test");
        api.call("POST /v1/alarms:resolve", decision, 200).await;
    }
    api.get("/v1/alarms?limit=1").await;
}

async fn inbox(api: &mut Api) {
    let credit = json!({"verdict": "credit", "customer_id": CUSTOMER, "amount": 700, "currency": "KZT", "override": false,
        "reason": "a test"});
    let foreign = json!({"verdict": "foreign", "reason": "a test"});
    for (request, body, status) in [
        ("POST /v1/inbox/a/resolve", credit, 200),
        ("POST /v1/inbox/b/resolve", foreign, 204),
        ("DELETE /v1/inbox/c", Value::Null, 204),
    ] {
        let payment = request.split('/').nth(3).unwrap();
        api.running.succeed(payment, 700, 4713).await;
        api.get("/v1/inbox").await;
        api.call(request, body, status).await;
    }
}

async fn entries(api: &mut Api) {
    for (reason, status) in [("a test", 200), ("another", 409)] {
        let body = json!({"reason": reason});
        api.call("POST /v1/entries/1/correct", body, status).await;
    }
    for list in ["entries", "resolutions", "resolutions?limit=1"] {
        api.get(&format!("/v1/{list}")).await;
    }
    api.call("GET /v1/entries?after=999", Value::Null, 409)
        .await;
}

/// What the platform says about two payments: one of its answers could be made from another one. Then the Gate is away.
async fn lost_callbacks(api: &mut Api, gate: Server) {
    let mut confirms = Vec::new();
    for description in ["", "x;operations:0:status:success"] {
        let id = api.running.announced(500).await;
        let mut callback = success(&id, 500);
        description.clone_into(&mut callback.payment.description);
        gate.state().has_made(callback);
        confirms.push(format!("POST /v1/payments/{id}/confirm"));
    }
    let reason = json!({"reason": "a test"});
    for confirm in &confirms {
        api.call(confirm, json!({"dry_run": true}), 200).await;
    }
    for (confirm, status) in [(0, 200), (0, 409), (1, 409)] {
        api.call(&confirms[confirm], reason.clone(), status).await;
    }
    gate.stop().await;
    api.call(&confirms[1], reason, 502).await;
}

async fn payouts(api: &mut Api) {
    // The last digits of the wallet choose what the Gate does: it pays, declines, or never ends.
    let (paid, declined, endless) = ("77012345600", "77012345601", "77012345618");
    let mut ids = Vec::new();
    for (key, wallet, status) in [
        ("paid", paid, 202),
        ("declined", declined, 202),
        ("endless", endless, 202),
        ("again", paid, 202),
        ("paid", paid, 200),
        ("paid", declined, 409),
    ] {
        let payout = payout(key, wallet);
        let payout = api.call("POST /v1/payouts", payout, status).await;
        ids.extend(payout["payment_id"].as_str().map(ToOwned::to_owned));
    }
    for (id, state) in ids.iter().zip(["paid", "declined", "accepted"]) {
        let begun = std::time::Instant::now();
        while api.get(&format!("/v1/payouts/{id}")).await["state"] != state {
            assert!(begun.elapsed().as_secs() < 20, "{id} is not {state}");
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    let waiting = payout("by hand", UNTAKEN);
    let waiting = api.call("POST /v1/payouts", waiting, 202).await;
    let id = &waiting["payment_id"];
    let shown = format!("/v1/payouts/{}", id.as_str().unwrap());
    while !text_of(&api.get(&shown).await).contains("postponed") {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let export = "POST /v1/payouts:export";
    let mut body = json!({"format": "dashboard", "payment_ids": [id]});
    api.call(export, body.clone(), 200).await;
    api.call(export, body.clone(), 409).await;
    body["again"] = json!(true);
    api.call(export, body, 200).await;
    // A name that no file can hold.
    let mut formula = payout("formula", UNTAKEN);
    formula["customer"]["first_name"] = json!("=1+1");
    let formula = api.call("POST /v1/payouts", formula, 202).await;
    let created = json!({"format": "dashboard", "state": "created"});
    let mut exported = Value::Null;
    while exported["skipped"][0].is_null() {
        exported = api.call(export, created.clone(), 200).await;
    }
    assert_eq!(exported["payment_ids"], json!([]));
    assert_eq!(exported["skipped"][0]["payment_id"], formula["payment_id"]);
    for query in ["?limit=1", "?request_sha256=0", "/entries"] {
        api.get(&format!("/v1/payouts{query}")).await;
    }
    api.call("GET /v1/payouts/entries?after=999", Value::Null, 409)
        .await;
    let resolve = format!("POST /v1/payouts/{}/resolve", ids[2]);
    for status in [200, 409] {
        let decision = json!({"as": "declined", "reason": "a test"});
        api.call(&resolve, decision, status).await;
    }
}

/// A report that has every field: two differences, of which one raises an alarm.
fn report() -> Value {
    let credit = json!({
        "id": "1234-77-not_there", "kind": "not_there", "project_id": PROJECT, "operation_id": "77", "payment_id": "p-77",
        "field": "amount", "ours": "100 KZT", "theirs": "90 KZT", "why": "a test", "time": 1_793_800_000, "source": 0, "line": 2,
    });
    let mut other = credit.clone();
    other["id"] = json!("1234-78-payment_differs");
    other["kind"] = json!("payment_differs");
    other["operation_id"] = json!("78");
    other["amount"] = json!({"amount": 90, "currency": "KZT"});
    json!({
        "from": 1_793_473_200, "to": 1_796_065_200, "ledger_seq": 1,
        "sources": [{"name": "november.csv", "sha256": "ab".repeat(32), "rows": 2}],
        "counts": {"not_there": 1, "payment_differs": 1},
        "sums": [{"project_id": PROJECT, "currency": "KZT", "type": "sale", "ours": 100, "theirs": 90, "explained": -10}],
        "results": [credit, other],
        "agreed": ["1234-79-not_credited"],
    })
}

async fn reconciliations(api: &mut Api) {
    for _ in 0..2 {
        api.call("POST /v1/reconciliations", report(), 201).await;
    }
    let resolve = "POST /v1/reconciliations/differences/1234-77-not_there/resolve";
    for status in [200, 409] {
        let decision = json!({"verdict": "foreign", "reason": "a test"});
        api.call(resolve, decision, status).await;
    }
    api.get("/v1/reconciliations?limit=1").await;
    api.get("/v1/reconciliations/1").await;
    let page = api.get("/v1/reconciliations/2?limit=1").await;
    assert_eq!(page["results"][0]["state"], "foreign");
    let rest = api.get("/v1/reconciliations/2?after=1").await;
    assert_eq!(rest["results"][0]["operation_id"], "78");
    for (field, wrong) in [
        ("to", json!(1_793_473_200)),
        ("from", json!(i64::MIN)),
        ("counts", json!({"lost": 1})),
        ("sums[0].explained", json!(-9)),
        ("results[0].time", json!(i64::MAX)),
        ("sources", json!([])),
        ("sources[0].sha256", json!("zz".repeat(32))),
        ("sources[0].name", json!("n".repeat(256))),
        ("counts", json!({"not_there": 1})),
        (
            "counts",
            json!({"not_there": 1, "payment_differs": 1, "type_differs": 1}),
        ),
        (
            "sums[0]",
            json!({"project_id": PROJECT, "currency": "KZT", "type": "sale", "ours": 0, "theirs": 0, "explained": 0}),
        ),
        ("agreed[0]", json!("1234-77-not_there")),
    ] {
        let mut body = report();
        let pointer = format!("/{}", field.replace(['[', '.'], "/").replace(']', ""));
        *body.pointer_mut(&pointer).unwrap() = wrong;
        let answer = api.call("POST /v1/reconciliations", body, 422).await;
        let named = if field.starts_with("sums") {
            "sums"
        } else {
            field
        };
        refused(&(422, answer), named);
    }
}

async fn search(api: &mut Api) {
    let waiting = success("of whom", 700).with_account("an account", "a payer");
    assert_eq!(api.running.deliver(&waiting).await, 404);
    // The payer has payments and payouts.
    for word in [CUSTOMER, "a", "c", "an+account"] {
        api.get(&format!("/v1/search?q={word}")).await;
    }
    let page = api.get(&format!("/v1/search?q={CUSTOMER}&limit=1")).await;
    let next = page["next"].as_str().unwrap();
    api.get(&format!("/v1/search?q={CUSTOMER}&before={next}"))
        .await;
    // An alarm, a resolution, a callback and an entry.
    let credited = api.get("/v1/alarms/1").await;
    let credited = credited["payment_id"].as_str().unwrap();
    api.get(&format!("/v1/payments/{credited}/history")).await;
    api.call("GET /v1/search?q=%20", Value::Null, 422).await;
}

/// Each role, no token, another host, another HTTP method.
async fn strangers(api: &mut Api, operation: &Operation) {
    let request = operation.for_nothing();
    for role in ["read", "resolve", "pay"] {
        let (status, _) = api.send(&request, &token_of(role), &json!("{")).await;
        let needed = operation.role.as_deref().unwrap_or("read");
        let permitted = needed == "read" || needed == role;
        assert_eq!(status != 403, permitted, "{} {role}", operation.id);
    }
    let (status, _) = api.send(&request, "", &Value::Null).await;
    assert_eq!(status == 401, operation.role.is_some(), "{}", operation.id);
    let (_, url) = request.split_once(' ').unwrap();
    let elsewhere = api.running.admin(operation.method.clone(), url);
    let elsewhere = elsewhere.header("host", "evil.example");
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
            let answer = answer(api.running.admin(method, url)).await;
            failed(&answer, 405, "method_not_allowed");
            api.document.show("/components/schemas/Error", &answer.1);
        }
    }
}

/// Bodies that are no JSON or too large, and ids that name nothing.
async fn bad_requests(api: &mut Api, operation: &Operation) {
    for (status, body) in [
        (400, "{".to_owned()),
        (
            413,
            match &*operation.id {
                "importCustomers" => "{}\n".repeat(10_001),
                "recordReconciliation" => " ".repeat(16 * 1024 * 1024 + 1),
                _ => " ".repeat(1024 * 1024 + 1),
            },
        ),
        (404, text_of(&good_body(&operation.id))),
    ] {
        if operation.statuses.contains(&status.to_string()) {
            let request = operation.for_nothing();
            let (answered, _) = api.send(&request, TOKEN, &json!(body)).await;
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
            let request = operation.request("1", &format!("{name}={wrong}"));
            let answer = api.call(&request, Value::Null, 422).await;
            let message = refused(&(422, answer), name);
            let expected = match &**name {
                "limit" => "must be between 1 and 1000",
                _ if is("type", "integer") => {
                    "must be a whole number from 0 to 9223372036854775807"
                }
                _ if is("type", "boolean") => "must be true or false",
                _ => continue,
            };
            assert_eq!(message, expected, "{request}");
        }
    }
    if !good.is_empty() {
        let request = |query: &str| operation.request("1", query);
        api.call(&request(&good.join("&")), Value::Null, 200).await;
        let answer = api.call(&request("colour=red"), Value::Null, 422).await;
        let error = answer["error"]["message"].as_str().unwrap();
        Document::knows(error, &operation.id, queries.map(|(name, ..)| &**name));
    }
}

async fn damaged(api: &mut Api) {
    let damage = |folder: &Folder| folder.sql("UPDATE customers SET contracts = '{'");
    api.running.while_stopped(damage).await;
    let customer = format!("/v1/customers/{CUSTOMER}");
    for (method, url) in [
        ("GET", "/v1/customers"),
        ("GET", &customer),
        ("PATCH", &customer),
    ] {
        let body = good_body(if method == "PATCH" { "changeDebts" } else { "" });
        api.call(&format!("{method} {url}"), body, 500).await;
    }
}

async fn without_the_store(api: &mut Api) {
    // Their names are those of `Operation::for_nothing`.
    let endpoints = ["999", "none"].map(|name| endpoint(name, free_port()));
    let folder = folder("postgres://a:b@127.0.0.1:1/c", free_port());
    api.running = folder.configured(&endpoints.concat()).begin();
    api.running.wait_until_it_answers().await;
    for operation in api.document.operations() {
        let mut request = operation.for_nothing();
        if operation.id == "search" {
            request += "?q=a";
        }
        let body = good_body(&operation.id);
        let (status, _) = api.send(&request, TOKEN, &body).await;
        let needs_the_store = operation.statuses.iter().any(|status| status == "503");
        let expected = if needs_the_store { 503 } else { 200 };
        assert_eq!(status, expected, "{request}");
    }
}
