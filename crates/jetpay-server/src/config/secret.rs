//! Secrets from environment variables or files. No message contains their text.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use zeroize::Zeroizing;

use super::problem::Collector;

/// One value, or a list of values while a secret is being rotated.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a name, or a list of names")]
pub(super) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(super) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// The secret in an environment variable. Problems are reported at `value`, which names the variable.
pub(super) fn from_env<T>(
    name: &str,
    value: &Spanned<T>,
    problems: &mut Collector<'_>,
) -> Option<Zeroizing<String>> {
    match std::env::var(name) {
        Ok(text) => checked(Zeroizing::new(text), value, problems),
        Err(std::env::VarError::NotPresent) => {
            problems.at(
                value,
                &format!("the environment variable {name} is not set; set it before the start"),
            );
            None
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            problems.at(
                value,
                &format!("the environment variable {name} is not UTF-8"),
            );
            None
        }
    }
}

/// The secret in a file, without the line end that editors add. Problems are reported at `value`, which names the file.
pub(super) fn from_file<T>(
    path: &Path,
    folder: &Path,
    value: &Spanned<T>,
    problems: &mut Collector<'_>,
) -> Option<Zeroizing<String>> {
    let path = folder.join(path);
    if is_open_to_others(&path) {
        problems.warn(
            value,
            &format!(
                "other users of this machine can read {0}: chmod 600 {0}",
                path.display()
            ),
        );
    }
    match std::fs::read_to_string(&path).map(Zeroizing::new) {
        Ok(text) => {
            let text = text.strip_suffix('\n').map_or(text.as_str(), |line| {
                line.strip_suffix('\r').unwrap_or(line)
            });
            checked(Zeroizing::new(text.to_owned()), value, problems)
        }
        Err(error) => {
            problems.at(value, &format!("cannot read {}: {error}", path.display()));
            None
        }
    }
}

/// Whether the file's group, or everyone, may read it.
pub(super) fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o044 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

fn checked<T>(
    secret: Zeroizing<String>,
    value: &Spanned<T>,
    problems: &mut Collector<'_>,
) -> Option<Zeroizing<String>> {
    if secret.is_empty() {
        problems.at(value, "this secret is empty");
        return None;
    }
    if secret.trim().len() != secret.len() {
        problems.warn(
            value,
            "this secret begins or ends with white space, which is part of the secret; is that intended?",
        );
    }
    Some(secret)
}
