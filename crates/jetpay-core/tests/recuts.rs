//! Random messages with the same string to sign as a real one, and therefore the same signature, but in another shape.
//! Each is refused, or it has the effect of the message that was signed. `JETPAY_RECUTS` says how many there are: `cargo xtask
//! ci` tries 200 000 with an optimised build, `cargo xtask release-check` a million.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;

use fastrand::Rng;
use jetpay_core::Callback;
use jetpay_core::status::{OperationStatus, OperationType, StatusClass};
use serde_json::Value;
use support::{Message, fixture, fixtures_named, key, read, signed, string_to_sign};

/// Returns `true` once in `times` calls on average.
fn once_in(times: usize, dice: &mut Rng) -> bool {
    dice.usize(..times) == 0
}

fn pick<T: Clone>(from: &[T], dice: &mut Rng) -> T {
    from[dice.usize(..from.len())].clone()
}

/// An object or the JSON text of a value.
enum Tree {
    Object(BTreeMap<String, Tree>),
    Value(String),
}

/// Inserts a value at a path of keys, if the place is free.
fn insert(object: &mut BTreeMap<String, Tree>, path: &[&str], value: &str) -> bool {
    match path {
        [] => false,
        [last] => object
            .insert((*last).to_owned(), Tree::Value(value.to_owned()))
            .is_none(),
        [first, rest @ ..] => {
            let below = object
                .entry((*first).to_owned())
                .or_insert_with(|| Tree::Object(BTreeMap::new()));
            match below {
                Tree::Object(below) => insert(below, rest, value),
                Tree::Value(_) => false,
            }
        }
    }
}

/// A random JSON value that signs like `text`.
fn value(text: &str, dice: &mut Rng) -> String {
    let mut shapes = vec![serde_json::to_string(text).unwrap(); 3];
    if text
        .parse::<i64>()
        .is_ok_and(|number| number.to_string() == text)
    {
        shapes.extend([
            text.to_owned(),
            text.to_owned(),
            format!("{text}.0"),
            format!("{text}e0"),
        ]);
    }
    match text {
        "" => shapes.extend(["null".to_owned(), "null".to_owned()]),
        "1" => shapes.push("true".to_owned()),
        "0" => shapes.push("false".to_owned()),
        _ => {}
    }
    pick(&shapes, dice)
}

/// Cuts a text at some of its `;` into pieces. Each piece has a `:`.
fn pieces(text: &str, truth: &Truth, dice: &mut Rng, wild: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for part in text.split(';') {
        let is_true = truth.keys().any(|path| {
            part.strip_prefix(path.as_str())
                .is_some_and(|rest| rest.starts_with(':'))
        });
        let cut = part.contains(':')
            && if is_true {
                !once_in(wild, dice)
            } else {
                once_in(2, dice)
            };
        match pieces.last_mut() {
            Some(last) if !cut => write!(last, ";{part}").unwrap(),
            _ => pieces.push(part.to_owned()),
        }
    }
    pieces
}

/// A random JSON object with the same string to sign, if these random numbers give one.
fn recut(text: &str, truth: &Truth, dice: &mut Rng) -> Option<String> {
    let wild = pick(&[3, 10, 40, 1000], dice);
    let mut root = BTreeMap::new();
    for piece in pieces(text, truth, dice, wild) {
        let borders: Vec<usize> = piece.match_indices(':').map(|(at, _)| at).collect();
        let true_border = borders
            .iter()
            .copied()
            .find(|border| truth.contains_key(&piece[..*border]));
        let border = true_border
            .filter(|_| !once_in(wild, dice))
            .unwrap_or_else(|| pick(&borders, dice));
        let path: Vec<&str> = piece[..border].split(':').collect();
        let true_value = truth
            .get(&piece[..border])
            .filter(|(text, _)| text == &piece[border + 1..] && !once_in(wild, dice));
        let value = true_value.map_or_else(
            || value(&piece[border + 1..], dice),
            |(_, json)| json.clone(),
        );
        if path.contains(&"") || !insert(&mut root, &path, &value) {
            return None;
        }
    }
    let mut json = String::new();
    print(&root, &mut json, dice);
    Some(json)
}

/// Prints an object and adds fields that are not signed.
fn print(object: &BTreeMap<String, Tree>, json: &mut String, dice: &mut Rng) {
    const UNSIGNED: [&str; 4] = [
        r#""empty":{}"#,
        r#""none":[[],{}]"#,
        r#""frame_mode":{"id":"x"}"#,
        r#""signature":{"amount":1}"#,
    ];
    let mut fields: Vec<String> = Vec::new();
    for (name, tree) in object {
        let mut field = format!("{}:", serde_json::to_string(name).unwrap());
        match tree {
            Tree::Value(value) => field.push_str(value),
            Tree::Object(below) => print(below, &mut field, dice),
        }
        fields.push(field);
    }
    if once_in(20, dice) && !json.is_empty() {
        fields.push(pick(&UNSIGNED, dice).to_owned());
    }
    let shift = dice.usize(..fields.len().max(1));
    fields.rotate_left(shift);
    write!(json, "{{{}}}", fields.join(",")).unwrap();
}

/// Whether the callback moves money, so that each field of its operation counts.
fn moves_money(callback: &Callback) -> bool {
    let class = callback.payment.status.class();
    let operation = &callback.operation;
    let compensates = operation
        .kind
        .as_ref()
        .is_some_and(OperationType::is_compensation);
    matches!(class, StatusClass::Succeeded | StatusClass::AfterSuccess)
        || compensates && operation.status == Some(OperationStatus::Success)
}

/// Fails if the two do not have the same effect. Fields that decide nothing may be lost, and a free text may include a
/// field that is never read, or lose its end to such a field.
fn assert_same_effect(original: &Callback, again: &Callback, context: &str) {
    let mut exact = vec![
        "/project_id",
        "/payment/id",
        "/payment/status",
        "/payment/type",
    ];
    if moves_money(original) {
        exact.extend([
            "/operation/id",
            "/operation/type",
            "/operation/status",
            "/operation/sum_initial",
        ]);
    }
    let paid = |callback: &Callback| (callback.paid(), callback.paid_out());
    assert_eq!(paid(original), paid(again), "{context}");
    let (original, again) = (json(original), json(again));
    for path in exact {
        assert_eq!(
            original.pointer(path),
            again.pointer(path),
            "{path}: {context}"
        );
    }
    assert!(
        is_alike(&original, &again),
        "{original}\n{again}\n{context}"
    );
}

fn json(callback: &Callback) -> Value {
    serde_json::to_value(callback).unwrap()
}

/// Whether each value is the same in both, absent in one, or a text cut at a `;`.
fn is_alike(one: &Value, other: &Value) -> bool {
    let is_cut = |long: &str, short: &str| {
        long.strip_prefix(short)
            .is_some_and(|rest| rest.starts_with(';'))
    };
    match (one, other) {
        (Value::Null, _) | (_, Value::Null) => true,
        (Value::Object(one), Value::Object(other)) => one
            .iter()
            .all(|(name, value)| is_alike(value, other.get(name).unwrap_or(&Value::Null))),
        (Value::String(one), Value::String(other)) => {
            one == other || is_cut(one, other) || is_cut(other, one)
        }
        (one, other) => one == other,
    }
}

/// How many random messages the tests make in all. They keep the string to sign of their original.
fn recuts() -> u32 {
    let asked = std::env::var("JETPAY_RECUTS").ok();
    asked.map_or(10_000, |number| number.parse().unwrap())
}

/// How many random messages kept the string to sign, and how many of them were read.
#[derive(Default, Debug)]
struct Tally {
    signed: u32,
    read: u32,
}

/// Makes random messages from `original` until `quota` of them keep its string to sign. It cuts mostly at the fields of
/// `original` and of `aim`.
fn attack(name: &str, original: &str, aim: &str, quota: u32, tally: &mut Tally) {
    let text = string_to_sign(original);
    let expected = read(original);
    let signature = key().sign(&text);
    let mut truth = Truth::new();
    for body in [aim, original] {
        learn("", &serde_json::from_str(body).unwrap(), &mut truth);
    }
    let enough = tally.signed + quota;
    for seed in 0..u64::from(quota) * 100 {
        if tally.signed >= enough {
            break;
        }
        let Some(json) = recut(&text, &truth, &mut Rng::with_seed(seed)) else {
            continue;
        };
        let body = format!("{{\"signature\":\"{signature}\",{}", &json[1..]);
        let kept = jetpay_core::signature::Canonical::parse(body.as_bytes());
        if !kept.is_ok_and(|canonical| canonical.string_to_sign() == text) {
            continue;
        }
        tally.signed += 1;
        let Ok(again) = read(&body) else { continue };
        tally.read += 1;
        let context = format!("{name}, seed {seed}: {body}");
        match (&expected, &again) {
            (Ok(Message::Callback(original)), Message::Callback(again)) => {
                assert_same_effect(original, again, &context);
            }
            (Ok(original), again) => assert_eq!(original, again, "{context}"),
            // A request was refused for a `;` in its customer id. It may become a request whose id ends before the `;`.
            // That is harmless, because only a callback moves money.
            (Err(_), again) => assert!(!matches!(again, Message::Callback(_)), "{context}"),
        }
    }
}

/// The values of a message: from the path to the signed text and the JSON.
type Truth = BTreeMap<String, (String, String)>;

fn learn(path: &str, value: &Value, truth: &mut Truth) {
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}:{name}")
        }
    };
    let signed = match value {
        Value::Object(fields) => {
            return fields
                .iter()
                .for_each(|(name, value)| learn(&below(name), value, truth));
        }
        Value::Array(all) => {
            return all
                .iter()
                .enumerate()
                .for_each(|(index, value)| learn(&below(&index.to_string()), value, truth));
        }
        Value::Null => String::new(),
        Value::Bool(value) => u8::from(*value).to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
    };
    truth.insert(path.to_owned(), (signed, value.to_string()));
}

/// The message without these fields.
fn without(body: &str, paths: &[&str]) -> String {
    let mut body: Value = serde_json::from_str(body).unwrap();
    for path in paths {
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).and_then(Value::as_object_mut);
        parent.map(|parent| parent.remove(name));
    }
    signed(&body.to_string())
}

/// The message with another type and status of the operation, and status of the payment, signed again.
fn with_words(body: &str, kind: &str, status: &str) -> String {
    let mut body: Value = serde_json::from_str(body).unwrap();
    for (path, word) in [
        ("/operation/type", kind),
        ("/operation/status", "success"),
        ("/payment/status", status),
    ] {
        if let Some(place) = body.pointer_mut(path) {
            *place = word.into();
        }
    }
    signed(&body.to_string())
}

/// Every callback of the fixtures, changed and unchanged, and each of them without a part of what an effect on money needs.
fn callbacks() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, body) in fixtures_named(&["callback-", "payout-callback-"]) {
        let lacking: [&[&str]; 4] = [
            &["/operation"],
            &["/operation/id"],
            &["/operation/id", "/operation/sum_initial", "/operation/type"],
            &[
                "/operation/code",
                "/operation/date",
                "/operation/created_date",
            ],
        ];
        all.extend(
            lacking.map(|paths| (format!("{name} without {paths:?}"), without(&body, paths))),
        );
        // Compensations move money whatever the status of the payment is.
        let changed = [
            ("manual change", "decline"),
            ("refund", "processing"),
            ("reversal", "canceled"),
        ];
        all.extend(changed.map(|(kind, status)| {
            (
                format!("{name} as {kind}, {status}"),
                with_words(&body, kind, status),
            )
        }));
        all.push((name, body));
    }
    // What is refused is left out: the fixture that is malleated can be cut back into the message that was signed.
    all.retain(|(_, body)| read(body).is_ok());
    all
}

#[test]
fn no_random_recut_of_a_callback_has_another_effect() {
    let mut tally = Tally::default();
    let callbacks = callbacks();
    let quota = recuts() / u32::try_from(callbacks.len()).unwrap() + 1;
    for (name, body) in &callbacks {
        attack(name, body, "{}", quota, &mut tally);
    }
    println!("{tally:?}");
    assert!(
        tally.signed >= recuts() && tally.read > recuts() / 10,
        "too few random messages for a meaningful test: {tally:?}"
    );
}

#[test]
fn no_random_recut_of_a_request_reads_differently() {
    let mut tally = Tally::default();
    for file in [
        "kaspi/verify-request.json",
        "kaspi/check_deposit-request.json",
    ] {
        attack(file, &fixture(file), "{}", 1000, &mut tally);
    }
    println!("{tally:?}");
    assert!(
        tally.signed > 1000 && tally.read > 100,
        "too few random messages for a meaningful test: {tally:?}"
    );
}

/// A payer can type into the customer id of a request and into texts of a callback. The texts of this test sort to the
/// places that an attack needs.
#[test]
fn no_text_that_a_payer_types_becomes_a_message() {
    let forged = "operation:code:0;operation:id:99;operation:status:success;operation:sum_initial:amount:100000;\
                  operation:sum_initial:currency:KZT;operation:type:sale;payment:id:payment_47;payment:status:success";
    let verify = |typed: &str| {
        signed(&format!(
            r#"{{"type":"verify","project_id":1234,"customer_id":"{typed}"}}"#
        ))
    };
    let check_deposit = |typed: &str| {
        signed(&fixture("kaspi/check_deposit-request.json").replace("123456789", typed))
    };
    let callback = |typed: &str| {
        signed(&fixture("kaspi/callback-success.json").replace("customer_123", typed))
    };
    let aim = r#"{"customer_id":"1","operation":{"code":"0","id":99,"status":"success","type":"sale","sum_initial":
        {"amount":100000,"currency":"KZT"}},"payment":{"id":"payment_47","status":"success"},"project_id":1234,"zz":""}"#;
    let decline = "payment:id:payment_47;payment:status:decline";
    let mut tally = Tally::default();
    for forged in [forged, decline] {
        for typed in [
            format!("1;{forged}"),
            format!("1;{forged};project_id:1234;zz:"),
            format!("1;{forged};payment:z:"),
        ] {
            for body in [verify(&typed), check_deposit(&typed), callback(&typed)] {
                assert!(read(&body).is_err(), "{body}");
                attack("typed", &body, aim, 300, &mut tally);
            }
        }
    }
    println!("{tally:?}");
    assert!(
        tally.signed > 2000,
        "too few random messages for a meaningful test: {tally:?}"
    );
}

/// A signed status answer, with texts that a payer typed before, between and behind the operations.
fn status_answer(status: &str, typed: &str) -> String {
    signed(&format!(
        r#"{{"project_id": 1234, "account": {{"number": "7700{typed}"}}, "payment": {{"id": "payment_47", "status": "{status}",
        "description": "top-up{typed}"}}, "operations": [
        {{"id": 5, "type": "sale", "status": "success", "message": "ok{typed}",
            "sum_initial": {{"amount": 100000, "currency": "KZT"}}}},
        {{"id": 6, "type": "refund", "status": "decline", "message": "no{typed}", "code": "20105",
            "sum_initial": {{"amount": 30000, "currency": "KZT"}}}}]}}"#
    ))
}

/// Random messages that sign like a status answer are refused, or read as the same callbacks; never as a callback.
#[test]
fn no_random_recut_of_a_status_answer_has_another_effect() {
    let read_answer = |body: &str| {
        let keyring = support::keyring();
        let message = jetpay_core::message::Received::parse(body.as_bytes())?;
        message.authenticate(&keyring)?.status_answer()
    };
    let mut tally = Tally::default();
    let typed = [
        "",
        ";operations:1:status:success",
        ";operation:id:9;operation:status:success;operation:type:sale",
        ";payment:status:success",
        ";type:verify",
    ];
    for (status, typed) in ["success", "decline", "refunded"]
        .into_iter()
        .flat_map(|status| typed.map(|typed| (status, typed)))
    {
        let original = status_answer(status, typed);
        let expected = read_answer(&original);
        let text = string_to_sign(&original);
        let signature = key().sign(&text);
        let mut truth = Truth::new();
        learn("", &serde_json::from_str(&original).unwrap(), &mut truth);
        for seed in 0..2_000 {
            let Some(json) = recut(&text, &truth, &mut Rng::with_seed(seed)) else {
                continue;
            };
            let body = format!("{{\"signature\":\"{signature}\",{}", &json[1..]);
            let kept = jetpay_core::signature::Canonical::parse(body.as_bytes());
            if !kept.is_ok_and(|canonical| canonical.string_to_sign() == text) {
                continue;
            }
            tally.signed += 1;
            let context = format!("{status}{typed}, seed {seed}: {body}");
            assert!(read(&body).is_err(), "{context}");
            let Ok(again) = read_answer(&body) else {
                continue;
            };
            tally.read += 1;
            let expected = expected.clone().expect(&context);
            assert_eq!(expected.len(), again.len(), "{context}");
            for (mut original, mut again) in expected.into_iter().zip(again) {
                // The amount of what failed decides nothing.
                for callback in [&mut original, &mut again] {
                    if callback.operation.status != Some(OperationStatus::Success) {
                        callback.operation.sum_initial = None;
                    }
                }
                assert_same_effect(&original, &again, &context);
            }
        }
    }
    println!("{tally:?}");
    assert!(
        tally.signed > 2_000 && tally.read > 200,
        "too few random messages for a meaningful test: {tally:?}"
    );
}
