//! Reading an answer's fields: each in its type, absent or `null` as none.

use jetpay_core::id::{OperationId, PaymentId};
use jetpay_core::{Currency, Money};
use serde_json::{Map, Value};

use crate::Reason;

/// The longest word or id, in bytes.
const LONGEST: usize = 255;

/// An object of an answer.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text for people; an empty one is none.
    pub(crate) fn text(self, name: &str) -> Result<Option<&'a str>, Reason> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Reason::Unreadable("a text has another type")),
        }
    }

    /// A text that is an id or one of a set.
    pub(crate) fn word(self, name: &str) -> Result<Option<&'a str>, Reason> {
        match self.text(name)? {
            Some(text) if !is_word(text) => Err(Reason::Unreadable("a word is no word")),
            word => Ok(word),
        }
    }

    /// Such a word, or an integer: what it says in decimal.
    pub(crate) fn number_or_word(self, name: &str) -> Result<Option<String>, Reason> {
        match self.value(name) {
            Some(Value::Number(number)) if number.is_u64() => Ok(Some(number.to_string())),
            Some(Value::Number(_)) => Err(Reason::Unreadable("a number is no whole one")),
            _ => Ok(self.word(name)?.map(str::to_owned)),
        }
    }

    /// An object. An empty array is an empty object to who wrote the platform.
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

    /// An amount in minor units and its currency.
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

    /// The number of an operation, at most what fits a signed 64-bit integer, as databases count.
    pub(crate) fn operation_id(self, name: &str) -> Result<OperationId, Reason> {
        let text = self.number_or_word(name)?.unwrap_or_default();
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<i64>().ok().filter(|_| digits);
        let number = number.and_then(|number| u64::try_from(number).ok());
        number
            .map(OperationId::new)
            .ok_or(Reason::Unreadable("an operation has no number"))
    }

    /// Our id of a payment.
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
