//! The billing without a network, in each dialect.

use std::time::Duration;

use encoding_rs::WINDOWS_1251;
use roxmltree::Document;
use serde_json::Value;

use super::*;

const DIALECTS: [Dialect; 3] = [Dialect::Osmp, Dialect::KaspiJson, Dialect::KaspiXml];
const CHECK: &str = "command=check&txn_id=1&account=71&sum=1.00";
const PAY: &str = "command=pay&txn_id=28&account=71&sum=200.00&txn_date=20240801120000";

/// A billing whose account 71 owes 1250.00.
fn billing(dialect: Dialect, quirks: Quirks) -> BillingState {
    let mut billing = BillingState::new(dialect).with_quirks(quirks);
    billing.put_account("71", Some(125_000));
    billing
}

/// `cancel` of a payment of 200.00.
fn cancel(prv_txn: &str) -> String {
    format!("command=cancel&txn_id=29&account=71&sum=200.00&prv_txn={prv_txn}")
}

fn body(reply: &Reply) -> &[u8] {
    let Reply::Answer { body, status, .. } = reply else {
        panic!("{reply:?}");
    };
    assert_eq!(*status, 200);
    body
}

fn content_type(reply: &Reply) -> &str {
    let Reply::Answer { headers, .. } = reply else {
        panic!("{reply:?}");
    };
    let kind = headers.iter().find(|(name, _)| *name == "content-type");
    kind.map_or("", |(_, value)| value)
}

/// An answer as it is read: the names of a dialect are those of OSMP.
#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    txn_id: String,
    result: String,
    sum: Option<String>,
    prv_txn: Option<String>,
    fields: Vec<(String, String)>,
}

fn read(dialect: Dialect, reply: &Reply) -> Read {
    let text = String::from_utf8(body(reply).to_owned()).unwrap();
    if dialect == Dialect::KaspiJson {
        return read_json(&serde_json::from_str(&text).unwrap());
    }
    let document = Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "response");
    let tag = |name: &str| {
        let tag = root.children().find(|it| it.has_tag_name(name))?;
        Some(tag.text().unwrap_or_default().to_owned())
    };
    let (txn_id, prv_txn) = match dialect {
        Dialect::Osmp => ("osmp_txn_id", "prv_txn"),
        _ => ("txn_id", "prv_txn_id"),
    };
    let fields = root.descendants().filter(|it| it.has_attribute("name"));
    let field = |it: roxmltree::Node| {
        let name = it.attribute("name").unwrap().to_owned();
        (name, it.text().unwrap().to_owned())
    };
    Read {
        txn_id: tag(txn_id).unwrap(),
        result: tag("result").unwrap(),
        sum: tag("sum"),
        prv_txn: tag(prv_txn),
        fields: fields.map(field).collect(),
    }
}

fn read_json(json: &Value) -> Read {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let fields = json["fields"].as_object().into_iter().flatten();
    Read {
        txn_id: text(&json["txn_id"]).unwrap(),
        result: json["result"].to_string(),
        sum: text(&json["sum"]),
        prv_txn: text(&json["prv_txn_id"]),
        fields: fields
            .map(|(_, it)| (text(&it["@name"]).unwrap(), text(&it["#text"]).unwrap()))
            .collect(),
    }
}

/// The result code of each request in turn, in a dialect.
fn results(dialect: Dialect, quirks: Quirks, requests: &[&str]) -> Vec<String> {
    let mut billing = billing(dialect, quirks);
    let answer = |it: &&str| read(dialect, &billing.receive(it, None)).result;
    requests.iter().map(answer).collect()
}

#[test]
fn check_shows_the_debt_and_books_nothing() {
    for dialect in DIALECTS {
        let mut billing = billing(dialect, Quirks::default());
        let answer = read(dialect, &billing.receive(CHECK, None));
        assert_eq!((&*answer.txn_id, &*answer.result), ("1", "0"));
        assert_eq!(answer.prv_txn, None);
        let field = |name: &str| {
            let field = answer.fields.iter().find(|it| it.0 == name);
            field.map(|it| it.1.clone())
        };
        let debt = if dialect == Dialect::Osmp {
            field("debt")
        } else {
            answer.sum.clone()
        };
        assert_eq!(debt.as_deref(), Some("1250.00"), "{dialect:?}");
        assert_eq!(field("balance").as_deref(), Some("-1250.00"));
        assert_eq!(field("fio").as_deref(), Some("Абонент 71"));
        assert_eq!(billing.booked(), []);
    }
}

#[test]
fn payment_is_booked_once_and_a_repeat_is_answered_as_before() {
    for dialect in DIALECTS {
        let mut billing = billing(dialect, Quirks::default());
        let first = read(dialect, &billing.receive(PAY, None));
        assert_eq!((&*first.txn_id, &*first.result), ("28", "0"));
        assert_eq!(first.sum.as_deref(), Some("200.00"));
        billing.remove_account("71");
        assert_eq!(read(dialect, &billing.receive(PAY, None)), first);
        let booked = Booked {
            txn_id: "28".into(),
            account: "71".into(),
            minor: 20_000,
            prv_txn: first.prv_txn.unwrap(),
            cancelled: false,
        };
        assert_eq!(billing.booked(), [booked]);
    }
}

#[test]
fn refusals_have_the_codes_of_the_dialect() {
    let other_sum = PAY.replace("200.00", "200.01");
    for (requests, osmp, kaspi) in [
        (vec!["command=check&txn_id=1&account=72&sum=1.00"], "5", "1"),
        (
            vec!["command=check&txn_id=1&account=7+1&sum=1.00"],
            "4",
            "1",
        ),
        (vec!["command=check&txn_id=1&account=71"], "300", "5"),
        (vec!["txn_id=1&account=71&sum=1.00"], "300", "5"),
        (vec![PAY, &other_sum], "300", "5"),
        (vec![&*PAY.replace("200.00", "0.00")], "241", "5"),
    ] {
        for dialect in DIALECTS {
            let expected = if dialect == Dialect::Osmp {
                osmp
            } else {
                kaspi
            };
            let last = results(dialect, Quirks::default(), &requests).pop();
            assert_eq!(last.as_deref(), Some(expected), "{dialect:?} {requests:?}");
        }
    }
}

#[test]
fn quirks_change_what_a_check_and_a_repeat_do() {
    let refuses = Quirks {
        refuses_repeats: true,
        ..Quirks::default()
    };
    assert_eq!(results(Dialect::Osmp, refuses, &[PAY, PAY]), ["0", "8"]);
    assert_eq!(
        results(Dialect::KaspiJson, refuses, &[PAY, PAY]),
        ["0", "3"]
    );
    let books = Quirks {
        books_repeats: true,
        ..Quirks::default()
    };
    let at_check = Quirks {
        pay_on_check: true,
        ..Quirks::default()
    };
    for (quirks, requests, owed) in [
        (refuses, [PAY, PAY], 105_000),
        (books, [PAY, PAY], 85_000),
        (at_check, [CHECK, CHECK], 124_800),
        (Quirks::default(), [CHECK, PAY], 105_000),
    ] {
        let mut billing = billing(Dialect::Osmp, quirks);
        for request in requests {
            let _ = billing.receive(request, None);
        }
        assert_eq!(billing.owed("71"), Some(owed), "{quirks:?}");
    }
}

#[test]
fn payment_is_taken_back_once_and_only_as_a_whole() {
    for dialect in DIALECTS {
        let mut billing = billing(dialect, Quirks::default());
        let prv_txn = read(dialect, &billing.receive(PAY, None)).prv_txn.unwrap();
        let mut result = |request: &str| read(dialect, &billing.receive(request, None)).result;
        let wrong = if dialect == Dialect::Osmp { "300" } else { "5" };
        assert_eq!(result(&cancel("1000999")), wrong);
        assert_eq!(result(&cancel(&prv_txn).replace("200.00", "20.00")), wrong);
        assert_eq!(result(&cancel(&prv_txn)), "0");
        assert_eq!(result(&cancel(&prv_txn)), "0");
        assert!(billing.booked()[0].cancelled);
        assert_eq!(billing.owed("71"), Some(125_000));
    }
}

#[test]
fn windows_1251_is_declared_and_used() {
    let quirks = Quirks {
        windows_1251: true,
        ..Quirks::default()
    };
    for dialect in DIALECTS {
        let reply = billing(dialect, quirks).receive(CHECK, None);
        assert!(
            content_type(&reply).ends_with("; charset=windows-1251"),
            "{dialect:?}"
        );
        std::str::from_utf8(body(&reply)).unwrap_err();
        let (text, _) = WINDOWS_1251.decode_without_bom_handling(body(&reply));
        assert!(text.contains("Успешно"), "{text}");
        let declared = text.contains("encoding=\"windows-1251\"");
        assert_eq!(declared, dialect != Dialect::KaspiJson);
    }
}

#[test]
fn spoiled_answer_cannot_be_read_and_the_payment_is_booked() {
    for spoil in [
        Spoil::WrongEncoding,
        Spoil::EntityBomb,
        Spoil::TwoAnswers,
        Spoil::TwoResults,
        Spoil::Truncated,
    ] {
        for dialect in DIALECTS {
            let mut billing = billing(dialect, Quirks::default());
            billing.script([OnRequest::Spoil(spoil)]);
            let reply = billing.receive(PAY, None);
            assert!(
                body(&reply).len() < 64 * 1024,
                "{spoil:?} is refused for its size only"
            );
            let text = std::str::from_utf8(body(&reply));
            let is_read = text.is_ok_and(|text| match (dialect, spoil) {
                (Dialect::KaspiJson, Spoil::TwoResults) => text.matches("\"result\"").count() == 1,
                (_, Spoil::TwoResults) => text.matches("<result>").count() == 1,
                (Dialect::KaspiJson, _) => serde_json::from_str::<Value>(text).is_ok(),
                _ => Document::parse(text).is_ok(),
            });
            assert!(!is_read, "{spoil:?} {dialect:?}");
            assert_eq!(billing.booked().len(), 1);
        }
    }
}

#[test]
fn answer_to_another_request_and_a_long_answer_are_well_formed() {
    for dialect in DIALECTS {
        let mut billing = billing(dialect, Quirks::default());
        billing.script([Spoil::OtherTxn, Spoil::TooLong].map(OnRequest::Spoil));
        let other = read(dialect, &billing.receive(PAY, None));
        assert_eq!((&*other.txn_id, &*other.result), ("1", "0"));
        let long = billing.receive(PAY, None);
        assert!(body(&long).len() > 100 * 1024);
        assert_eq!(read(dialect, &long).txn_id, "28");
    }
}

#[test]
fn script_says_what_is_done_and_then_the_turns_do() {
    let mut billing = billing(Dialect::Osmp, Quirks::default());
    billing.script([
        OnRequest::Drop,
        OnRequest::Fail(500),
        OnRequest::FailFor(503, 7),
        OnRequest::Result(1),
        OnRequest::Body(b"<html>".to_vec()),
    ]);
    assert_eq!(
        billing.receive(PAY, None),
        Reply::Dropped { accepted: false }
    );
    assert_eq!(billing.receive(PAY, None).status(), Some(500));
    let later = Reply::now(503, "").with_header("retry-after", "7");
    assert_eq!(billing.receive(PAY, None), later);
    let busy = read(Dialect::Osmp, &billing.receive(PAY, None));
    assert_eq!((&*busy.txn_id, &*busy.result), ("28", "1"));
    assert_eq!(body(&billing.receive(PAY, None)), b"<html>");
    assert_eq!(billing.booked(), []);

    let slow = Duration::from_secs(9);
    billing.in_turn([OnRequest::DoneAndDrop, OnRequest::Slowly(slow)]);
    billing.set_latency(Duration::from_secs(1));
    for _ in 0..2 {
        assert_eq!(
            billing.receive(PAY, None),
            Reply::Dropped { accepted: true }
        );
        let reply = billing.receive(PAY, None);
        assert!(matches!(reply, Reply::Answer { after, .. } if after == Duration::from_secs(10)));
    }
    assert_eq!((billing.booked().len(), billing.requests()), (1, 9));
}

#[test]
fn request_without_the_login_is_refused_and_does_nothing() {
    let mut billing = billing(Dialect::Osmp, Quirks::default()).with_login("jetpay:secret");
    let refused = [None, Some("Basic amV0cGF5Ondyb25n"), Some("jetpay:secret")];
    for login in refused {
        assert_eq!(billing.receive(PAY, login).status(), Some(401));
    }
    assert_eq!(billing.booked(), []);
    let right = Some("Basic amV0cGF5OnNlY3JldA==");
    assert_eq!(
        read(Dialect::Osmp, &billing.receive(PAY, right)).result,
        "0"
    );
}

#[test]
fn watch_sees_requests_and_answers_without_control_characters() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let push = std::sync::Arc::clone(&seen);
    let mut billing = billing(Dialect::KaspiJson, Quirks::default())
        .with_watch(move |it| push.lock().unwrap().push(it.clone()));
    billing.script([
        OnRequest::Answer,
        OnRequest::Body(b"a\x1b[31m".to_vec()),
        OnRequest::DoneAndDrop,
    ]);
    for request in [CHECK, "command=\u{1b}", PAY] {
        let _ = billing.receive(request, None);
    }
    let seen = seen.lock().unwrap();
    let seen: Vec<_> = seen.iter().map(|it| (&*it.request, &*it.answer)).collect();
    assert_eq!(seen[0].0, CHECK);
    assert!(
        seen[0].1.starts_with("HTTP 200 {\"comment\":\"Успешно\""),
        "{seen:?}"
    );
    assert_eq!(seen[1], (r"command=\u{1b}", r"HTTP 200 a\u{1b}[31m"));
    assert_eq!(seen[2], (PAY, "it is done, and the connection breaks"));
}

#[test]
fn faults_are_read_by_their_words() {
    for (text, expected) in [
        ("slow=10", Some(OnRequest::Slowly(Duration::from_secs(10)))),
        ("down", Some(OnRequest::Fail(503))),
        ("status=429", Some(OnRequest::Fail(429))),
        ("status=200", None),
        ("result=1", Some(OnRequest::Result(1))),
        ("entity-bomb", Some(OnRequest::Spoil(Spoil::EntityBomb))),
        ("slow=", None),
        ("drop=1", None),
        ("", None),
    ] {
        assert_eq!(text.parse().ok(), expected, "{text}");
    }
    let words = UnknownFault.to_string();
    let words = words.split_once(": ").unwrap().1;
    for word in words.split(", ") {
        let word = word.replace("SECONDS", "5").replace('N', "500");
        assert!(word.parse::<OnRequest>().is_ok(), "{word}");
    }
}
