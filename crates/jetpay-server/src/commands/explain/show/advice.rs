//! Hints in words for people: what it is, what to do, and what is worth knowing about it.

use std::fmt::Write;

use jetpay_explain::{Hint, OtherRule};
use jetpay_platform::visible;

use super::{MARK, NAME};

pub(super) fn add(out: &mut String, hint: &Hint) {
    let text = visible::line(&hint.to_string());
    // Every hint ends in what to do.
    let (what, to_do) = text.rsplit_once("; ").unwrap_or((&text, ""));
    let _ = writeln!(out, "\n{MARK}→{MARK:#} {what}");
    if !to_do.is_empty() {
        let _ = writeln!(out, "  {NAME}what to do:{NAME:#} {to_do}");
    }
    for line in more(hint) {
        let _ = writeln!(out, "  {line}");
    }
}

fn more(hint: &Hint) -> &'static [&'static str] {
    match hint {
        Hint::NoKnownReason => &[
            "1. Is the secret that of this project, and of this environment (test or live)? Most often it is not.",
            "2. Are these the very bytes that came? A proxy, a framework that reads JSON and writes it anew, or a",
            "   logger may have changed a value. Capture the request in front of them.",
            "3. Let the sender print the string that it signs, and give it with --compare FILE.",
        ],
        Hint::NoSignature => {
            &["A header is not looked at: the platform puts the signature into the body."]
        }
        Hint::LegacySha1 => {
            &["The platform's old interface had such signatures; no secret makes them fit here."]
        }
        Hint::WrongLength { bytes: 32 } => &["32 bytes are those of HMAC-SHA256."],
        Hint::WrongLength { bytes: 20 } => &["20 bytes are those of HMAC-SHA1."],
        Hint::SecretTrimmed => &[
            "The secret's text counts to the last character. `echo` adds a line end to what it writes into a file or",
            "a variable; `printf %s` does not.",
        ],
        Hint::OtherProject(_) => {
            &["Whoever sends took the secret of the one project and the id of the other."]
        }
        Hint::UnknownProject => {
            &["The endpoint answers as to a wrong signature: it cannot know whose secret to take."]
        }
        Hint::Reserialised(_) => &[
            "Every value becomes `path:value`, sorted by path and joined with `;`. That string is signed.",
        ],
        Hint::ValuesTrimmed => &["Or somebody on the way added white space to a value."],
        Hint::OtherRule(OtherRule::FloatsShortest | OtherRule::NumbersAsWritten) => &[
            "Amounts are whole numbers of minor units (1050 for 10.50), and those are alike under every rule.",
        ],
        Hint::OtherRule(OtherRule::Go) => &[
            "The Go SDK cuts fractions off, sorts by bytes, and does not double a `:` in nested keys.",
        ],
        Hint::OtherRule(OtherRule::NullsSkipped) => &["Or a proxy added the fields that are null."],
        Hint::OtherRule(OtherRule::LinesSorted) => {
            &["Sort by the path alone: `address` stands before `address2`."]
        }
        Hint::ArraysReordered => {
            &["An array has an order, and its indexes are signed: do not use a set for it."]
        }
        Hint::CharacterSet => &["`Ã©` for `é` shows where it happens."],
        _ => &[],
    }
}
