//! The manifests beside the fixtures.

use serde::Deserialize;
use std::fs;
use std::path::PathBuf;

/// The folders of fixtures that have a manifest, one for each document and one for callbacks of no method.
pub const FOLDERS: [&str; 6] = [
    "kaspi",
    "kassa24",
    "kassa24-bvu",
    "cashin-kz",
    "qiwi-kz",
    "callbacks",
];

/// A folder of fixtures.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The folder's name.
    #[serde(skip)]
    pub folder: String,
    /// The document's title; none for callbacks of no method.
    pub document: Option<String>,
    /// How many JSON examples the document has.
    pub examples: usize,
    /// One row a file.
    #[serde(rename = "fixture")]
    pub fixtures: Vec<Fixture>,
}

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// The folder's name.
    #[serde(skip)]
    pub folder: String,
    /// The file's name.
    pub file: String,
    /// What kind of message it is.
    pub kind: Kind,
    /// Its number in the document, from 1.
    pub example: Option<usize>,
    /// The heading it stands under.
    pub section: Option<String>,
    /// Whether it is the document's text.
    pub text: Text,
    /// What was wrong in the document, and what stands here.
    pub correction: Option<String>,
    /// Says that the file carries a signature made with the test secret.
    pub signed: Option<String>,
    /// The placeholder that the document prints instead.
    pub document_signature: Option<String>,
    /// What reading it gives, in words.
    pub expect: String,
    /// What we send instead of this answer.
    pub divergence: Option<String>,
    /// What a fixture made by us is for.
    pub why: Option<String>,
}

/// What kind of message a fixture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are the manifest's words")]
pub enum Kind {
    VerifyRequest,
    VerifyAnswer,
    VerifyRefusal,
    CheckDepositRequest,
    CheckDepositAnswer,
    CheckDepositRefusal,
    Callback,
    PayoutRequest,
}

/// Whether a fixture is the document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// As it stands, but for white space and the signature.
    Verbatim,
    /// A mistake of the document is mended.
    Corrected,
    /// Made by us.
    Made,
}

impl Manifest {
    /// The manifest of a folder.
    ///
    /// # Panics
    /// When it is not there or not as described in `fixtures/README.md`.
    #[must_use]
    pub fn of(folder: &str) -> Self {
        let path = path(folder).join("manifest.toml");
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut manifest: Self =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        folder.clone_into(&mut manifest.folder);
        for fixture in &mut manifest.fixtures {
            folder.clone_into(&mut fixture.folder);
        }
        manifest
    }

    /// The row of a file.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn fixture(&self, file: &str) -> &Fixture {
        let row = self.fixtures.iter().find(|fixture| fixture.file == file);
        row.unwrap_or_else(|| {
            panic!(
                "fixtures/{}/manifest.toml has no row for {file}",
                self.folder
            )
        })
    }

    /// The JSON files that are in the folder, sorted.
    ///
    /// # Panics
    /// When the folder cannot be read.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(path(&self.folder)).expect("the folder of fixtures can be read");
        let files = entries.map(|entry| entry.expect("a directory entry").path());
        let json = files.filter(|file| file.extension().is_some_and(|ending| ending == "json"));
        let mut names: Vec<String> = json
            .filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()))
            .collect();
        names.sort();
        names
    }
}

impl Fixture {
    /// The file's bytes.
    ///
    /// # Panics
    /// When the file is not there.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let path = path(&self.folder).join(&self.file);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

fn path(folder: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "fixtures", folder]
        .iter()
        .collect()
}
