//! Messages as they were received, and whether their signature holds. They have the payer's data.

use std::collections::HashMap;

use jetpay_core::Keyring;
use jetpay_core::date::Date;
use jetpay_core::id::OperationId;
use jetpay_core::message::Received;
use jetpay_core::signature::Order;
use jetpay_ledger::Millis;
use jetpay_platform::visible;
use maud::{Markup, html};
use serde_json::Value;

use super::super::error::PageError;
use super::super::visit::Visit;
use super::{Told, path};
use crate::config::Role;

/// The first messages of a page are in it, so many and no more bytes. Others have a link.
const MOST: usize = 20;
const MOST_BYTES: usize = 256 * 1024;
/// What is shown of one message.
const SHOWN: usize = 64 * 1024;

/// The messages that are in the page.
pub(super) struct Messages {
    bodies: HashMap<i64, Vec<u8>>,
    /// The one that is unfolded, and on the page.
    pub(super) open: Option<i64>,
}

impl Messages {
    /// Reads the first messages, and the one that a person asked for; none for a person who may not see them.
    pub(super) async fn read(
        visit: &Visit,
        told: &Told,
        open: Option<i64>,
    ) -> Result<Self, PageError> {
        let mut bodies = HashMap::new();
        let (mut wanted, mut bytes) = (Vec::new(), 0);
        if visit.viewer.may(Role::Resolve) {
            for callback in told.part(open).iter().take(MOST) {
                bytes += callback.size;
                if bytes <= MOST_BYTES {
                    wanted.push(callback.seq);
                }
            }
            wanted.extend(open.filter(|seq| !wanted.contains(seq)));
        }
        for seq in wanted {
            let body = visit.ledger().callback_body(&told.payment.id, seq).await?;
            let body = body.ok_or(PageError::NotFound("payment-no-such-message"))?;
            bodies.insert(seq, body);
        }
        Ok(Self { bodies, open })
    }

    /// When the platform says that an operation got its status, if the page has the message.
    pub(super) fn platform_time(&self, seq: i64, id: Option<OperationId>) -> Option<PlatformTime> {
        platform_time(self.bodies.get(&seq)?, id)
    }

    /// One message, folded; nothing for a person who may not see it.
    pub(super) fn message(&self, visit: &Visit, told: &Told, seq: i64, size: usize) -> Markup {
        let words = visit.words;
        let title = words.with("payment-raw", [("bytes", size.into())]);
        if !visit.viewer.may(Role::Resolve) {
            return html! {};
        }
        let Some(body) = self.bodies.get(&seq) else {
            let to = format!("{}?message={seq}#message-{seq}", path(&told.payment));
            return html! { p { a href=(to) { (title) } } };
        };
        html! {
            details #(format!("message-{seq}")) open[self.open == Some(seq)] {
                summary { (title) }
                p { (check(body, &visit.pages.keyring.get()).text(visit)) }
                pre.raw { (shown(body)) }
                @if body.len() > SHOWN {
                    p { (words.with("payment-raw-cut", [("bytes", size.into())])) }
                }
            }
        }
    }
}

/// A time as the platform wrote it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PlatformTime {
    Instant(Millis),
    /// It names no instant.
    Text(String),
}

/// The date of the operation in the body of a callback, or of a status answer, which lists several.
fn platform_time(body: &[u8], id: Option<OperationId>) -> Option<PlatformTime> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let listed = || {
        let id = id?.to_string();
        let mut listed = body["operations"].as_array()?.iter();
        listed.find(|operation| match &operation["id"] {
            Value::Number(number) => number.to_string() == id,
            Value::String(text) => *text == id,
            _ => false,
        })
    };
    let operation = body.get("operation").or_else(listed)?;
    let text = operation["date"].as_str().filter(|text| !text.is_empty())?;
    let instant = Date::from(text).unix_seconds();
    let millis = instant.and_then(|seconds| seconds.checked_mul(1000));
    Some(match millis {
        Some(millis) => PlatformTime::Instant(Millis(millis)),
        None => PlatformTime::Text(text.to_owned()),
    })
}

/// The beginning of a message, with what is invisible in it shown.
fn shown(body: &[u8]) -> String {
    let cut = &body[..body.len().min(SHOWN)];
    visible::lines(&String::from_utf8_lossy(cut))
}

/// What the signature of a stored message proves today.
#[derive(Debug, PartialEq, Eq)]
enum Check {
    /// It matches a secret, counted from 1, in this order of the paths.
    Holds {
        secret: usize,
        order: Order,
        /// The message is an answer to a question, which stood for callbacks.
        is_answer: bool,
        /// Today the message would be accepted.
        is_accepted: bool,
    },
    DoesNotHold,
    UnknownProject,
    Unreadable,
}

fn check(body: &[u8], keyring: &Keyring) -> Check {
    let Ok(received) = Received::parse(body) else {
        return Check::Unreadable;
    };
    let project = received.claimed_project();
    if project.and_then(|id| keyring.project(id)).is_none() {
        return Check::UnknownProject;
    }
    match received.authenticate(keyring) {
        Ok(message) => {
            let is_answer = message.status_answer().is_ok();
            Check::Holds {
                secret: message.matched().secret + 1,
                order: message.matched().order,
                is_answer,
                is_accepted: is_answer || message.callback().is_ok(),
            }
        }
        Err(_) => Check::DoesNotHold,
    }
}

impl Check {
    fn text(&self, visit: &Visit) -> Markup {
        let words = visit.words;
        match self {
            Self::Holds {
                secret,
                order,
                is_answer,
                is_accepted,
            } => {
                let order = match order {
                    Order::Natural => "payment-order-natural",
                    Order::Byte => "payment-order-byte",
                };
                let values = [
                    ("secret", (*secret).into()),
                    ("order", words.get(order).into()),
                ];
                html! {
                    (words.with("payment-signature-holds", values))
                    @if *is_answer { " " (words.get("payment-signature-answer")) }
                    @if !is_accepted { " " (words.get("payment-signature-refused")) }
                }
            }
            Self::DoesNotHold => html! { (words.get("payment-signature-wrong")) },
            Self::UnknownProject => html! { (words.get("payment-signature-no-project")) },
            Self::Unreadable => html! { (words.get("payment-signature-unreadable")) },
        }
    }
}

#[cfg(test)]
mod tests {
    use jetpay_core::signature::{Key, sign};
    use jetpay_core::{Keyring, Project};

    use super::{
        Check, Millis, OperationId, Order, PlatformTime, SHOWN, check, platform_time, shown,
    };

    const CALLBACK: &str = r#"{"project_id": 1234, "payment": {"id": "1", "status": "success", "sum": {"amount": 1,
        "currency": "KZT"}}, "operation": {"id": 7, "type": "sale", "status": "success",
        "sum_initial": {"amount": 1, "currency": "KZT"}}}"#;
    const ANSWER: &str = r#"{"project_id": 1234, "payment": {"id": "1", "status": "success"}, "operations": [{"id": 7,
        "type": "sale", "status": "success", "sum_initial": {"amount": 1, "currency": "KZT"}}]}"#;

    fn signed(body: &str, secret: &str) -> Vec<u8> {
        sign(body.as_bytes(), &Key::new(secret).unwrap()).unwrap()
    }

    #[test]
    fn signature_of_a_message_says_which_secret_and_which_kind_of_message() {
        let project = Project::new(1234, "now").unwrap();
        let keyring = Keyring::from(project.with_secret("before").unwrap());
        let holds = |secret, is_answer| Check::Holds {
            secret,
            order: Order::Natural,
            is_answer,
            is_accepted: true,
        };
        let foreign = CALLBACK.replace("1234", "99");
        for (body, expected) in [
            (signed(CALLBACK, "now"), holds(1, false)),
            (signed(CALLBACK, "before"), holds(2, false)),
            (signed(ANSWER, "now"), holds(1, true)),
            (signed(CALLBACK, "another"), Check::DoesNotHold),
            (signed(&foreign, "now"), Check::UnknownProject),
            (b"<html>".to_vec(), Check::Unreadable),
        ] {
            assert_eq!(check(&body, &keyring), expected, "{}", shown(&body));
        }
    }

    #[test]
    fn time_at_the_platform_is_that_of_the_operation_and_an_odd_one_is_kept_as_text() {
        let instant = Some(PlatformTime::Instant(Millis(1_648_206_525_000)));
        let text = Some(PlatformTime::Text("<b>yesterday".to_owned()));
        for (body, expected) in [
            (
                r#"{"payment": {"date": "2020-01-01T00:00:00+0000"}, "operation": {"id": 7, "date": "2022-03-25T11:08:45+0000"}}"#,
                instant.as_ref(),
            ),
            (
                r#"{"operations": [{"id": 8, "date": "x"}, {"id": 7, "date": "2022-03-25T11:08:45+0000"}]}"#,
                instant.as_ref(),
            ),
            (r#"{"operations": [{"id": 8, "date": "x"}]}"#, None),
            (r#"{"operation": {"date": "<b>yesterday"}}"#, text.as_ref()),
            (r#"{"operation": {"date": ""}}"#, None),
            (r#"{"operation": {"date": 7}}"#, None),
            (r#"{"operation": [], "operations": {}}"#, None),
            ("[1]", None),
            ("<html>", None),
        ] {
            let said = platform_time(body.as_bytes(), Some(OperationId::new(7)));
            assert_eq!(said.as_ref(), expected, "{body}");
        }
    }

    #[test]
    fn long_message_is_cut_also_within_a_character() {
        let body = "\u{434}".repeat(SHOWN);
        let shown = shown(&body.as_bytes()[1..]);
        assert!(shown.len() < SHOWN + 16, "{}", shown.len());
        assert!(shown.contains('\u{434}'));
    }
}
