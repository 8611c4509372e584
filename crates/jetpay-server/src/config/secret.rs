//! Secrets from environment variables or files. No message contains their text, nor what is written where the name of a variable
//! or file should: people paste secrets there.

use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::document::{UTF16, is_utf16, unreadable};
use super::table::{Table, Text};
use crate::payout_request::unseen::unseen;
use crate::text::without_bom;

/// The secret that the one of both keys names. `None` without both, and after a problem.
pub(super) fn one_of<'d>(
    table: &Table<'d>,
    env: &'static str,
    file: &'static str,
    folder: &Path,
) -> Option<(Text<'d>, Zeroizing<String>)> {
    match (table.text(env), table.text(file)) {
        (Some(_), Some(file_key)) => {
            file_key.problem(&format!("{env} is set too; keep one of them"));
            None
        }
        (Some(name), None) => Some((name, from_env(&name)?)),
        (None, Some(path)) => Some((path, from_file(&path, folder)?)),
        (None, None) => None,
    }
}

/// Like [`one_of`], a token on one line, without white space at its ends.
pub(super) fn token<'d>(
    table: &Table<'d>,
    env: &'static str,
    file: &'static str,
    folder: &Path,
) -> Option<(Text<'d>, Zeroizing<String>)> {
    let (place, secret) = one_of(table, env, file, folder)?;
    let secret = Zeroizing::new(secret.trim().to_owned());
    // A header cannot have most of these, and the others are lost when the token is copied.
    if unseen(&secret).is_some() {
        place.problem(
            "this token has a line break or another character that cannot be seen inside; write the token alone, on one line",
        );
        return None;
    }
    Some((place, secret))
}

/// The secret in the environment variable that `name` names.
pub(super) fn from_env(name: &Text<'_>) -> Option<Zeroizing<String>> {
    let fits = name.text.bytes().enumerate().all(|(index, byte)| {
        byte == b'_' || byte.is_ascii_alphabetic() || index > 0 && byte.is_ascii_digit()
    });
    if !fits || name.text.is_empty() {
        name.problem(&format!(
            "this is no name of an environment variable; write its name, such as {}, and put the secret into the variable",
            name.example()
        ));
        return None;
    }
    let Some(value) = std::env::var_os(name.text) else {
        let what = if is_like_a_name(name.text) {
            format!("the environment variable {} is not set", name.text)
        } else {
            format!(
                "here goes the name of an environment variable, such as {}, and the one with this name is not set",
                name.example()
            )
        };
        name.problem(&format!("{what}; set it before the start"));
        return None;
    };
    checked(&Zeroizing::new(value.into_vec()), name)
}

/// A secret is hardly made of capital letters and `_` alone.
fn is_like_a_name(text: &str) -> bool {
    let is_like = |byte: u8| byte == b'_' || byte.is_ascii_uppercase();
    text.contains('_') && text.bytes().all(is_like)
}

/// The secret in the file that `path` names, without the line end that editors add.
pub(super) fn from_file(path: &Text<'_>, folder: &Path) -> Option<Zeroizing<String>> {
    let file = folder.join(path.text);
    let mut bytes = match std::fs::read(&file) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) => {
            path.problem(&unreadable_in(folder, &error));
            return None;
        }
    };
    if is_open_to_others(&file) {
        let file = file.display();
        path.warn(&format!(
            "other users of this machine can read {file}: chmod 600 {file}"
        ));
    }
    if bytes.ends_with(b"\n") {
        bytes.pop();
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
    }
    checked(&bytes, path)
}

/// Why a file that is named relative to `folder` cannot be read.
pub(super) fn unreadable_in(folder: &Path, error: &std::io::Error) -> String {
    let what = unreadable(error);
    if !what.starts_with("there is no such file") {
        return what;
    }
    let folder = std::path::absolute(folder.join(".")).unwrap_or_default();
    format!("{what}; write its path, relative to {}", folder.display())
}

/// Whether the file's group, or everyone, may read it.
pub(super) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o044 != 0)
}

fn checked(bytes: &[u8], place: &Text<'_>) -> Option<Zeroizing<String>> {
    if is_utf16(bytes) {
        place.problem(UTF16);
        return None;
    }
    let text = without_bom(bytes);
    if text.len() < bytes.len() {
        place.warn(
            "the secret begins with a byte order mark, which the service leaves out; write it without (in a file: save it as \
             UTF-8 without BOM)",
        );
    }
    let Ok(secret) = std::str::from_utf8(text) else {
        place.problem("the secret is not UTF-8; save it as UTF-8");
        return None;
    };
    let inner = secret.trim();
    if inner.is_empty() {
        place.problem("the secret is empty; write the secret there");
        return None;
    }
    if inner.chars().count() > 1 && inner.starts_with(QUOTES) && inner.ends_with(QUOTES) {
        place.problem(
            "the secret has quotes around it, which would be part of it; write it without them",
        );
        return None;
    }
    // A `=` at the end may be base64.
    let line = inner.strip_prefix("export ").unwrap_or(inner);
    let named = line.trim_end_matches('=').split_once('=');
    if named.is_some_and(|(name, _)| is_like_a_name(name.trim())) {
        place.warn(
            "the secret begins with a name and `=`, which are part of it; write the secret alone, without them",
        );
    }
    Some(Zeroizing::new(secret.to_owned()))
}

/// First the straight ones.
pub(super) const QUOTES: &[char] = &[
    '"', '\'', '`', '“', '”', '„', '«', '»', '‘', '’', '‚', '‹', '›',
];

/// Warns of white space and of what cannot be seen in a project's secret.
pub(super) fn warn_of_unseen(secret: &str, place: &Text<'_>) {
    if unseen(secret).is_some() {
        place.warn(
            "the secret has white space at an end, or a line break or another character that cannot be seen inside, which is \
             part of it; remove it unless JetPay gave it to you",
        );
    }
}

#[cfg(test)]
mod tests {
    use jetpay_core::Keyring;
    use jetpay_core::signature::Key;

    use crate::config::Config;
    use crate::config::tests::{
        PROJECT_LINES, TOKEN, all_keys, assert_refused, folder, read, with,
    };

    /// The secrets of a keyring's only project.
    fn secrets(keyring: &Keyring) -> Vec<&'static str> {
        let names = ["secret", TOKEN, "another token of the tests of jetpay"];
        let signs = |key: &Key, name: &str| Key::new(name).unwrap().sign("x") == key.sign("x");
        let name = |key| names.into_iter().find(|name| signs(key, name));
        let keys = keyring.projects()[0].keys().iter();
        keys.filter_map(name).collect()
    }

    #[test]
    fn secrets_of_a_project_have_uses_and_one_of_them_signs() {
        let short = PROJECT_LINES.replace("\"secret\"", "[\"secret\", \"token\"]");
        let config = read(&with("[[project]]", &short)).unwrap();
        assert_eq!(secrets(&config.keyring()), ["secret", TOKEN]);
        let head = "id = 1\nmethods = [\"qiwi-kz\"]\n[[project.secret]]\nfile = \"secret\"\n";
        let config = read(&with("[[project]]", head)).unwrap();
        assert_eq!(secrets(&config.keyring()), ["secret"]);
        let rotated = "use = \"past\"\n[[project.secret]]\nfile = \"other\"\nuse = \"verify\"\n\
            [[project.secret]]\nfile = \"token\"\nuse = \"sign\"\n";
        let config = read(&with("[[project]]", &format!("{head}{rotated}"))).unwrap();
        let accepted = [TOKEN, "another token of the tests of jetpay"];
        assert_eq!(secrets(&config.keyring()), accepted);
        assert_eq!(secrets(&config.keyring_with_past())[2..], ["secret"]);
        let rows = r#"
T | file = "secret" | use = "verify" => 6: project: no secret of this project signs; write use = "sign" in one [[project.secret]]
T | file = "secret" | use = "past"   => 6: project: no secret of this project signs
T | file = "secret" | use = "sign" | T | file = "token" | use = "sign"  => 12: project.secret: another secret of this project has use = "sign"
T | file = "secret" | T | file = "token" | use = "verify"               => 9: project.secret.use: it is missing, and the project has several
T | file = "secret" | use = "sign" | T | file = "secret" | use = "past" => 13: project.secret.file: this project has the same secret twice
T | file = "secret" | use = "old"         => 11: project.secret.use: there is no such word; write one of "sign", "verify", "past"
T | file = "secret" | env = "JETPAY_NO"   => 10: project.secret.file: env is set too; keep one of them
T | use = "sign"                          => 9: project.secret.env: env and file are missing
secret_file = "token" | T | file = "secret"       => 9: project.secret_file: this project has [[project.secret]] too
secret_file = "token" | T | file = "secret" | use = "past" => 9: project.secret_file: this project has [[project.secret]] too; write all
secret_env = [] | T | file = "secret"             => 9: project.secret_env: this project has [[project.secret]] too
"#;
        let rows = rows.replace("T |", "[[project.secret]] |");
        let rows = rows
            .replace("\n[", "\nHEAD | [")
            .replace("\nsecret", "\nHEAD | secret");
        assert_refused(
            "[[project]]",
            &rows.replace("HEAD", "id = 1 | methods = [\"qiwi-kz\"]"),
        );
    }

    #[test]
    fn secret_with_quotes_a_byte_order_mark_or_another_encoding_is_noticed() {
        let folder = folder();
        let path = folder.path().join("jetpay.toml");
        let project = PROJECT_LINES.replace("\"secret\"", "\"pasted\"");
        for (bytes, is_refused, what) in [
            (&b"\"pa55\"\n"[..], true, "has quotes around it"),
            (b"'pa55'", true, "has quotes around it"),
            ("„pa55“".as_bytes(), true, "has quotes around it"),
            ("‹pa55›".as_bytes(), true, "has quotes around it"),
            (b"A_B=pa55\n", false, "begins with a name and `=`"),
            (b"export A_B='pa55'", false, "begins with a name and `=`"),
            ("pa\u{200b}55".as_bytes(), false, "cannot be seen inside"),
            ("pa\u{a0}55".as_bytes(), false, "cannot be seen inside"),
            ("«pa55»\r\n".as_bytes(), true, "has quotes around it"),
            (b" \t\n", true, "the secret is empty"),
            (b"", true, "the secret is empty"),
            (b"\xef\xbb\xbf\n", true, "the secret is empty"),
            (b"pa55\xff", true, "the secret is not UTF-8"),
            (b"p\0a\0s\0s\0", true, "the file is UTF-16"),
            (b"\xff\xfep\0a\0", true, "the file is UTF-16"),
            (
                b"\xef\xbb\xbfpa55\n",
                false,
                "begins with a byte order mark",
            ),
            (b"pa55 \n", false, "has white space at an end"),
            (b"pa55\n\n", false, "has white space at an end"),
            (b"pa55\npa56\n", false, "a line break"),
            (b"PA_SS==\n", false, ""),
            (b"pa55\r\n", false, ""),
            (b"\"pa\"55", false, ""),
        ] {
            std::fs::write(folder.path().join("pasted"), bytes).unwrap();
            let config = Config::parse(&with("[[project]]", &project), &path, true);
            let said = match &config {
                Ok(config) => config.warnings.join("\n"),
                Err(problems) => problems.to_string(),
            };
            assert_eq!(config.is_err(), is_refused, "{bytes:?}\n{said}");
            let is_quiet = !is_refused && !said.contains("the secret ");
            let is_said =
                said.contains(what) && is_quiet == what.is_empty() && !said.contains("pa55");
            assert!(is_said, "{bytes:?}\n{said}");
            if what.contains("byte order mark") {
                let keyring = config.unwrap().keyring();
                let key = &keyring.projects()[0].keys()[0];
                assert_eq!(key.sign("x"), Key::new("pa55").unwrap().sign("x"));
            }
        }
    }

    #[test]
    fn secret_that_is_pasted_anywhere_is_never_shown() {
        let folder = folder();
        let path = folder.path().join("jetpay.toml");
        for secret in [
            "h7Kq_pasted-Secret/4711+",
            "h7Kqpasted4711",
            "H7KQPASTED4711",
            "4711aabbccddeeff00112233445566778899",
            "p@55 pasted 4711",
            "postgres://pasted:4711@",
            "pasted:4711",
        ] {
            let all = all_keys();
            for line in all.lines().filter(|line| line.contains('=')) {
                let (key, _) = line.split_once('=').unwrap();
                for value in [
                    format!("{secret:?}"),
                    format!("[{secret:?}]"),
                    secret.to_owned(),
                ] {
                    let text = all.replace(line, &format!("{key}= {value}"));
                    let found = Config::parse(&text, &path, false).err().expect(&text);
                    let found = found.to_string();
                    let is_shown = found.contains("4711") || found.contains("pasted");
                    assert!(!is_shown, "{key}= {value}\n{found}");
                }
            }
        }
    }
}
