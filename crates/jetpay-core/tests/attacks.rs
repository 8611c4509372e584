//! The attacks that the protocol's section on signatures lists, one by one. In each, the signature of the message still
//! matches. The message is refused, or it reads like the message that was signed.

mod support;

use jetpay_core::Rejection;
use jetpay_core::message::Received;
use jetpay_core::rejection::FieldFlaw;
use jetpay_core::signature::{Canonical, MalformedSignature, Malleated};
use support::{Message, fixture, key, keyring, read, signed, string_to_sign};

const SUCCESS: &str = "kaspi/callback-success.json";
const CHECK_DEPOSIT: &str = "kaspi/check_deposit-request.json";

/// The fixture with one change that the signature does not cover.
fn changed(file: &str, from: &str, to: &str) -> String {
    let original = fixture(file);
    assert_eq!(
        original.matches(from).count(),
        1,
        "{from} is not one place in {file}"
    );
    let body = original.replace(from, to);
    let again = Canonical::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
    assert_eq!(
        again.string_to_sign(),
        string_to_sign(&original),
        "this changes what is signed"
    );
    assert!(
        Received::parse(body.as_bytes())
            .unwrap()
            .authenticate(&keyring())
            .is_ok(),
        "the signature must match"
    );
    body
}

fn assert_refused(file: &str, from: &str, to: &str, path: &'static str, must: &'static str) {
    assert_flawed(&changed(file, from, to), path, must);
}

/// The field at this path is not what it must be.
fn assert_flawed(body: &str, path: &'static str, must: &'static str) {
    let flaw = FieldFlaw::NotA(must);
    assert_eq!(read(body), Err(Rejection::Field { path, flaw }), "{body}");
}

fn assert_read_equal(file: &str, from: &str, to: &str) {
    assert_eq!(
        read(changed(file, from, to)),
        Ok(read(fixture(file)).unwrap()),
        "{to}"
    );
}

fn assert_malleated(body: &str, how: Malleated) {
    assert_eq!(read(body), Err(Rejection::Malleated(how)), "{body}");
}

#[test]
fn field_inside_the_text_of_another_is_refused_as_malleated() {
    let body = fixture("callbacks/callback-malleated.json");
    assert_eq!(
        string_to_sign(&body),
        string_to_sign(fixture(SUCCESS)),
        "the signature is that of the successful callback"
    );
    assert_malleated(&body, Malleated::Text("operation:status"));
}

#[test]
fn number_as_a_text_is_refused() {
    let integer = "an integer";
    assert_refused(CHECK_DEPOSIT, "10000", "\"10000\"", "amount", integer);
    assert_refused(CHECK_DEPOSIT, "1234,", "\"1234\",", "project_id", integer);
    assert_refused(SUCCESS, "1234,", "\"1234\",", "project_id", integer);
}

#[test]
fn text_as_a_number_is_refused() {
    let kiosk = "qiwi-kz/callback-success-kiosk.json";
    for (file, number, path) in [
        (CHECK_DEPOSIT, "123456789", "customer_id"),
        (kiosk, "1554967098", "payment:id"),
    ] {
        assert_refused(file, &format!("\"{number}\""), number, path, "a text");
    }
}

#[test]
fn true_in_place_of_one_is_refused() {
    let body = signed(&fixture(CHECK_DEPOSIT).replace("10000", "1"));
    let again = body.replace("\"amount\": 1,", "\"amount\": true,");
    assert_eq!(string_to_sign(&body), string_to_sign(&again));
    assert_flawed(&again, "amount", "an integer");
}

#[test]
fn integer_with_an_exponent_or_a_point_is_refused() {
    for amount in [
        "1.0e4",
        "10000.0",
        "1E+4",
        "100000e-1",
        "10000.000000000001",
    ] {
        assert_refused(CHECK_DEPOSIT, "10000", amount, "amount", "an integer");
    }
}

#[test]
fn two_fields_that_may_be_a_number_or_a_text_read_equal() {
    assert_read_equal(SUCCESS, "\"id\": 28,", "\"id\": \"28\",");
    assert_read_equal(SUCCESS, "\"code\": \"0\"", "\"code\": 0");
    // But a float is no id.
    assert_refused(
        SUCCESS,
        "\"id\": 28,",
        "\"id\": 2.8e1,",
        "operation:id",
        "a text or an integer",
    );
}

#[test]
fn empty_text_as_null_reads_equal() {
    assert_read_equal(SUCCESS, "\"description\": \"\"", "\"description\": null");
    assert_read_equal(SUCCESS, "\"auth_code\": \"\"", "\"auth_code\": null");
}

#[test]
fn added_empty_containers_read_equal() {
    assert_read_equal(
        SUCCESS,
        "\"operation\": {",
        "\"errors\": [], \"x\": {\"y\": [{}]}, \"operation\": {\"extra\": {},",
    );
    assert_read_equal(
        CHECK_DEPOSIT,
        "\"type\"",
        "\"payment\": {}, \"general\": {}, \"type\"",
    );
    assert_read_equal(
        CHECK_DEPOSIT,
        "\"type\"",
        "\"payment\": [[], {\"x\": {}}], \"type\"",
    );
}

#[test]
fn values_below_signature_or_frame_mode_are_never_read() {
    let fake = r#"{"id": "other", "status": "decline", "sum_initial": {"amount": 1}, "payment": {"id": 1}}"#;
    for name in ["signature", "frame_mode"] {
        assert_read_equal(
            SUCCESS,
            "\"operation\": {",
            &format!("\"operation\": {{\"{name}\": {fake},"),
        );
        assert_read_equal(
            SUCCESS,
            "\"account\": {",
            &format!("\"account\": {{\"{name}\": [{fake}],"),
        );
        assert_read_equal(
            CHECK_DEPOSIT,
            "\"type\"",
            &format!("\"payment\": {{\"{name}\": {fake}}}, \"type\""),
        );
    }
    assert_read_equal(
        SUCCESS,
        "\"account\": {",
        &format!("\"frame_mode\": {fake}, \"account\": {{"),
    );
}

#[test]
fn repeated_keys_and_trailing_bytes_are_unreadable() {
    let success = fixture(SUCCESS);
    let bodies = [
        success.replace("\"code\"", "\"status\": \"decline\", \"code\""),
        success.replace("\"code\"", "\"st\\u0061tus\": \"decline\", \"code\""),
        success.replacen('{', "{\"project_id\": 1,", 1),
        success.replacen('{', "{\"signature\": \"x\",", 1),
        // Also in a part that is never read.
        success.replacen('{', "{\"frame_mode\": {\"a\": 1, \"a\": 2},", 1),
        format!("{success}{{}}"),
        format!("{success}\0"),
        format!("{success},"),
    ];
    for body in bodies {
        assert!(
            matches!(read(&body), Err(Rejection::Unreadable(_))),
            "{body}"
        );
    }
}

#[test]
fn signature_at_the_top_level_counts_before_the_one_in_general() {
    assert_read_equal(
        SUCCESS,
        "\"account\"",
        "\"general\": {\"signature\": \"x\"}, \"account\"",
    );
    let good = key().sign(&string_to_sign(fixture(SUCCESS)));
    let other = fixture(SUCCESS).replace(&good, "AAAA");
    let body = other.replace(
        "\"account\"",
        &format!("\"general\": {{\"signature\": \"{good}\"}}, \"account\""),
    );
    assert_eq!(
        read(body),
        Err(Rejection::Malformed(MalformedSignature::WrongLength {
            bytes: 3
        }))
    );
}

#[test]
fn signature_moved_into_general_reads_equal_and_elsewhere_is_missing() {
    let success = fixture(SUCCESS);
    let (before, signature) = success.split_once(",\n  \"signature\"").unwrap();
    let field = format!(
        "\"signature\"{}",
        signature.trim_end().strip_suffix('}').unwrap()
    );
    let moved = |name: &str| format!("{before}, \"{name}\": {{{field}}}}}");
    assert_eq!(read(moved("general")), read(&success));
    for name in ["General", "general:", "x"] {
        assert_eq!(
            read(moved(name)),
            Err(Rejection::Malformed(MalformedSignature::Missing)),
            "{name}"
        );
    }
    let deeper = format!("{before}, \"general\": {{\"general\": {{{field}}}}}}}");
    assert_eq!(
        read(deeper),
        Err(Rejection::Malformed(MalformedSignature::Missing))
    );
}

#[test]
fn word_that_includes_an_unread_field_is_refused() {
    let original = signed(&fixture(SUCCESS).replace(
        "\"type\": \"sale\"",
        "\"status_\": \"x\", \"type\": \"sale\"",
    ));
    let status = original.rfind("\"status\": \"success\"").unwrap();
    let again = format!(
        "{}\"status\": \"success;operation:status_:x\"{}",
        &original[..status],
        &original[status + 19..]
    )
    .replace("\"status_\": \"x\", ", "");
    assert_eq!(string_to_sign(&again), string_to_sign(&original));
    assert!(read(&original).is_ok());
    assert_flawed(&again, "operation:status", "a word without `;`");
}

#[test]
fn date_split_at_its_colons_loses_only_the_date() {
    let date = "\"2022-03-25T11:08:05+0000\"";
    let body = changed(SUCCESS, date, r#"{"2022-03-25T11": {"08": "05+0000"}}"#);
    let mut original = read(fixture(SUCCESS)).unwrap().callback();
    assert!(original.operation.created_date.take().is_some());
    let again = read(body).unwrap().callback();
    assert_eq!(again.ignored_fields(), ["operation:created_date"]);
    assert_eq!(
        (again.paid(), again.operation),
        (original.paid(), original.operation)
    );
}

#[test]
fn id_split_at_its_colon_is_refused() {
    let body = signed(&fixture(CHECK_DEPOSIT).replace("123456789", "12:34"));
    assert!(read(&body).is_ok());
    let again = body.replace("\"12:34\"", "{\"12\": \"34\"}");
    assert_eq!(string_to_sign(&body), string_to_sign(&again));
    assert_flawed(&again, "customer_id", "a single value");
}

#[test]
fn harmless_object_turned_into_a_text_loses_only_the_object() {
    let number = "{\n    \"number\": \"1234567890\"\n  }";
    let sum =
        "{\n      \"amount\": 10000,\n      \"currency\": \"KZT\"\n    },\n    \"description\"";
    let text = "\"amount:10000;payment:sum:currency:KZT\",\n    \"description\"";
    let original = read(fixture(SUCCESS)).unwrap().callback();
    for (from, to, ignored) in [
        (number, "\"number:1234567890\"", "account"),
        (sum, text, "payment:sum"),
    ] {
        let again = read(changed(SUCCESS, from, to)).unwrap().callback();
        assert_eq!(again.ignored_fields(), [ignored]);
        assert_eq!(again.operation, original.operation);
        assert_eq!(again.paid(), original.paid());
    }
}

/// The signed text of an operation, as one text below `operation`: the callback seems to have no operation.
#[test]
fn operation_turned_into_a_text_is_refused() {
    let whole = r#"{"id": 1, "status": "decline", "type": "sale"}"#;
    let text = r#""id:1;operation:status:decline;operation:type:sale""#;
    for status in ["success", "decline", "processing"] {
        let body = |operation: &str| {
            format!(
                r#"{{"project_id": 1234, "payment": {{"id": "p", "status": "{status}"}}, "operation": {operation}}}"#
            )
        };
        assert_eq!(
            string_to_sign(body(whole)),
            string_to_sign(body(text)),
            "the signatures are equal"
        );
        assert_malleated(&signed(&body(text)), Malleated::Text("operation:status"));
    }
    // One field alone leaves no trace of a cut.
    let success =
        r#"{"project_id": 1234, "payment": {"id": "p", "status": "success"}, "operation": "id:1"}"#;
    assert!(read(signed(success)).is_err());
    let decline = signed(&success.replace("success", "decline"));
    let decline = read(decline).unwrap().callback();
    assert_eq!(decline.ignored_fields(), ["operation"]);
}

#[test]
fn operation_hidden_in_the_text_before_it_is_refused() {
    for (status, operation) in [("success", "success"), ("decline", "decline")] {
        let body = |rest: &str| {
            format!(
                r#"{{"payment": {{"id": "p", "status": "{status}"}}, "project_id": 1234, {rest}}}"#
            )
        };
        let whole = body(&format!(
            r#""customer": {{"id": "1"}}, "operation": {{"id": 1, "status": "{operation}"}}"#
        ));
        let hidden = body(&format!(
            r#""customer": {{"id": "1;operation:id:1;operation:status:{operation}"}}"#
        ));
        assert_eq!(string_to_sign(whole), string_to_sign(&hidden));
        assert_malleated(&signed(&hidden), Malleated::Text("operation:id"));
    }
}

#[test]
fn key_that_could_hide_a_separator_is_refused() {
    let body = changed(
        CHECK_DEPOSIT,
        "\"amount\": 10000,\n  \"currency\": \"KZT\"",
        "\"amount\": {\"10000;currency\": \"KZT\"}",
    );
    assert_malleated(&body, Malleated::Key);
    for name in ["a;b", ";", "a\\u0000", "\\n", "\\u007f"] {
        let body = signed(&fixture(CHECK_DEPOSIT).replacen('{', &format!("{{\"{name}\": 1,"), 1));
        assert_malleated(&body, Malleated::Key);
    }
}

#[test]
fn two_values_with_the_same_path_are_refused() {
    let twins = "{\"x:\": {\"y\": 1}, \"x\": {\":y\": 2},";
    assert_malleated(
        &signed(&fixture(SUCCESS).replacen('{', twins, 1)),
        Malleated::EqualPaths,
    );
    // A single key with `:` is accepted.
    let single =
        signed(&fixture(SUCCESS).replacen('{', "{\"x:\": {\"y\": 1}, \"x\": {\"y\": 2},", 1));
    assert_eq!(read(single), read(fixture(SUCCESS)));
}

#[test]
fn only_a_key_with_the_exact_name_signature_is_not_signed() {
    for name in [
        "Signature",
        "signature ",
        " signature",
        "SIGNATURE",
        "signature\\u0000",
        "frame_mode ",
    ] {
        let body = fixture(SUCCESS).replacen('{', &format!("{{\"{name}\": {{\"a\": 1}},"), 1);
        assert_eq!(read(&body), Err(Rejection::WrongSignature), "{name}");
    }
    let escaped = fixture(SUCCESS).replace("\"signature\"", "\"signa\\u0074ure\"");
    assert_eq!(read(escaped), read(fixture(SUCCESS)));
}

#[test]
fn honest_text_with_separators_is_accepted() {
    let file = "callbacks/callback-description-semicolon.json";
    assert!(fixture(file).contains(';'));
    assert!(matches!(read(fixture(file)), Ok(Message::Callback(_))));
    let body = signed(
        &fixture(SUCCESS).replace("\"Success\"", "\"Paid; code:0; note: thanks;; operation:\""),
    );
    assert_eq!(
        read(body).unwrap().callback().operation.message.as_deref(),
        Some("Paid; code:0; note: thanks;; operation:")
    );
}

#[test]
fn key_that_only_begins_like_a_field_is_ignored() {
    let verify = r#""project_id":1234,"type":"verify","customer_id":"7123456789""#;
    let plain = read(signed(&format!("{{{verify}}}"))).unwrap();
    for key in ["payment:note", "operation::", "type:12", "customer_id:x"] {
        let body = signed(&format!("{{{verify},\"{key}\":\"x\"}}"));
        assert_eq!(read(&body), Ok(plain.clone()), "{body}");
    }
    // A value below the field is found, even if its key has a colon.
    for field in [r#""payment":{"x":1}"#, r#""payment":{":x":1}"#] {
        let body = signed(&format!("{{{verify},{field}}}"));
        assert!(read(&body).is_err(), "{body}");
    }
}
