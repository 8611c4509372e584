//! A merchant's day: payments, alarms, an inbox, payouts, reconciliations and deliveries. Every text that comes from outside
//! is one of [`Texts`].

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use jetpay_platform::messages::{Callback, CheckDeposit, Contract};
use jetpay_platform::{
    CASHIN_KZ, CallbackKind, KASPI, KASSA24, MethodFacts, QIWI_KZ, path_segment,
};
use serde_json::{Value, json};

use crate::desk::{self, Service};
use crate::support::{PROJECT, Running, payout_request, tenge};

/// The endpoint that refuses what it is told.
pub(crate) const ENDPOINT: &str = "billing-1";

/// What other programs and people write.
#[derive(Clone)]
pub(crate) struct Texts {
    pub(crate) customer: String,
    pub(crate) second: String,
    pub(crate) contract: (String, String),
    pub(crate) receipt: String,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) description: String,
    pub(crate) account: String,
    /// A status and a type that no document knows.
    pub(crate) word: String,
    /// A payment that was never announced.
    pub(crate) unknown: String,
    pub(crate) reason: String,
    pub(crate) source: String,
    pub(crate) key: String,
}

impl Texts {
    /// These texts in every field: the second one where not every text is taken, and where two long ones would be too much.
    pub(crate) fn all(text: &str, id: &str) -> Self {
        let (text, id) = (|| text.to_owned(), || id.to_owned());
        Self {
            customer: id(),
            second: id(),
            contract: (id(), id()),
            receipt: id(),
            code: id(),
            message: text(),
            description: id(),
            account: id(),
            word: id(),
            unknown: id(),
            // No longer one is taken.
            reason: text().chars().take(2000).collect(),
            source: id(),
            key: id(),
        }
    }

    /// What people write on a good day.
    fn of_people(customer: &str, number: u64) -> Self {
        let text = str::to_owned;
        Self {
            customer: text(customer),
            second: format!("A-{number}"),
            contract: (
                format!("{number}2345"),
                format!("{number}234_ABC/01-01-2025"),
            ),
            receipt: format!("KSP-20261201-{number}00817"),
            code: text("20105"),
            message: text("Insufficient funds"),
            description: text("Top-up"),
            account: text(customer),
            word: text("on hold"),
            unknown: format!("8100{number}-0077"),
            reason: text("The payer has a receipt of 900.00, and Kaspi confirms it by telephone."),
            source: format!("november-{number}.csv"),
            key: format!("bonus-{number}"),
        }
    }
}

/// The service of a scene, and what a test looks for in it.
pub(crate) struct Scene {
    pub(crate) service: Service,
    /// One of each day.
    pub(crate) quarantined: Vec<Quarantined>,
}

/// A payment whose callback says 900.00 KZT, and which was announced with 1 000.00 KZT.
pub(crate) struct Quarantined {
    pub(crate) receipt: String,
    pub(crate) payment: String,
    /// The number of the open alarm about it.
    pub(crate) alarm: i64,
    pub(crate) customer: String,
}

/// A day with people's texts.
pub(crate) async fn of_people() -> Scene {
    let texts = [("7123456789", 1), ("7012223344", 2), ("Айгерім-77", 3)];
    play(texts.map(|(customer, number)| Texts::of_people(customer, number))).await
}

/// Plays the same day with each of these texts.
pub(crate) async fn play(texts: impl IntoIterator<Item = Texts>) -> Scene {
    let (folder, port) = desk::folder();
    let refuses = receiver();
    folder.write("webhook-secret", format!("whsec_{}=", "A".repeat(43)));
    let folder = folder.with_gate("ask_after_seconds = 1").configured(&format!(
        "[[deliver]]\nname = \"{ENDPOINT}\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{refuses}/\"\nalarms = true\n\
         secret_file = \"webhook-secret\"\n"
    ));
    let service = desk::serve((folder, port)).await;
    let mut quarantined = Vec::new();
    for (texts, number) in texts.into_iter().zip(1..) {
        let mut day = Day {
            running: &service.running,
            texts: &texts,
            operation: number * 1_000,
        };
        quarantined.push(day.play().await);
    }
    Scene {
        service,
        quarantined,
    }
}

/// A receiver of deliveries that refuses all of them. The end of the test ends it.
fn receiver() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 16 * 1024]);
            let answer =
                "HTTP/1.1 400 no\r\ncontent-length: 11\r\nconnection: close\r\n\r\nno such one";
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    port
}

struct Day<'d> {
    running: &'d Running,
    texts: &'d Texts,
    operation: u64,
}

impl Day<'_> {
    async fn play(&mut self) -> Quarantined {
        self.customer().await;
        self.payments().await;
        self.inbox().await;
        self.payouts().await;
        self.reconciliation().await;
        self.decisions().await;
        self.quarantined().await
    }

    async fn customer(&self) {
        let (id, number) = &self.texts.contract;
        let contract = json!({"id": id, "number": number, "payment": 100_000});
        let body = json!({"additional_customer_id": self.texts.second, "contracts": [contract]});
        let id = path_segment(&self.texts.customer);
        let (status, answer) = self.running.put_customer(&id, &body).await;
        assert_eq!(status, 201, "{answer}");
    }

    /// An announced payment.
    async fn announced(&self, method: &MethodFacts, minor: i64) -> String {
        let (id, number) = self.texts.contract.clone();
        let contract = Contract { id, number };
        let customer = &self.texts.customer;
        let request = CheckDeposit::new(
            method,
            PROJECT.into(),
            customer,
            tenge(minor),
            Some(&contract),
        );
        let answer = self.running.platform().call(&method.path(), &request).await;
        let answer = answer.unwrap();
        let id = answer.payment_id();
        id.unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
    }

    /// A callback with an operation of its own and the texts.
    fn callback(&mut self, kind: CallbackKind, payment: &str, minor: i64) -> Value {
        let callback = kind.callback(&KASPI, PROJECT.into(), payment, tenge(minor));
        self.written(callback)
    }

    fn written(&mut self, callback: Callback) -> Value {
        let texts = self.texts;
        self.operation += 1;
        let is_success = callback.operation.status == "success";
        let callback = callback
            .with_operation_id(self.operation)
            .with_account(&texts.account, &texts.customer);
        let mut callback = serde_json::to_value(callback).unwrap();
        callback["payment"]["description"] = json!(texts.description);
        let operation = &mut callback["operation"];
        operation["provider"]["payment_id"] = json!(format!("{}{}", texts.receipt, self.operation));
        if texts.receipt.len() > 250 {
            operation["provider"]["payment_id"] = json!(texts.receipt);
        }
        if !is_success {
            operation["code"] = json!(texts.code);
            operation["message"] = json!(texts.message);
        }
        callback
    }

    async fn deliver(&self, callback: &Value) {
        assert_eq!(self.running.deliver(callback).await, 200, "{callback}");
    }

    async fn payments(&mut self) {
        for (method, minor) in [(&KASPI, 250_000), (&KASSA24, 80_000), (&QIWI_KZ, 1_234_500)] {
            let id = self.announced(method, minor).await;
            let success = self.callback(CallbackKind::Success, &id, minor);
            self.deliver(&success).await;
            if method.name == KASSA24.name {
                let part = CallbackKind::PartialRefund(tenge(10_000));
                let refund = self.callback(part, &id, minor);
                self.deliver(&refund).await;
            }
        }
        for kind in [CallbackKind::Decline, CallbackKind::Processing] {
            let id = self.announced(&CASHIN_KZ, 50_000).await;
            let declined = self.callback(kind, &id, 50_000);
            self.deliver(&declined).await;
        }
        let id = self.announced(&KASPI, 60_000).await;
        let mut odd = self.callback(CallbackKind::Processing, &id, 60_000);
        odd["payment"]["status"] = json!(self.texts.word);
        odd["operation"]["status"] = json!(self.texts.word);
        odd["operation"]["type"] = json!(self.texts.word);
        self.deliver(&odd).await;
    }

    async fn quarantined(&mut self) -> Quarantined {
        let id = self.announced(&KASPI, 100_000).await;
        let success = self.callback(CallbackKind::Success, &id, 90_000);
        self.deliver(&success).await;
        let (_, alarms) = self
            .running
            .get("/v1/alarms?kind=amount_differs&limit=1")
            .await;
        let alarm = &alarms["alarms"][0];
        assert_eq!(alarm["payment_id"], json!(id));
        let receipt = success["operation"]["provider"]["payment_id"].as_str();
        Quarantined {
            receipt: receipt.unwrap().to_owned(),
            payment: id,
            alarm: alarm["seq"].as_i64().unwrap(),
            customer: self.texts.customer.clone(),
        }
    }

    async fn inbox(&mut self) {
        let unknown = self.texts.unknown.clone();
        let success = self.callback(CallbackKind::Success, &unknown, 70_000);
        assert_eq!(self.running.deliver(&success).await, 404, "{success}");
        // No status: nothing can be done with it.
        let id = self.announced(&KASPI, 9_000).await;
        let mut unusable = self.callback(CallbackKind::Success, &id, 9_000);
        unusable["payment"]
            .as_object_mut()
            .unwrap()
            .remove("status");
        self.running.deliver(&unusable).await;
    }

    async fn payouts(&mut self) {
        for (number, minor) in [(1, 150_000), (2, 20_000)] {
            let mut request = payout_request("", minor);
            request["customer"]["id"] = json!(self.texts.customer);
            let key: String = self.texts.key.chars().take(60).collect();
            request["idempotency_key"] = json!(format!("{number}{key}"));
            let (mut status, mut payout) = self.running.post("/v1/payouts", &request).await;
            if status == 422 {
                // What cannot be seen is refused here. The fields of another payout are spoiled later.
                request["customer"]["id"] = json!("77");
                request["idempotency_key"] = json!(format!("{number} of {}", self.operation));
                (status, payout) = self.running.post("/v1/payouts", &request).await;
            }
            assert_eq!(status, 202, "{payout}");
            if number == 2 {
                let id = payout["payment_id"].as_str().unwrap();
                self.running.wait_until_sent(id).await;
                let ending = json!({"as": "paid", "reason": self.texts.reason});
                self.post(&format!("/v1/payouts/{id}/resolve"), &ending)
                    .await;
            }
        }
    }

    async fn reconciliation(&mut self) {
        let texts = self.texts;
        let results = (1..=2).map(|line| {
            self.operation += 1;
            let operation = self.operation;
            json!({
                "id": format!("{PROJECT}-{operation}-not_there"), "kind": "not_there", "project_id": PROJECT,
                "operation_id": operation.to_string(), "payment_id": texts.unknown, "field": "amount", "ours": texts.word,
                "theirs": texts.message, "why": texts.message, "time": 1_793_800_000, "source": 0, "line": line,
                "amount": {"amount": 9_000, "currency": "KZT"},
            })
        });
        let results: Vec<Value> = results.collect();
        let decided = results[1]["id"].as_str().unwrap().to_owned();
        let report = json!({
            "from": 1_793_473_200, "to": 1_796_065_200, "ledger_seq": 1,
            "sources": [{"name": texts.source, "sha256": "ab".repeat(32), "rows": 2}],
            "counts": {"not_there": 2},
            "sums": [{"project_id": PROJECT, "currency": "KZT", "type": "sale", "ours": 100, "theirs": 90, "explained": -10}],
            "results": results, "agreed": [],
        });
        self.post("/v1/reconciliations", &report).await;
        let path = format!("/v1/reconciliations/differences/{decided}/resolve");
        let decision = json!({"verdict": "accepted", "reason": texts.reason});
        self.post(&path, &decision).await;
    }

    /// A decision about an alarm, and the correction of an entry.
    async fn decisions(&mut self) {
        let reason = self.texts.reason.clone();
        let alarm = self.quarantined().await.alarm;
        let decision = json!({"verdict": "dismiss", "reason": reason});
        self.post(&format!("/v1/alarms/{alarm}/resolve"), &decision)
            .await;
        let (_, entries) = self.running.get("/v1/entries?limit=1000").await;
        let last = entries["entries"].as_array().unwrap().last().unwrap();
        let path = format!("/v1/entries/{}/correct", last["seq"]);
        self.post(&path, &json!({"reason": reason})).await;
    }

    async fn post(&self, path: &str, body: &Value) {
        let (status, answer) = self.running.post(path, body).await;
        assert!(
            matches!(status, 200 | 201),
            "{path} {body}: {status} {answer}"
        );
    }
}
