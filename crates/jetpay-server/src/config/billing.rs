//! What `[lookup]` and `[[deliver]]` share: the address of the merchant's own system, and its secrets.

use std::path::Path;

use jetpay_billing::client::{BillingUrl, Login};
use jetpay_billing::webhook::Secrets;
use zeroize::Zeroizing;

use super::secret;
use super::table::{Table, Text};

/// The key `url`, which must be there. Its text goes with it, for further problems.
pub(super) fn url<'d>(table: &Table<'d>) -> Option<(Text<'d>, BillingUrl)> {
    let Some(text) = table.text("url") else {
        if table.get("url").is_none() {
            table.missing("url", "it is missing; it is the address of your own system");
        }
        return None;
    };
    if text.text.contains(char::is_whitespace) {
        text.problem("a URL has no white space; write it without");
        return None;
    }
    let parsed = BillingUrl::parse(text.text);
    let url = parsed.map_err(|what| text.problem(&what.to_string())).ok();
    Some((text, url?))
}

/// The secrets that the one of both keys names, each a line without white space at its ends; empty without both. `None` after a
/// problem.
pub(super) fn secrets<'d>(
    table: &Table<'d>,
    folder: &Path,
) -> Option<Vec<(Text<'d>, Zeroizing<String>)>> {
    let envs = table.one_or_more("secret_env");
    let files = table.one_or_more("secret_file");
    if let (Some(_), Some(file)) = (table.get("secret_env"), table.get("secret_file")) {
        file.problem("secret_env is set too; keep one of them");
        return None;
    }
    let from_env = envs.into_iter().map(|name| (name, secret::from_env(&name)));
    let from_file = files.into_iter();
    let from_file = from_file.map(|path| (path, secret::from_file(&path, folder)));
    let mut found: Vec<(Text<'d>, Zeroizing<String>)> = Vec::new();
    for (place, secret) in from_env.chain(from_file) {
        let secret = Zeroizing::new(secret?.trim().to_owned());
        if found.iter().any(|(_, known)| *known == secret) {
            place.problem("this is the same secret as another one; remove one");
            return None;
        }
        found.push((place, secret));
    }
    Some(found)
}

/// The secrets that sign: one, or two while they are rotated. They must be there.
pub(super) fn signing(table: &Table<'_>, folder: &Path) -> Option<Secrets> {
    let found = secrets(table, folder)?;
    if table.has_none("secret_env") && table.has_none("secret_file") {
        let what = "it is missing, and secret_file is too: your system knows by it that a message is from this service";
        table.missing("secret_env", what);
    }
    if let Some((place, _)) = found.get(2) {
        place.problem("write one secret, or two while you rotate them");
        return None;
    }
    for (place, secret) in &found {
        if let Err(what) = Secrets::parse([secret.as_str()]) {
            place.problem(&format!("this is no secret of a signature: {what}"));
            return None;
        }
    }
    let texts = found.iter().map(|(_, secret)| secret.as_str());
    Secrets::parse(texts).ok().filter(|_| !found.is_empty())
}

/// The login of HTTP Basic; `Some(None)` without one, `None` after a problem.
#[expect(
    clippy::option_option,
    reason = "a problem is another thing than no login"
)]
pub(super) fn login(table: &Table<'_>, folder: &Path) -> Option<Option<Login>> {
    let found = secrets(table, folder)?;
    if let Some((place, _)) = found.get(1) {
        place.problem("a billing has one login; write one");
        return None;
    }
    let Some((place, secret)) = found.first() else {
        return Some(None);
    };
    let login = Login::parse(secret);
    if login.is_none() {
        place.problem("this is no login of HTTP Basic; write USER:PASSWORD there");
    }
    login.map(Some)
}
