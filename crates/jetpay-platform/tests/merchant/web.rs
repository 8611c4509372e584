//! What comes to the merchant and what goes out, between HTTP and the messages.

use std::time::Duration;

use jetpay_core::signature::{Key, sign};
use serde_json::Value;

use super::SECRETS;

/// What comes.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub(crate) http_method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// What goes out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Its content type, when it is not JSON's.
    pub(crate) content_type: Option<&'static str>,
    /// How long it takes.
    pub(crate) wait: Duration,
    /// Whether the connection is closed instead.
    pub(crate) hangs_up: bool,
}

impl Incoming {
    /// A body posted somewhere.
    pub(crate) fn posted(body: &str) -> Self {
        Self {
            http_method: "POST".into(),
            path: "/".into(),
            query: None,
            content_type: None,
            body: body.into(),
        }
    }

    /// The body as JSON, `null` when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn is_callback(&self) -> bool {
        self.json().get("operation").is_some()
    }

    pub(crate) fn is_verify(&self) -> bool {
        self.json()["type"] == "verify"
    }

    pub(crate) fn is_check_deposit(&self) -> bool {
        self.json()["type"] == "check_deposit"
    }

    /// Whether it is signed by the merchant's first secret.
    pub(crate) fn is_signed(&self) -> bool {
        self.is_signed_with(SECRETS[0])
    }

    /// Whether it is signed by this secret, however its letters are escaped.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let signature = |body: &[u8]| {
            let json: Value = serde_json::from_slice(body).unwrap_or_default();
            json["signature"].clone()
        };
        sign(&self.body, &Key::new(secret).unwrap())
            .is_ok_and(|signed| signature(&signed) == signature(&self.body))
    }

    /// Signs it anew, so that the right merchant takes it for signed.
    pub(crate) fn sign(&mut self) {
        if let Ok(signed) = sign(&self.body, &key()) {
            self.body = signed;
        }
    }

    /// Changes the body, and signs it anew when it was signed.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut Value)) {
        let was_signed = self.is_signed();
        let mut json = self.json();
        if json.is_object() {
            edit(&mut json);
            self.body = json.to_string().into_bytes();
            if was_signed {
                self.sign();
            }
        }
    }
}

fn key() -> Key {
    Key::new(SECRETS[0]).unwrap()
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            body: body.into(),
            ..Self::default()
        }
    }

    /// An exception that nobody has caught.
    pub(crate) fn crash() -> Self {
        Self::new(500, "Internal Server Error")
    }

    /// No answer, and no connection any more.
    pub(crate) fn hang_up() -> Self {
        Self {
            hangs_up: true,
            ..Self::default()
        }
    }

    /// The body as JSON, `null` when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn is_good(&self) -> bool {
        self.json()["code"] == 0
    }

    /// Whether it says a code that is none of a good answer.
    pub(crate) fn is_refusal(&self) -> bool {
        !matches!(self.json()["code"].as_i64(), None | Some(0 | 204))
    }

    /// Changes the body, where it is an object.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut Value)) {
        let mut json = self.json();
        if json.is_object() {
            edit(&mut json);
            self.body = json.to_string().into_bytes();
        }
    }

    /// Changes the text of the body, where there is one.
    pub(crate) fn rewrite(&mut self, rewrite: impl FnOnce(String) -> String) {
        if !self.body.is_empty() {
            let text = String::from_utf8_lossy(&self.body).into_owned();
            self.body = rewrite(text).into_bytes();
        }
    }
}
