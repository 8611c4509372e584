//! The files that a report can be written to.

use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use super::Report;

/// What a report is written as; the name of the file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `.html`: for people.
    Html,
    /// `.json`: for programs; `docs/conformance-report.schema.json` describes it.
    Json,
    /// `.xml`: `JUnit`'s, which continuous integration shows.
    JUnit,
}

/// The name of a file does not say what to write into it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a report is written as .html, .json or .xml (JUnit), and `{}` ends in none of them", path.display())]
pub struct UnknownFormat {
    /// The file.
    pub path: PathBuf,
}

/// A report was not written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The name of the file does not say what to write.
    #[error(transparent)]
    UnknownFormat(#[from] UnknownFormat),
    /// The file cannot be written.
    #[error("the report cannot be written to {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Format {
    /// What a file of this name holds: its extension says it, in capitals too.
    ///
    /// ```
    /// use jetpay_conformance::Format;
    ///
    /// assert_eq!(Format::of("report.html"), Ok(Format::Html));
    /// assert!(Format::of("report.pdf").is_err());
    /// ```
    ///
    /// # Errors
    /// [`UnknownFormat`].
    pub fn of(path: impl AsRef<Path>) -> Result<Self, UnknownFormat> {
        let path = path.as_ref();
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        match extension.to_str() {
            Some("html") => Ok(Self::Html),
            Some("json") => Ok(Self::Json),
            Some("xml") => Ok(Self::JUnit),
            _ => Err(UnknownFormat { path: path.into() }),
        }
    }
}

impl Report {
    /// Writes it to a file, as what the file's name says.
    ///
    /// # Errors
    /// [`WriteError`]: a name that says nothing ([`Format::of`] tells before a run), or a file that cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), WriteError> {
        let path = path.as_ref();
        let text = match Format::of(path)? {
            Format::Html => self.to_html(),
            Format::Json => self.to_json(),
            Format::JUnit => self.to_junit(),
        };
        fs::write(path, text).map_err(|source| {
            // Half a report is worse than none; when it cannot be removed either, the error says enough.
            let _ = fs::remove_file(path);
            WriteError::Io {
                path: path.into(),
                source,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn name_of_a_file_says_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for (name, begin) in [
            ("a.html", "<!DOCTYPE html>"),
            ("a.JSON", "{\n"),
            ("a.xml", "<?xml"),
        ] {
            let path = folder.path().join(name);
            sample::report().write(&path).unwrap();
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with(begin), "{name}: {text}");
        }
    }

    #[test]
    fn other_names_are_refused_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.pdf");
        let error = sample::report().write(&path).unwrap_err().to_string();
        assert!(error.contains(".html, .json or .xml"), "{error}");
        assert!(!path.exists());
        assert!(Format::of("html").is_err());
    }

    #[test]
    fn file_that_cannot_be_written_is_named() {
        let error = sample::report().write("/nowhere/at/all.json").unwrap_err();
        assert!(
            error.to_string().contains("/nowhere/at/all.json"),
            "{error}"
        );
    }
}
