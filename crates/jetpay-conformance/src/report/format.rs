//! The file formats of a report.

use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use super::Report;

/// The format of a report. The extension of the file chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `.html`, for readers.
    Html,
    /// `.json`, for programs. `docs/conformance-report.schema.json` describes it.
    Json,
    /// `.xml`, the `JUnit` format that CI systems show.
    JUnit,
}

/// The extension of the file is not the extension of a format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a report is written as .html, .json or .xml (JUnit), but `{}` has none of these extensions", path.display())]
pub struct UnknownFormat {
    /// The file.
    pub path: PathBuf,
}

/// The report was not written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The extension of the file is not the extension of a format.
    #[error(transparent)]
    UnknownFormat(#[from] UnknownFormat),
    /// The file cannot be written.
    #[error("the report cannot be written to {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

impl Format {
    /// The format for a file name. The extension may be in upper case.
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
    /// Writes the report to a file, in the format for its name.
    ///
    /// # Errors
    /// [`WriteError`]: an unknown format, which [`Format::of`] also reports before a run, or a file that cannot be
    /// written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), WriteError> {
        let path = path.as_ref();
        let text = match Format::of(path)? {
            Format::Html => self.to_html(),
            Format::Json => self.to_json(),
            Format::JUnit => self.to_junit(),
        };
        fs::write(path, text).map_err(|source| {
            // An incomplete report is worse than none. If it cannot be removed either, the first error is enough.
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
