//! Problems of a configuration, with their lines.

use std::fmt;
use std::path::Path;

use toml::Spanned;

use super::secret::is_open_to_others;

/// All problems of a configuration, one line each: `file:line: what is wrong and what to do`.
#[derive(Debug)]
pub struct Problems(Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}

impl Problems {
    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self(vec![format!(
            "{}: {error}; name the configuration with --config FILE",
            path.display()
        )])
    }
}

/// Collects problems and warnings, which lets one run report all of them.
pub(super) struct Collector<'t> {
    path: &'t Path,
    text: &'t str,
    problems: Vec<String>,
    warnings: Vec<String>,
}

impl<'t> Collector<'t> {
    pub(super) fn new(path: &'t Path, text: &'t str) -> Self {
        Self {
            path,
            text,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Adds a problem at the line of a value.
    pub(super) fn at<T>(&mut self, value: &Spanned<T>, what: &str) {
        let line = self.line(value.span().start);
        self.problems
            .push(format!("{}:{line}: {what}", self.path.display()));
    }

    /// Adds a problem that has no line.
    pub(super) fn anywhere(&mut self, what: &str) {
        self.problems
            .push(format!("{}: {what}", self.path.display()));
    }

    /// Adds a warning at the line of a value.
    pub(super) fn warn<T>(&mut self, value: &Spanned<T>, what: &str) {
        let line = self.line(value.span().start);
        self.warnings
            .push(format!("{}:{line}: {what}", self.path.display()));
    }

    /// Adds a warning at the line of a value that holds a secret, if other users can read the configuration.
    pub(super) fn warn_if_readable<T>(&mut self, value: &Spanned<T>) {
        if is_open_to_others(self.path) {
            let path = self.path.display();
            let what = format!(
                "other users of this machine can read {path}, which has a password here: chmod 600 {path}, or name the \
                 URL with url_env or url_file"
            );
            self.warn(value, &what);
        }
    }

    /// Adds a warning that has no line.
    pub(super) fn warn_anywhere(&mut self, what: &str) {
        self.warnings
            .push(format!("{}: {what}", self.path.display()));
    }

    /// A collector of the same text, without problems.
    pub(super) fn fresh(&self) -> Self {
        Self::new(self.path, self.text)
    }

    /// Adds the problems of others.
    pub(super) fn extend(&mut self, others: Vec<Self>) {
        self.problems
            .extend(others.into_iter().flat_map(|other| other.problems));
    }

    /// The text is not TOML, a key is unknown, or a value has the wrong type.
    pub(super) fn syntax(&self, error: &toml::de::Error) -> Problems {
        let line = error.span().map_or(1, |span| self.line(span.start));
        Problems(vec![format!(
            "{}:{line}: {}",
            self.path.display(),
            error.message().trim_end()
        )])
    }

    /// The warnings, if there are no problems.
    pub(super) fn finish(self) -> Result<Vec<String>, Problems> {
        if self.problems.is_empty() {
            Ok(self.warnings)
        } else {
            Err(Problems(self.problems))
        }
    }

    fn line(&self, offset: usize) -> usize {
        self.text
            .bytes()
            .take(offset)
            .filter(|&byte| byte == b'\n')
            .count()
            + 1
    }
}
