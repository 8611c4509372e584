//! Fetching secrets from the environment or from files. Their text never gets into a message.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use zeroize::Zeroizing;

use super::problem::Collector;

/// One value, or a list of them during a rotation.
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

/// Where a secret is named in the configuration.
type Place<'a, T> = &'a Spanned<T>;

pub(super) fn from_env<T>(
    name: &str,
    place: Place<'_, T>,
    problems: &mut Collector<'_>,
) -> Option<Zeroizing<String>> {
    match std::env::var(name) {
        Ok(text) => checked(Zeroizing::new(text), place, problems),
        Err(std::env::VarError::NotPresent) => {
            problems.at(
                place,
                &format!("the environment variable {name} is not set; set it before the start"),
            );
            None
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            problems.at(
                place,
                &format!("the environment variable {name} is not UTF-8"),
            );
            None
        }
    }
}

/// The file's text without the line end that editors add.
pub(super) fn from_file<T>(
    path: &Path,
    folder: &Path,
    place: Place<'_, T>,
    problems: &mut Collector<'_>,
) -> Option<Zeroizing<String>> {
    let path = folder.join(path);
    match std::fs::read_to_string(&path).map(Zeroizing::new) {
        Ok(text) => {
            let text = text.strip_suffix('\n').map_or(text.as_str(), |line| {
                line.strip_suffix('\r').unwrap_or(line)
            });
            checked(Zeroizing::new(text.to_owned()), place, problems)
        }
        Err(error) => {
            problems.at(place, &format!("cannot read {}: {error}", path.display()));
            None
        }
    }
}

fn checked<T>(
    secret: Zeroizing<String>,
    place: Place<'_, T>,
    problems: &mut Collector<'_>,
) -> Option<Zeroizing<String>> {
    if secret.is_empty() {
        problems.at(place, "this secret is empty");
        return None;
    }
    if secret.trim().len() != secret.len() {
        problems.warn(
            place,
            "this secret begins or ends with white space, which counts; is that meant?",
        );
    }
    Some(secret)
}
