//! Properties that hold for every body: any JSON object, real bodies with changed bytes, and random bytes.

mod support;

use std::fmt::Write;
use std::time::{Duration, Instant};

use jetpay_core::message::Received;
use jetpay_core::signature::{Canonical, Unreadable, natural, sign};
use jetpay_core::{Keyring, Project};
use proptest::prelude::*;
use serde_json::{Map, Value};
use support::{fixtures_named, key, string_to_sign};

/// Keys of honest senders and of attackers.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{1,6}",
        "[a-z0-9 :0]{1,8}",
        "signature|general|frame_mode|project_id",
        "\\PC{1,3}"
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|float| if float == 0.0 {
            Value::from(0)
        } else {
            Value::from(float)
        }),
        "\\PC{0,12}".prop_map(Value::from),
        "[;: a-z0-9]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Value::from),
            prop::collection::btree_map(name(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map(name(), json(), 0..8).prop_map(|map| map.into_iter().collect())
}

/// White space that JSON allows between tokens.
fn space() -> impl Strategy<Value = String> {
    "[ \t\r\n]{0,3}"
}

/// Prints a value with its keys rotated and with white space between the tokens.
fn print(value: &Value, space: &str, turn: usize, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            let by = if fields.is_empty() {
                0
            } else {
                turn % fields.len()
            };
            fields.rotate_left(by);
            let fields = fields.into_iter().map(|(name, value)| {
                let mut field = format!("{space}{}{space}:{space}", Value::from(name.as_str()));
                print(value, space, turn, &mut field);
                field
            });
            let fields: Vec<_> = fields.collect();
            write!(out, "{{{}{space}}}", fields.join(&format!("{space},"))).unwrap();
        }
        Value::Array(elements) => {
            let elements = elements.iter().map(|value| {
                let mut element = space.to_owned();
                print(value, space, turn, &mut element);
                element
            });
            write!(out, "[{}{space}]", elements.collect::<Vec<_>>().join(",")).unwrap();
        }
        leaf => write!(out, "{leaf}").unwrap(),
    }
}

fn real_bodies() -> Vec<String> {
    fixtures_named(&[
        "callback-",
        "check_deposit-request",
        "verify-request",
        "payout-",
    ])
    .into_iter()
    .map(|(_, body)| body)
    .collect()
}

/// Whether the signature of the body matches the test secret. The project that the body names does not matter.
fn is_authentic(body: &[u8]) -> bool {
    let canonical = Canonical::parse(body).unwrap();
    canonical
        .signature()
        .decode()
        .is_ok_and(|signature| key().verify(canonical.string_to_sign(), &signature))
}

proptest! {
    // Integration tests have no file for failed cases. The minimal case in the output is enough.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn signed_body_verifies_and_keeps_its_other_bytes(object in object(), space in space(), turn in 0_usize..9) {
        let mut body = space.clone();
        print(&Value::Object(object), &space, turn, &mut body);
        body.push_str(&space);
        prop_assume!(Canonical::parse(body.as_bytes()).is_ok());
        let signed = String::from_utf8(sign(body.as_bytes(), &key()).unwrap()).unwrap();
        prop_assert!(is_authentic(signed.as_bytes()), "{signed}");
        prop_assert_eq!(sign(signed.as_bytes(), &key()).unwrap(), signed.as_bytes(), "signing again changes nothing");
        // Signing inserts one run of bytes, which replaces at most one value.
        let same = body.bytes().zip(signed.bytes()).take_while(|(a, b)| a == b).count();
        let same_end = body.bytes().rev().zip(signed.bytes().rev()).take_while(|(a, b)| a == b).count();
        prop_assert!(same + same_end >= body.len() || body.contains("\"signature\""), "{body} {signed}");
    }

    #[test]
    fn string_to_sign_depends_neither_on_the_order_of_keys_nor_on_white_space(
        object in object(), space in space(), turn in 0_usize..9,
    ) {
        let value = Value::Object(object);
        let plain = value.to_string();
        let mut again = String::new();
        print(&value, &space, turn, &mut again);
        match Canonical::parse(plain.as_bytes()) {
            // Paths that are equal in natural order keep the order of the body, in PHP and on the platform.
            Ok(canonical) if !has_ties(&canonical) => prop_assert_eq!(canonical.string_to_sign(), string_to_sign(&again)),
            Ok(_) => prop_assert!(Canonical::parse(again.as_bytes()).is_ok()),
            Err(_) => prop_assert!(Canonical::parse(again.as_bytes()).is_err()),
        }
    }

    #[test]
    fn no_bytes_make_parsing_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Received::parse(&body);
    }

    #[test]
    fn no_changed_byte_of_a_real_body_makes_anything_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut body = which.get(&real_bodies()).clone().into_bytes();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        let keyring = Keyring::from(Project::new(1234_u64, "secret").unwrap());
        if let Ok(message) = Received::parse(&body).map(|received| received.authenticate(&keyring)) {
            let _ = message.map(|message| message.callback());
        }
    }

    #[test]
    fn every_float_is_printed(bits in any::<u64>()) {
        let float = f64::from_bits(bits);
        prop_assume!(float.is_finite() && (float != 0.0 || float.is_sign_positive()));
        let text = string_to_sign(format!("{{\"a\":{float:e}}}"));
        let printed: f64 = text.strip_prefix("a:").unwrap().parse().unwrap();
        // 14 digits are kept. Near zero, a double has fewer digits.
        prop_assert!(format!("{printed:.13e}") == format!("{float:.13e}") || !float.is_normal(), "{float:e} {text}");
    }

    #[test]
    fn natural_order_neither_panics_nor_contradicts_itself(
        a in "[0-3 a:\t]{0,8}", b in "[0-3 a:\t]{0,8}", c in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        prop_assert_eq!(natural::compare(a.as_bytes(), b.as_bytes()), natural::compare(b.as_bytes(), a.as_bytes()).reverse());
        prop_assert_eq!(natural::compare(&c, a.as_bytes()), natural::compare(a.as_bytes(), &c).reverse());
        prop_assert!(natural::compare(&c, &c).is_eq());
        // A common beginning does not change the order, if it is more than zeros and white space.
        let after = |beginning: &str| natural::compare([beginning.as_bytes(), a.as_bytes()].concat().as_slice(), [beginning.as_bytes(), b.as_bytes()].concat().as_slice());
        prop_assert_eq!(after("x"), after("0 long:1:beginning"));
    }

    #[test]
    fn natural_order_of_paths_is_that_of_their_comparison(keys in prop::collection::btree_set("[ab]{0,2}[0-2]{0,3}[a ]{0,1}[0-9]{0,2}[b:]?", 2..20)) {
        let fields: Vec<String> = keys.iter().filter(|key| !key.is_empty()).map(|key| format!("\"{key}\":\"\"")).collect();
        let text = string_to_sign(format!("{{{}}}", fields.join(",")));
        let paths: Vec<&str> = text.split(';').collect();
        let path = |line: &str| line.strip_suffix(':').unwrap_or_default().to_owned();
        for pair in paths.windows(2) {
            prop_assert!(natural::compare(path(pair[0]).as_bytes(), path(pair[1]).as_bytes()).is_le(), "{text}");
        }
    }

    #[test]
    fn sorting_keeps_all_keys(keys in prop::collection::btree_set("[0-2 a]{1,6}", 0..60)) {
        let fields: Vec<String> = keys.iter().map(|key| format!("\"{key}\":1")).collect();
        let text = string_to_sign(format!("{{{}}}", fields.join(",")));
        prop_assert_eq!(text.split(';').filter(|line| !line.is_empty()).count(), keys.len());
    }
}

/// Whether two paths are equal in natural order.
fn has_ties(canonical: &Canonical) -> bool {
    canonical.byte_ordered().is_some()
        || canonical
            .string_to_sign()
            .contains([' ', '0', '\u{b}', '\u{c}', '\t', '\n', '\r'])
}

#[test]
fn paths_that_differ_in_white_space_at_the_end_are_equal() {
    assert!(natural::compare(b"a ", b"a  ").is_eq());
    assert!(
        natural::compare(b"a", b"a ").is_lt(),
        "but not if one path ends before it"
    );
    assert!(
        natural::compare(b"a1b", b"a1 b").is_gt(),
        "and not directly after digits"
    );
}

/// A limit that suits a debug build on a busy machine. Quadratic work would take minutes.
const BOUND: Duration = Duration::from_secs(4);

fn assert_quick(what: &str, body: &str) -> Result<(), Unreadable> {
    let begin = Instant::now();
    let result = Canonical::parse(body.as_bytes()).map(drop);
    let elapsed = begin.elapsed();
    println!("{what}: {} bytes in {elapsed:?}, {result:?}", body.len());
    assert!(elapsed < BOUND, "{what} took {elapsed:?}");
    result
}

/// An object with these keys.
fn keys(name: &dyn Fn(usize) -> String, count: usize) -> String {
    let fields: Vec<String> = (0..count)
        .map(|number| format!("\"{}\":\"a value\"", name(number)))
        .collect();
    format!("{{{}}}", fields.join(","))
}

#[test]
fn bodies_that_aim_to_be_slow_are_parsed_in_limited_time() {
    type Name<'n> = &'n dyn Fn(usize) -> String;
    let names: [(&str, Name<'_>, usize); 6] = [
        ("keys", &|number| format!("key_{number}"), 16_000),
        ("keys of digits", &|number| format!("{number:016}"), 16_000),
        // They have the same length and the same first, middle and last byte.
        (
            "keys alike",
            &|number| format!("aaaa{number:06}aaaaaaaaaaaaaaaa"),
            16_000,
        ),
        (
            "zeros",
            &|number| format!("{}{number}", "0".repeat(50)),
            8_000,
        ),
        ("colons", &|number| ":".repeat(number + 1), 40),
        (
            "white space",
            &|number| format!("a{}b{}", " ".repeat(number % 5), " ".repeat(number / 5)),
            50,
        ),
    ];
    for (what, name, count) in names {
        assert_eq!(assert_quick(what, &keys(name, count)), Ok(()));
    }
    let small = format!(
        "{{\"a\":[{}{{}}]}}",
        format!("{},", keys(&|number| format!("key_{number:02}a"), 64)).repeat(100)
    );
    assert_eq!(assert_quick("64 keys, 100 times", &small), Ok(()));
    let text = format!("{{\"a\":\"{}\"}}", ";payment:id".repeat(6000));
    assert_eq!(assert_quick("semicolons", &text), Ok(()));
}

#[test]
fn more_values_or_longer_paths_than_any_message_has_are_refused() {
    let array = |key: &str, values: usize| format!("{{\"{key}\":[{}1]}}", "1,".repeat(values));
    for (key, values) in [
        ("k".repeat(32 * 1024), 16 * 1024),
        ("k 0".repeat(100), 16 * 1024),
    ] {
        assert_eq!(
            assert_quick("a long key", &array(&key, values)),
            Err(Unreadable::TooLarge)
        );
    }
    // 4,500 values below one key of 140 spaces.
    let body = format!(
        "{{\"{}\":{}}}",
        " ".repeat(140),
        keys(&|number| format!("{number}"), 4_500)
    );
    assert_eq!(
        assert_quick("a key of spaces", &body),
        Err(Unreadable::TooLarge)
    );
    assert_eq!(
        assert_quick("an array", &array("a", 30_000)),
        Err(Unreadable::TooLarge)
    );
    let spaces = keys(&|number| format!("a{}{number}", " ".repeat(30)), 40);
    assert_eq!(
        assert_quick("1,200 white spaces", &spaces),
        Err(Unreadable::TooLarge)
    );
    assert_eq!(assert_quick("a short array", &array("numbers", 60)), Ok(()));
    let deep = format!("{}1{}", "{\"a\":".repeat(127), "}".repeat(127));
    assert_eq!(assert_quick("127 levels", &deep), Ok(()));
    let deeper = format!("{{\"a\":{deep}}}");
    assert!(matches!(
        assert_quick("128 levels", &deeper),
        Err(Unreadable::Json(_))
    ));
}

#[test]
fn signing_puts_the_signature_in_the_right_place() {
    for row in [
        r#"{} => {"signature":"S"}"#,
        " { } \n =>  { \"signature\":\"S\"} \n",
        "{\"a\":1}\n\n => {\"a\":1,\"signature\":\"S\"}\n\n",
        r#"{"a":1 } => {"a":1 ,"signature":"S"}"#,
        r#"{"general":{},"a":1} => {"general":{"signature":"S"},"a":1}"#,
        "{\"general\": { \"p\": 1\n} } => {\"general\": { \"p\": 1\n,\"signature\":\"S\"} }",
        r#"{"general":{"signature":"old","b":1}} => {"general":{"signature":"S","b":1}}"#,
        r#"{"general":[1],"a":1} => {"general":[1],"a":1,"signature":"S"}"#,
        r#"{"signature":"old","general":{"signature":"x"}} => {"signature":"S","general":{"signature":"x"}}"#,
        r#"{"signature" : null,"a":1} => {"signature" : "S","a":1}"#,
        r#"{"general":{"signature":null}} => {"general":{"signature":"S"}}"#,
        r#"{"signature":{"a":["}"]},"b":1} => {"signature":"S","b":1}"#,
        r#"{"signa\u0074ure":1} => {"signa\u0074ure":"S"}"#,
    ] {
        let (body, expected) = row.split_once(" => ").unwrap();
        let signed = sign(body.as_bytes(), &key()).unwrap();
        assert!(is_authentic(&signed), "{body}");
        let good = key().sign(&string_to_sign(&signed));
        let signed = String::from_utf8(signed).unwrap();
        assert_eq!(signed.replace(&good, "S"), expected, "{body}");
    }
    assert!(sign(b"[]", &key()).is_err());
    assert!(sign(b"{\"a\":1,\"a\":1}", &key()).is_err());
}

#[test]
fn signed_body_just_below_the_size_limit_can_be_parsed() {
    // The flattened form is some bytes below one and a half bodies and the spare. Each further value crosses the limit in small steps.
    let (mut signed, mut refused) = (0, 0);
    for values in 50..110 {
        let body = format!("{{\"{}\":[{}1]}}", "k".repeat(22), "1,".repeat(values));
        match sign(body.as_bytes(), &key()) {
            Ok(body) => {
                assert!(is_authentic(&body), "with {values} values");
                signed += 1;
            }
            Err(why) => {
                assert_eq!(why, Unreadable::TooLarge);
                refused += 1;
            }
        }
    }
    assert!(
        signed > 0 && refused > 0,
        "{signed} signed, {refused} refused"
    );
}
