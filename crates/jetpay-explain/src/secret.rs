//! Which secret signed: one of the project, another form of it, or one of another project.

use hmac::{Hmac, KeyInit, Mac};
use jetpay_core::id::ProjectId;
use jetpay_core::signature::{Key, Project};
use sha2::Sha512;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::signed::{Signed, Text};
use crate::texts::{decoded_from_url, encoded_for_url, with_entities, without_entities};
use crate::{Hint, json, loose};

/// How the secret that made a signature differs from the one that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum SecretForm {
    /// Without white space, a byte order mark or a NUL at its ends.
    #[error("is used without the white space at its ends; configure the secret without it")]
    Trimmed,
    /// Without quotes around it.
    #[error("is used without the quotes around it; configure the secret without them")]
    Unquoted,
    /// With quotes around it.
    #[error("is used with quotes around it; the sender must use it without them")]
    Quoted,
    /// With a line end.
    #[error("is used with a line end after it; the sender must cut that off")]
    LineEnd,
    /// With a space, a tab, a NUL or a byte order mark at one end.
    #[error(
        "is used with white space or an invisible character at an end; the sender must use it without that"
    )]
    Blank,
    /// In lower or upper case.
    #[error(
        "is used in another case; compare it letter by letter, and use it as the platform shows it"
    )]
    OtherCase,
    /// Decoded from base64 or hexadecimal digits, or encoded so.
    #[error(
        "is decoded or encoded first ({0}); it is plain text: the sender must use its characters as they are"
    )]
    Recoded(&'static str),
    /// Escaped for HTML, or with the escapes undone.
    #[error(
        "is used with characters escaped otherwise ({0}); use its characters as the platform shows them"
    )]
    Escaped(&'static str),
}

/// The other forms of a secret, the likeliest first.
fn forms(secret: &str) -> Vec<(SecretForm, Zeroizing<Vec<u8>>)> {
    use SecretForm::{Blank, Escaped, LineEnd, OtherCase, Quoted, Recoded, Trimmed, Unquoted};
    let trimmed = secret.trim_matches(|character: char| {
        character.is_whitespace() || matches!(character, '\0' | '\u{feff}' | '\u{200b}')
    });
    let pairs = [
        ("\"", "\""),
        ("'", "'"),
        ("`", "`"),
        ("“", "”"),
        ("«", "»"),
        ("<", ">"),
    ];
    let unquoted = pairs.iter().find_map(|(open, close)| {
        let inner = trimmed.strip_prefix(open)?.strip_suffix(close)?;
        Some(inner.trim())
    });
    let text = |form, text: String| (form, Zeroizing::new(text.into_bytes()));
    let mut forms = vec![text(Trimmed, trimmed.to_owned())];
    forms.extend(unquoted.map(|inner| text(Unquoted, inner.to_owned())));
    for end in [
        "\n", "\r\n", "\r", "\n\n", "\r\n\r\n", " \n", "\\n", "\\r\\n",
    ] {
        forms.push(text(LineEnd, format!("{trimmed}{end}")));
    }
    forms.push(text(LineEnd, format!("\n{trimmed}")));
    for (before, after) in [
        ("", " "),
        (" ", ""),
        (" ", " "),
        ("", "\t"),
        ("\t", ""),
        ("", "\0"),
        ("\u{feff}", ""),
        ("\u{feff}", "\n"),
        ("", "\u{a0}"),
        ("\u{a0}", ""),
        ("", "\u{200b}"),
    ] {
        forms.push(text(Blank, format!("{before}{secret}{after}")));
    }
    for (open, close) in pairs {
        for end in ["", "\n", "\r\n", ",", ";"] {
            forms.push(text(Quoted, format!("{open}{trimmed}{close}{end}")));
        }
        forms.push(text(Quoted, format!("{open}{trimmed}\n{close}")));
        forms.push(text(Quoted, format!("{open}{trimmed}")));
        forms.push(text(Quoted, format!("{trimmed}{close}")));
        forms.push(text(Quoted, format!("\\{open}{trimmed}\\{close}")));
    }
    for other in in_other_cases(trimmed) {
        forms.extend(["", "\n", "\r\n"].map(|end| text(OtherCase, format!("{other}{end}"))));
    }
    for (how, other) in [
        ("as in a URL", encoded_for_url(secret)),
        ("as in a URL", decoded_from_url(secret)),
        ("as in a URL", secret.replace('+', " ")),
        ("as in a URL", secret.replace(' ', "+")),
        ("for HTML", with_entities(secret)),
        ("for HTML", without_entities(secret)),
        ("for JSON or a shell", secret.replace('\\', "")),
        ("for JSON or a shell", json::escaped(secret, 0)),
        ("for JSON or a shell", json::escaped(secret, json::SLASHES)),
    ] {
        forms.push(text(Escaped(how), other));
    }
    // `echo` and `base64` in a shell encode a line end, too.
    for plain in [secret.to_owned(), format!("{trimmed}\n")].map(Zeroizing::new) {
        let base64 = loose::to_base64(plain.as_bytes());
        let digits = loose::to_hexadecimal(plain.as_bytes());
        for encoded in [
            base64.trim_end_matches('=').to_owned(),
            base64.replace('+', "-").replace('/', "_"),
            base64,
        ] {
            forms.push(text(Recoded("written in base64"), encoded));
        }
        for digits in [digits.to_uppercase(), digits] {
            forms.push(text(Recoded("written in hexadecimal digits"), digits));
        }
    }
    let decoded = [
        ("read as hexadecimal digits", loose::hexadecimal(trimmed)),
        ("read as base64", loose::base64(trimmed)),
    ];
    for (how, bytes) in decoded {
        let Some(bytes) = bytes.map(Zeroizing::new) else {
            continue;
        };
        let end = [&b"\r\n"[..], b"\n"]
            .into_iter()
            .find_map(|end| bytes.strip_suffix(end));
        forms.extend(end.map(|bytes| (Recoded(how), Zeroizing::new(bytes.to_vec()))));
        forms.push((Recoded(how), bytes));
    }
    forms.retain(|(_, form)| !form.is_empty() && form.as_slice() != secret.as_bytes());
    forms
}

/// The secret in other cases: all of it, the first letters of its words, or one letter.
fn in_other_cases(secret: &str) -> Vec<String> {
    /// The longest secret whose letters are changed one by one.
    const LETTERS: usize = 128;
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    let first = |is_first: fn(char) -> bool| {
        let mut before = None;
        let letters = secret.chars().map(|letter| {
            let begins = before.is_none_or(is_first);
            before = Some(letter);
            if begins {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            }
        });
        letters.collect::<String>()
    };
    let mut others = vec![
        secret.to_lowercase(),
        secret.to_uppercase(),
        secret.chars().map(swap).collect(),
        first(|_| false),
        first(|before| !before.is_alphanumeric()),
    ];
    let letters = secret.char_indices().take(LETTERS);
    others.extend(
        letters
            .filter(|(_, letter)| swap(*letter) != *letter)
            .map(|(at, letter)| {
                let end = at + letter.len_utf8();
                format!("{}{}{}", &secret[..at], swap(letter), &secret[end..])
            }),
    );
    others
}

/// A secret that may have signed, and its project.
pub(super) struct Signer {
    keyed: Hmac<Sha512>,
    project: Option<ProjectId>,
    secret: usize,
    form: Option<SecretForm>,
}

/// The secrets of the project that the body names.
pub(super) fn own_signers(keys: &[Key]) -> Vec<Signer> {
    let own = keys.iter().enumerate();
    own.map(|(secret, key)| Signer::new(key.expose_secret().as_bytes(), secret, None))
        .collect()
}

/// Other secrets: those of the project in another form, and those of other projects.
pub(super) fn foreign_signers(keys: &[Key], others: &[&Project]) -> Vec<Signer> {
    let forms = keys.iter().enumerate().flat_map(|(secret, key)| {
        forms(key.expose_secret())
            .into_iter()
            .map(move |(form, bytes)| Signer::new(&bytes, secret, Some(form)))
    });
    let others = others.iter().flat_map(|project| {
        own_signers(project.keys())
            .into_iter()
            .map(|signer| Signer {
                project: Some(project.id()),
                ..signer
            })
    });
    forms.chain(others).collect()
}

impl Signer {
    fn new(secret: &[u8], index: usize, form: Option<SecretForm>) -> Self {
        Self {
            keyed: Hmac::new_from_slice(secret).expect("HMAC accepts a key of any length"),
            project: None,
            secret: index,
            form,
        }
    }

    pub(super) fn signed(&self, string: &[u8], signature: &[u8; 64]) -> bool {
        let mac = self.keyed.clone().chain_update(string);
        mac.verify_slice(signature).is_ok()
    }

    /// Whether the secret is tried with other strings, too.
    pub(super) fn is_likely(&self) -> bool {
        matches!(
            self.form,
            None | Some(SecretForm::Trimmed | SecretForm::LineEnd)
        )
    }

    /// The hint that says what is wrong with the secret.
    pub(super) fn hint(&self) -> Option<Hint> {
        let other = self.project.map(Hint::OtherProject);
        self.form.map(Hint::SecretForm).or(other)
    }

    /// Combines the secret with the text that it signed.
    pub(super) fn of(&self, text: Text) -> Signed {
        Signed {
            string: text.string(),
            lines: text.lines(),
            project: self.project,
            secret: self.secret,
            form: self.form,
        }
    }
}
