//! Writes answers in the dialects.

use std::fmt::Write;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1251};
use quick_xml::escape::escape;
use serde_json::{Map, Value, json};

use super::Dialect;
use super::script::Spoil;
use crate::serving::Reply;

/// What a request comes to. Each dialect has its own code for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Done,
    BadRequest,
    BadAccount,
    UnknownAccount,
    TooSmall,
    /// A repeat, from a billing that refuses repeats.
    Repeated,
    /// A code that a script chose.
    Code(u32),
}

impl Verdict {
    /// `result`.
    pub(super) fn code(self, dialect: Dialect) -> u32 {
        let (osmp, kaspi) = match self {
            Self::Done => (0, 0),
            Self::BadRequest => (300, 5),
            Self::BadAccount => (4, 1),
            Self::UnknownAccount => (5, 1),
            Self::TooSmall => (241, 5),
            Self::Repeated => (8, 3),
            Self::Code(code) => (code, code),
        };
        if dialect == Dialect::Osmp {
            osmp
        } else {
            kaspi
        }
    }

    /// `comment`: in Russian, as billings of the region have it, so that the character set matters.
    fn comment(self) -> &'static str {
        match self {
            Self::Done => "Успешно",
            Self::BadRequest => "Неверный параметр запроса",
            Self::BadAccount => "Неверный формат лицевого счёта",
            Self::UnknownAccount => "Абонент не найден",
            Self::TooSmall => "Сумма слишком мала",
            Self::Repeated => "Повторный запрос",
            Self::Code(_) => "Так задано сценарием",
        }
    }
}

/// An answer, before it is written in a dialect. Amounts are in minor units with two digits.
pub(super) struct Answer {
    /// As the request has it.
    pub(super) txn_id: String,
    pub(super) verdict: Verdict,
    /// The billing's own number of a payment.
    pub(super) prv_txn: Option<String>,
    pub(super) sum: Option<i64>,
    pub(super) fields: Vec<(&'static str, String)>,
}

/// How long an answer is that is too long, in bytes.
const TOO_LONG: usize = 100 * 1024;

impl Answer {
    pub(super) fn new(txn_id: &str, verdict: Verdict) -> Self {
        Self {
            txn_id: txn_id.to_owned(),
            verdict,
            prv_txn: None,
            sum: None,
            fields: Vec::new(),
        }
    }

    /// The answer over HTTP, spoiled if so planned.
    pub(super) fn reply(
        mut self,
        dialect: Dialect,
        windows_1251: bool,
        spoil: Option<Spoil>,
    ) -> Reply {
        let is_json = dialect == Dialect::KaspiJson;
        if spoil == Some(Spoil::OtherTxn) {
            self.txn_id = if self.txn_id == "1" { "2" } else { "1" }.into();
        }
        let mut comment = self.verdict.comment().to_owned();
        match spoil {
            Some(Spoil::EntityBomb) if !is_json => comment = "&i;".into(),
            Some(Spoil::TooLong) => comment.push_str(&" ".repeat(TOO_LONG)),
            _ => {}
        }
        let code = self.verdict.code(dialect);
        let mut text = self.text(dialect, code, &comment);
        let other = if code == 0 { 5 } else { 0 };
        match spoil {
            Some(Spoil::TwoAnswers) => text.push_str(&self.text(dialect, other, &comment)),
            Some(Spoil::TwoResults) if is_json => {
                text.insert_str(1, &format!("\"result\":{other},"));
            }
            Some(Spoil::TwoResults) => {
                text.insert_str(ROOT.len(), &format!("<result>{other}</result>"));
            }
            Some(Spoil::Truncated) => {
                let half = text.chars().count() / 2;
                text = text.chars().take(half).collect();
            }
            Some(Spoil::EntityBomb) if is_json => {
                text = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
            }
            _ => {}
        }
        let says = if windows_1251 { WINDOWS_1251 } else { UTF_8 };
        if !is_json {
            let bomb = (spoil == Some(Spoil::EntityBomb)).then(entity_bomb);
            text.insert_str(0, &bomb.unwrap_or_default());
            let declaration = format!("<?xml version=\"1.0\" encoding=\"{}\"?>\n", name(says));
            text.insert_str(0, &declaration);
        }
        let (says, writes) = match spoil {
            Some(Spoil::WrongEncoding) => (UTF_8, WINDOWS_1251),
            _ => (says, says),
        };
        let kind = if is_json {
            "application/json"
        } else {
            "text/xml"
        };
        let kind = format!("{kind}; charset={}", name(says));
        Reply::now(200, writes.encode(&text).0).with_header("content-type", kind)
    }

    fn text(&self, dialect: Dialect, result: u32, comment: &str) -> String {
        match dialect {
            Dialect::Osmp => self.xml("osmp_txn_id", "prv_txn", result, comment),
            Dialect::KaspiXml => self.xml("txn_id", "prv_txn_id", result, comment),
            Dialect::KaspiJson => self.json(result, comment).to_string(),
        }
    }

    fn xml(&self, txn_id: &str, prv_txn: &str, result: u32, comment: &str) -> String {
        let mut xml = ROOT.to_owned();
        let mut tag = |name: &str, text: &str| {
            let _infallible = write!(xml, "<{name}>{text}</{name}>");
        };
        tag(txn_id, &escape(&self.txn_id));
        if let Some(number) = &self.prv_txn {
            tag(prv_txn, number);
        }
        if let Some(sum) = self.sum {
            tag("sum", &sum_text(sum));
        }
        tag("result", &result.to_string());
        tag("comment", comment);
        if !self.fields.is_empty() {
            xml.push_str("<fields>");
            for (number, (name, value)) in (1..).zip(&self.fields) {
                let value = escape(value);
                let _infallible = write!(
                    xml,
                    "<field{number} name=\"{name}\" type=\"disp\">{value}</field{number}>"
                );
            }
            xml.push_str("</fields>");
        }
        xml + "</response>"
    }

    fn json(&self, result: u32, comment: &str) -> Value {
        let mut json = json!({ "txn_id": self.txn_id, "result": result, "comment": comment });
        if let Some(number) = &self.prv_txn {
            json["prv_txn_id"] = json!(number);
        }
        if let Some(sum) = self.sum {
            json["sum"] = json!(sum_text(sum));
        }
        if !self.fields.is_empty() {
            let field = |(number, (name, value)): (usize, &(&str, String))| {
                let field = json!({ "@name": name, "#text": value });
                (format!("field{number}"), field)
            };
            let fields: Map<_, _> = (1..).zip(&self.fields).map(field).collect();
            json["fields"] = fields.into();
        }
        json
    }
}

const ROOT: &str = "<response>";

/// As declarations and headers write it.
fn name(encoding: &'static Encoding) -> String {
    encoding.name().to_lowercase()
}

/// 20000 as `200.00`.
pub(super) fn sum_text(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:02}", minor / 100, minor % 100)
}

/// A DTD whose entity `i` is a gigabyte when it is read out.
fn entity_bomb() -> String {
    let mut dtd = "<!DOCTYPE response [<!ENTITY a \"haha\">".to_owned();
    for (of, name) in ('a'..'i').zip('b'..) {
        let _infallible = write!(dtd, "<!ENTITY {name} \"{}\">", format!("&{of};").repeat(11));
    }
    dtd + "]>\n"
}
