//! What is wrong with a configuration, and where.

use std::fmt;
use std::path::Path;

use toml::Spanned;

/// Everything that is wrong, one line each: `file:line: what, and what to do`.
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

/// Collects problems while a file is looked through, so that one run tells them all.
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

    pub(super) fn at<T>(&mut self, place: &Spanned<T>, what: &str) {
        let line = self.line(place.span().start);
        self.problems
            .push(format!("{}:{line}: {what}", self.path.display()));
    }

    pub(super) fn anywhere(&mut self, what: &str) {
        self.problems
            .push(format!("{}: {what}", self.path.display()));
    }

    pub(super) fn warn<T>(&mut self, place: &Spanned<T>, what: &str) {
        let line = self.line(place.span().start);
        self.warnings
            .push(format!("{}:{line}: {what}", self.path.display()));
    }

    /// Not TOML, an unknown key, or a value of another type.
    pub(super) fn syntax(&self, error: &toml::de::Error) -> Problems {
        let line = error.span().map_or(1, |span| self.line(span.start));
        Problems(vec![format!(
            "{}:{line}: {}",
            self.path.display(),
            error.message().trim_end()
        )])
    }

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
