//! The requests that are sent. They are signed beforehand, so the load generator only writes bytes.

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
