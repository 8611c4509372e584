//! `docs/openapi.yaml` and the service say the same: each path, parameter, body, status and field.

mod deliveries;
mod document;
mod receiver;
mod scenario;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jetpay_ledger::payout::{PayoutEntry, StepKind};
use jetpay_ledger::{
    AlarmKind, DifferenceState, DifferenceVerdict, EntryKind, EventStatus, HitKind, MatchedWord,
    PaymentState, PayoutState,
};
use jetpay_platform::{KASPI, TopUp};
use serde_json::{Value, json};

use crate::support::{Answer, CUSTOMER, Folder, Running, TOKEN, tenge};
use document::{Broken, Document, METHODS, Operation};
use receiver::Receiver;

/// The file, and a service that is held to it.
struct Api {
    document: Document,
    running: Running,
}

impl Api {
    /// The operation of a request, such as `GET /v1/alarms/1?limit=2`.
    fn operation(&self, request: &str) -> Operation {
        let (method, url) = request.split_once(' ').unwrap();
        let path: Vec<_> = url.split('?').next().unwrap().split('/').collect();
        let fits = |operation: &Operation| {
            let known: Vec<_> = operation.path.split('/').collect();
            let mut parts = known.iter().zip(&path);
            operation.method == method
                && known.len() == path.len()
                && parts.all(|(known, given)| known.starts_with('{') || known == given)
        };
        let fitting = self.document.operations().into_iter().filter(fits);
        let exact = fitting.min_by_key(|operation| operation.path.matches('{').count());
        exact.unwrap_or_else(|| panic!("{request} is not in the file"))
    }

    /// Sends a request, and holds the answer to the file.
    async fn send(&mut self, request: &str, token: &str, body: &Value) -> Answer {
        let operation = self.operation(request);
        let (_, url) = request.split_once(' ').unwrap();
        let mut request = self.running.without_token(operation.method.clone(), url);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        let answer = request.body(text_of(body)).send().await.unwrap();
        self.document.check(&operation, answer).await
    }

    /// A request that must have this status. With a good body, the service refuses each body that differs from it where the
    /// file forbids it.
    async fn call(&mut self, request: &str, body: Value, expected: u16) -> Value {
        let body_of = self.document.body_of(&self.operation(request));
        if let (Some(schema), true) = (body_of, expected < 300) {
            for broken in self.document.broken(&schema, &body) {
                let Broken {
                    value,
                    field,
                    unknown_in,
                } = broken;
                let says = self.document.against(&schema, &value);
                assert!(says.is_some(), "{request}: {value}");
                let (status, answer) = self.send(request, TOKEN, &value).await;
                assert_eq!(status, 422, "{request} took {value}: {answer}");
                let error = &answer["error"];
                let named = error["field"].as_str().unwrap_or_default();
                assert_eq!(named, field, "{request} {value}: {answer}");
                if let Some(object) = unknown_in {
                    let error = error["message"].as_str().unwrap();
                    Document::knows(error, request, self.document.names(&object));
                }
            }
            self.document.show(&schema, &body);
        }
        let (status, answer) = self.send(request, TOKEN, &body).await;
        assert_eq!(status, expected, "{request} {body}: {answer}");
        answer
    }

    async fn get(&mut self, url: &str) -> Value {
        self.call(&format!("GET {url}"), Value::Null, 200).await
    }
}

fn text_of(body: &Value) -> String {
    match body {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        body => body.to_string(),
    }
}

#[actix_web::test]
async fn every_operation_of_the_file_is_answered_as_it_says_and_all_that_it_says_is_seen() {
    let document = scenario::play().await;
    let mut unseen = BTreeSet::new();
    for operation in document.operations() {
        if let Some(schema) = document.body_of(&operation) {
            document.properties(&schema, None, &mut unseen);
        }
        for status in operation.statuses {
            let schema = document.target(&format!("{}/responses/{status}", operation.pointer))
                + "/content/application~1json/schema";
            if document.json.pointer(&schema).is_some() {
                document.properties(&schema, None, &mut unseen);
            }
            let answered = document
                .answered
                .contains(&(operation.id.clone(), status.clone()));
            assert!(answered, "{} never answered {status}", operation.id);
        }
    }
    let unseen: Vec<_> = unseen.difference(&document.shown).collect();
    assert_eq!(
        unseen,
        [] as [&String; 0],
        "no request or answer had these properties"
    );
}

#[actix_web::test]
async fn question_about_a_customer_is_as_the_file_says() {
    let receiver = Receiver::open();
    let folder = Folder::new().configured(&format!(
        "[lookup]\nkind = \"http\"\nurl = \"http://127.0.0.1:{}/\"\nsecret_file = \"lookup-secret\"\n",
        receiver.port
    ));
    folder.write("lookup-secret", format!("whsec_{}", "A".repeat(43) + "="));
    let running = folder.serve().await;
    let verify = TopUp::new(&KASPI, CUSTOMER, tenge(100));
    // The receiver answers no customer.
    let _ = jetpay_platform::top_up(&running.platform(), &verify, |_| {}).await;
    let questions = receiver.take();
    assert!(!questions.is_empty(), "{}", running.log());
    for question in questions {
        let mut document = Document::read();
        deliveries::hold(&mut document, &question, "lookup", "LookupQuestion");
    }
}

/// The paths of the server with their HTTP methods, as its sources register them.
fn routes() -> BTreeSet<(String, String)> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/admin");
    let (mut routes, mut paths) = (BTreeSet::new(), vec![sources.clone()]);
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let inside = fs::read_dir(path).unwrap();
            paths.extend(inside.map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let is_root = path == sources.join("mod.rs");
        assert!(
            !text.contains(".route(\"")
                && text.matches("web::resource(").count() == usize::from(is_root),
            "use resource() in {}",
            path.display()
        );
        for resource in text.split("resource(\"").skip(1) {
            let (path, rest) = resource.split_once('"').unwrap();
            let methods = rest
                .split("web::")
                .skip(1)
                .map(|rest| rest.split("()").next().unwrap());
            for method in methods.filter(|method| METHODS.contains(method)) {
                let prefix = if is_root { "" } else { "/v1" };
                routes.insert((format!("{prefix}{path}"), method.to_uppercase()));
            }
        }
    }
    routes
}

#[test]
fn file_has_the_paths_of_the_server_and_no_others() {
    let operations = Document::read().operations().into_iter();
    let in_the_file: BTreeSet<_> = operations
        .map(|it| (it.path, it.method.to_string()))
        .collect();
    assert_eq!(in_the_file, routes());
}

#[test]
fn file_has_the_version_and_the_words_of_this_program_and_every_object_is_closed() {
    let document = Document::read();
    assert_eq!(document.json["info"]["version"], env!("CARGO_PKG_VERSION"));
    macro_rules! words {
        ($($schema:literal: $words:ty,)+) => {
            [$(($schema, <$words>::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),)+]
        };
    }
    for (schema, words) in words! {
        "PaymentState": PaymentState,
        "EntryKind": EntryKind,
        "EventStatus": EventStatus,
        "HitKind": HitKind,
        "MatchedWord": MatchedWord,
        "AlarmKind": AlarmKind,
        "PayoutState": PayoutState,
        "PayoutStepKind": StepKind,
        "PayoutEntryKind": PayoutEntry,
        "ResultKind": jetpay_reconcile::Kind,
        "DifferenceState": DifferenceState,
        "DifferenceVerdict": DifferenceVerdict,
    } {
        assert_eq!(
            document.json["components"]["schemas"][schema]["enum"],
            json!(words),
            "{schema}"
        );
    }
    for (name, schema) in document.json["components"]["schemas"].as_object().unwrap() {
        // The fields of several schemas, which are closed themselves.
        assert!(name.ends_with("Fields") || is_closed(schema), "{name}");
    }
}

/// Whether no object of a schema may have further properties, unless it says so.
fn is_closed(schema: &Value) -> bool {
    let Some(object) = schema.as_object() else {
        return schema
            .as_array()
            .is_none_or(|list| list.iter().all(is_closed));
    };
    let closing = ["additionalProperties", "unevaluatedProperties"];
    let open = object.get("properties").is_some_and(Value::is_object)
        && !closing.iter().any(|key| object.contains_key(*key));
    !open && object.values().all(is_closed)
}
