//! The messages that are measured: requests, signed beforehand, so that the load generator only writes bytes; and hostile
//! bodies.

use anyhow::Result;
use jetpay_core::signature::{Key, sign};
use jetpay_testing::Manifest;

/// The project of all requests.
pub(super) const PROJECT: u64 = 1234;
/// The path of the service.
const PATH: &str = "/kaspi";

/// The id of customer number `n`.
pub(super) fn customer(n: usize) -> String {
    format!("7{n:09}")
}

/// The id of the only contract of customer number `n`.
pub(super) fn contract(n: usize) -> String {
    format!("c{n}")
}

pub(super) fn verify(n: usize, key: &Key) -> Result<Vec<u8>> {
    let customer = customer(n);
    post(
        &format!(r#"{{"type":"verify","project_id":{PROJECT},"customer_id":"{customer}"}}"#),
        key,
    )
}

/// A deposit of 100.00 KZT, the amount of the callback.
pub(super) fn check_deposit(n: usize, key: &Key) -> Result<Vec<u8>> {
    let (customer, contract) = (customer(n), contract(n));
    let body = format!(
        r#"{{"type":"check_deposit","project_id":{PROJECT},"customer_id":"{customer}","entity_id":"{contract}","amount":10000,"currency":"KZT","payment_method":"terminal/kaspi"}}"#
    );
    post(&body, key)
}

/// The documented callback of a success, with these ids.
pub(super) fn callback(payment_id: &str, operation_id: usize, key: &Key) -> Result<Vec<u8>> {
    let body = compact(&documented_callback());
    let body = body
        .replace("payment_47", payment_id)
        .replace(r#""id":28,"#, &format!(r#""id":{operation_id},"#));
    post(&body, key)
}

/// The documented callback of a success without white space, signed again.
pub(super) fn compact_callback(key: &Key) -> Result<Vec<u8>> {
    Ok(sign(compact(&documented_callback()).as_bytes(), key)?)
}

fn documented_callback() -> String {
    String::from_utf8_lossy(
        &Manifest::of("kaspi")
            .fixture("callback-success.json")
            .body(),
    )
    .into_owned()
}

/// Removes the white space between JSON tokens. Keeps the order of the keys.
fn compact(json: &str) -> String {
    let (mut in_text, mut escaped) = (false, false);
    let kept = json.chars().filter(|&character| {
        let keep = in_text || !character.is_ascii_whitespace();
        if character == '"' && !escaped {
            in_text = !in_text;
        }
        escaped = character == '\\' && !escaped;
        keep
    });
    kept.collect()
}

fn post(body: &str, key: &Key) -> Result<Vec<u8>> {
    let body = sign(body.as_bytes(), key)?;
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    Ok([head.as_bytes(), &body].concat())
}

/// A body to compare hostile bodies with: its fields are those of no message, but look like those of messages.
pub(super) fn honest(bytes: usize) -> String {
    filled(bytes, |number| {
        format!("\"field_{}_name\":\"an ordinary text\"", letters(number))
    })
}

/// Bodies that aim to be slow. Each shape is a kind that was slow once, or that a search found to be the slowest of its kind.
pub(super) fn hostile(bytes: usize) -> Vec<(&'static str, String)> {
    let keys = |name: &dyn Fn(usize) -> String, value: &str| {
        filled(bytes, |number| format!("\"{}\":{value}", name(number)))
    };
    let spaces = " ".repeat(140);
    vec![
        ("short keys", keys(&letters, "\"x\"")),
        (
            "letter and digits",
            keys(&|it| format!("a{:05}", it * 79_193 % 100_000), "\"x\""),
        ),
        (
            "digits",
            keys(&|it| format!("{:06}", it * 791_933 % 1_000_000), "\"x\""),
        ),
        (
            "long numbers",
            keys(&|it| format!("1{}{:06}", "0".repeat(60), it * 7_919), "1"),
        ),
        (
            "zeros",
            keys(&|it| format!("{}{:06}", "0".repeat(60), it * 7_919), "1"),
        ),
        (
            "spaces behind",
            keys(&|it| format!("{}{spaces}", letters(it)), "1"),
        ),
        (
            "spaces before",
            keys(&|it| format!("{spaces}{}", letters(it)), "1"),
        ),
        (
            "spaces inside",
            keys(&|it| format!("{} {:02}", letters(it), it % 100), "\"x\""),
        ),
        ("colons", keys(&|it| format!("{}::", letters(it)), "\"x\"")),
        (
            "one beginning",
            keys(&|it| format!("{}{}", "a".repeat(19), letters(it)), "1"),
        ),
        ("floats", keys(&letters, "1.2345678901234e-300")),
        ("escapes", keys(&letters, "\"\\n\\n\\n\\n\\n\\n\\n\\n\"")),
        (
            "values below a long key",
            filled(bytes, |_| below(&spaces, bytes - 600)),
        ),
        (
            "unsigned values",
            filled(bytes, |_| below("frame_mode", bytes - 600)),
        ),
        (
            "empty objects",
            filled(bytes, |_| {
                format!("\"a\":[{}{{}}]", "{},".repeat(bytes / 3 - 200))
            }),
        ),
    ]
}

/// An object with short values below a key.
fn below(key: &str, bytes: usize) -> String {
    let fields = (0..bytes / 9).map(|number| format!("\"{}\":1", letters(number)));
    format!("\"{key}\":{{{}}}", fields.collect::<Vec<_>>().join(","))
}

/// A body of a known project with a signature that can be one, and as many fields as fit.
fn filled(bytes: usize, field: impl Fn(usize) -> String) -> String {
    let signature = "A".repeat(86);
    let mut body = format!("{{\"project_id\":1234,\"signature\":\"{signature}==\"");
    for number in 0.. {
        let field = field(number);
        if body.len() + field.len() + 2 > bytes || number > 0 && field.len() > bytes / 2 {
            break;
        }
        body.push(',');
        body.push_str(&field);
    }
    body.push('}');
    body
}

/// Four letters, in no order.
fn letters(number: usize) -> String {
    let mut rest = number * 7_919;
    let letter = |_| {
        let letter = b'a' + u8::try_from(rest % 26).unwrap_or(0);
        rest /= 26;
        char::from(letter)
    };
    (0..4).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::{callback, compact};
    use jetpay_core::signature::Key;

    #[test]
    fn white_space_inside_a_string_is_kept() {
        assert_eq!(
            compact("{ \"a b\" : \"c \\\" d\",\n \"e\" : 1 }"),
            "{\"a b\":\"c \\\" d\",\"e\":1}"
        );
    }

    #[test]
    fn callback_carries_its_ids() {
        let request = callback("p-1", 99, &Key::new("secret").unwrap()).unwrap();
        let request = String::from_utf8(request).unwrap();
        assert!(
            request.contains(r#""payment":{"id":"p-1","#)
                && request.contains(r#""operation":{"id":99,"#),
            "{request}"
        );
    }
}
