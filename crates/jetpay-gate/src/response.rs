//! A response of the Gate: its signature is verified if it has one, and its fields are read in their exact types.

use jetpay_core::id::{OperationId, PaymentId};
use jetpay_core::message::Matched;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::signature::{Canonical, Order};
use jetpay_core::{Currency, Money, Project};
use serde_json::{Map, Value};

use crate::{Reason, SignedAnswer};

/// What a response must be about.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// The project. Its secrets verify the signature of the response.
    pub(crate) project: &'a Project,
    /// The payment. It is `None` if the request asked by the id of a request.
    pub(crate) payment_id: Option<&'a PaymentId>,
}

/// A response: a JSON object with a matching signature, or without a signature.
pub(crate) struct Response {
    fields: Map<String, Value>,
    signed: Option<SignedAnswer>,
}

impl Response {
    pub(crate) fn read(body: &[u8], project: &Project) -> Result<Self, Reason> {
        let no_json = Reason::Unreadable("it is no JSON object");
        // Unlike a JSON parser, this refuses an object that has a field twice.
        let canonical = Canonical::parse(body).map_err(|_| no_json.clone())?;
        let response: Map<String, Value> = serde_json::from_slice(body).map_err(|_| no_json)?;
        let claimed = canonical.signature();
        let signed = if claimed.text().is_some() {
            let signature = claimed.decode().map_err(|_| Reason::BadSignature)?;
            let find = |text: &str, order| {
                let mut keys = project.keys().iter();
                let secret = keys.position(|key| key.verify(text, &signature))?;
                Some(Matched { order, secret })
            };
            let matched = find(canonical.string_to_sign(), Order::Natural)
                .or_else(|| find(&canonical.byte_ordered()?, Order::Byte));
            Some(SignedAnswer {
                matched: matched.ok_or(Reason::BadSignature)?,
                body: body.into(),
            })
        } else if has_odd_signature(&response) {
            return Err(Reason::BadSignature);
        } else {
            None
        };
        Ok(Self {
            fields: response,
            signed,
        })
    }

    /// The bytes, if they are signed.
    pub(crate) fn signed(&self) -> Option<SignedAnswer> {
        self.signed.clone()
    }

    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields(&self.fields)
    }

    /// The field `status` of the response: `success` or `error`.
    pub(crate) fn status(&self) -> Result<Option<&str>, Reason> {
        self.fields().word("status")
    }

    pub(crate) fn code(&self) -> Result<Option<OperationCode>, Reason> {
        let code = self.fields().number_or_word("code")?;
        Ok(code.map(|code| OperationCode::from(code.as_str())))
    }

    /// Refuses a response that names another project or payment. Returns how many of the two it names.
    pub(crate) fn count_names(&self, expected: &Expected<'_>) -> Result<usize, Reason> {
        let project = self.fields().number_or_word("project_id")?;
        let payment = self.fields().number_or_word("payment_id")?;
        let pairs = [
            (project, Some(expected.project.id().to_string())),
            (
                payment,
                expected.payment_id.map(|id| id.as_str().to_owned()),
            ),
        ];
        let mut named = 0;
        for (named_there, expected) in pairs {
            match (named_there, expected) {
                (Some(there), Some(expected)) if there != expected => {
                    return Err(Reason::OtherPayment);
                }
                (Some(_), _) => named += 1,
                (None, _) => {}
            }
        }
        Ok(named)
    }
}

/// Whether the response has a signature that is not a text. No signature covers that field, so it is not believed.
fn has_odd_signature(response: &Map<String, Value>) -> bool {
    let places = [
        response.get("signature"),
        response
            .get("general")
            .and_then(|general| general.get("signature")),
    ];
    places
        .into_iter()
        .flatten()
        .any(|signature| !signature.is_null())
}

/// The maximum length of a word or an id, in bytes.
const LONGEST: usize = 255;

/// An object of a response. A field that is absent or `null` reads as `None`.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text for people. An empty text counts as absent.
    pub(crate) fn text(self, name: &str) -> Result<Option<&'a str>, Reason> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Reason::Unreadable("a text has another type")),
        }
    }

    /// A text that is an id or a word of a set.
    pub(crate) fn word(self, name: &str) -> Result<Option<&'a str>, Reason> {
        match self.text(name)? {
            Some(text) if !is_word(text) => Err(Reason::Unreadable("a word is no word")),
            word => Ok(word),
        }
    }

    /// A word, or the decimal text of an integer.
    pub(crate) fn number_or_word(self, name: &str) -> Result<Option<String>, Reason> {
        match self.value(name) {
            Some(Value::Number(number)) if number.is_u64() => Ok(Some(number.to_string())),
            Some(Value::Number(_)) => Err(Reason::Unreadable("a number is no whole one")),
            _ => Ok(self.word(name)?.map(str::to_owned)),
        }
    }

    /// An object. The platform sends an empty array for an empty object; both count as absent.
    pub(crate) fn object(self, name: &str) -> Result<Option<Self>, Reason> {
        match self.value(name) {
            Some(Value::Object(fields)) => Ok(Some(Self(fields)).filter(|_| !fields.is_empty())),
            Some(Value::Array(values)) if values.is_empty() => Ok(None),
            None => Ok(None),
            Some(_) => Err(Reason::Unreadable("an object has another type")),
        }
    }

    /// A list of objects.
    pub(crate) fn objects(self, name: &str) -> Result<Vec<Self>, Reason> {
        let wrong = Reason::Unreadable("a list has another type");
        let values = match self.value(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(values)) => values,
            Some(_) => return Err(wrong),
        };
        let objects = values.iter().map(|value| value.as_object().map(Self));
        objects.collect::<Option<_>>().ok_or(wrong)
    }

    /// An amount in minor units with its currency.
    pub(crate) fn money(self, name: &str) -> Result<Option<Money>, Reason> {
        let Some(sum) = self.object(name)? else {
            return Ok(None);
        };
        let minor = sum.value("amount").and_then(Value::as_i64);
        let minor = minor.ok_or(Reason::Unreadable("an amount is no integer"))?;
        let currency = sum.text("currency")?.unwrap_or_default();
        let currency =
            Currency::parse(currency).map_err(|_| Reason::Unreadable("a currency is none"))?;
        Ok(Some(Money::new(minor, currency)))
    }

    /// The number of an operation. It must fit a signed 64-bit integer, as databases have it.
    pub(crate) fn operation_id(self, name: &str) -> Result<OperationId, Reason> {
        let text = self.number_or_word(name)?.unwrap_or_default();
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<i64>().ok().filter(|_| digits);
        let number = number.and_then(|number| u64::try_from(number).ok());
        number
            .map(OperationId::new)
            .ok_or(Reason::Unreadable("an operation has no number"))
    }

    /// The merchant's id of a payment.
    pub(crate) fn payment_id(self, name: &str) -> Result<Option<PaymentId>, Reason> {
        let text = self.number_or_word(name)?;
        let id =
            text.map(|text| PaymentId::new(text).map_err(|_| Reason::Unreadable("an id is none")));
        id.transpose()
    }
}

fn is_word(text: &str) -> bool {
    let forbidden = |character: char| character == ';' || character.is_control();
    text.len() <= LONGEST && !text.contains(forbidden)
}
