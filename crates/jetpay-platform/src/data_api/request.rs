//! Reads a request to the Data API.

use std::ops::RangeInclusive;

use jetpay_core::id::ProjectId;
use jetpay_core::report::ReportedOperation;
use jetpay_core::signature::{Canonical, Key};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use serde_json::Value;

use super::answer;

/// A request whose token, signature and fields are good.
pub(super) struct Request {
    /// In seconds since 1970.
    pub(super) interval: Option<RangeInclusive<i64>>,
    pub(super) zone: TimeZone,
    pub(super) limit: usize,
    pub(super) offset: usize,
    /// The fields of each operation, with a point before a nested one.
    pub(super) fields: Vec<String>,
    /// Empty lists ask for all.
    projects: Vec<ProjectId>,
    types: Vec<String>,
    statuses: Vec<String>,
}

/// Why a request gets no operations.
#[derive(Debug)]
pub(super) struct RequestError {
    pub(super) status: u16,
    pub(super) why: String,
}

/// The most operations in an answer.
const MOST: usize = 1000;

impl Request {
    /// Reads a request that must have this token and be signed with this key.
    pub(super) fn read(body: &[u8], token: &str, key: &Key) -> Result<Self, RequestError> {
        let canonical = Canonical::parse(body).map_err(|why| wrong(why.to_string()))?;
        let json: Value = serde_json::from_slice(body).map_err(|why| wrong(why.to_string()))?;
        if json["token"].as_str() != Some(token) {
            return Err(unauthorized("the token is not valid"));
        }
        let signed = canonical.signature().decode().is_ok_and(|signature| {
            let in_bytes = canonical.byte_ordered();
            key.verify(canonical.string_to_sign(), &signature)
                || in_bytes.is_some_and(|text| key.verify(&text, &signature))
        });
        if !signed {
            return Err(unauthorized("the signature is wrong"));
        }
        let zone = zone(&json["tz"])?;
        let limit = number(&json["limit"], "limit", MOST)?;
        if limit > MOST {
            return Err(wrong(format!("limit is at most {MOST}")));
        }
        Ok(Self {
            interval: interval(&json["interval"], &zone)?,
            zone,
            limit,
            offset: number(&json["offset"], "offset", 0)?,
            fields: fields(&json["fields"])?,
            projects: projects(&json["project_id"])?,
            types: words(&json["operation_type"], "operation_type")?,
            statuses: words(&json["operation_status"], "operation_status")?,
        })
    }

    /// Whether the request asks for this operation.
    pub(super) fn wants(&self, operation: &ReportedOperation) -> bool {
        let asked = |words: &[String], word: &str| {
            words.is_empty() || words.iter().any(|asked| asked == word)
        };
        let within = |interval: &RangeInclusive<i64>| {
            operation.time.is_some_and(|time| interval.contains(&time))
        };
        self.interval.as_ref().is_none_or(within)
            && (self.projects.is_empty() || self.projects.contains(&operation.project_id))
            && asked(&self.types, operation.kind.as_str())
            && asked(&self.statuses, operation.status.as_str())
    }
}

/// Both borders are inside. Without an interval, all times are.
fn interval(json: &Value, zone: &TimeZone) -> Result<Option<RangeInclusive<i64>>, RequestError> {
    if json.is_null() {
        return Ok(None);
    }
    let border = |name: &str| {
        let text = json[name].as_str().unwrap_or_default();
        let date: Option<DateTime> = text.parse().ok().filter(|_| text.len() == DATE);
        let moment = date.and_then(|date| zone.to_timestamp(date).ok());
        moment
            .map(jiff::Timestamp::as_second)
            .ok_or_else(|| wrong(format!("interval.{name} is not a date and a time of day")))
    };
    Ok(Some(border("from")?..=border("to")?))
}

/// The length of `2024-08-01 23:59:59`.
const DATE: usize = 19;

/// A name or an offset such as `+10:30`; UTC if there is none.
fn zone(json: &Value) -> Result<TimeZone, RequestError> {
    let text = match json {
        Value::Null => "UTC",
        json => json.as_str().unwrap_or_default(),
    };
    let fixed = || {
        let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
        let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
        let sign = if text.starts_with('-') { -1 } else { 1 };
        Offset::from_seconds(sign * seconds).ok()
    };
    if text == "UTC" {
        return Ok(TimeZone::UTC);
    }
    let zone = fixed().map_or_else(|| TimeZone::get(text).ok(), |it| Some(it.to_time_zone()));
    zone.ok_or_else(|| wrong("tz is not a time zone".to_owned()))
}

/// A number, also as a text, as in the platform's samples.
fn number(json: &Value, name: &str, default: usize) -> Result<usize, RequestError> {
    let number = match json {
        Value::Null => Some(default),
        Value::String(text) => text.parse().ok(),
        json => json.as_u64().and_then(|number| number.try_into().ok()),
    };
    number.ok_or_else(|| wrong(format!("{name} is not a whole number")))
}

fn projects(json: &Value) -> Result<Vec<ProjectId>, RequestError> {
    let numbers = match json {
        Value::Null => Some(Vec::new()),
        json => json.as_array().and_then(|list| {
            let numbers = list.iter().map(Value::as_u64);
            numbers.map(|it| it.map(ProjectId::new)).collect()
        }),
    };
    numbers.ok_or_else(|| wrong("project_id is not a list of numbers".to_owned()))
}

fn fields(json: &Value) -> Result<Vec<String>, RequestError> {
    let asked = words(json, "fields")?;
    if asked.is_empty() {
        return Ok(answer::DEFAULT_FIELDS.map(str::to_owned).to_vec());
    }
    match asked.iter().find(|name| !answer::is_field(name)) {
        Some(unknown) => Err(wrong(format!("no operation has the field {unknown}"))),
        None => Ok(asked),
    }
}

/// A text or a list of texts.
fn words(json: &Value, name: &str) -> Result<Vec<String>, RequestError> {
    let words = match json {
        Value::Null => Some(Vec::new()),
        Value::String(word) => Some(vec![word.clone()]),
        json => json.as_array().and_then(|list| {
            let words = list.iter().map(|word| word.as_str().map(str::to_owned));
            words.collect()
        }),
    };
    words.ok_or_else(|| wrong(format!("{name} is not a text or a list of texts")))
}

fn wrong(why: String) -> RequestError {
    RequestError { status: 400, why }
}

fn unauthorized(why: &str) -> RequestError {
    RequestError {
        status: 401,
        why: why.to_owned(),
    }
}
