//! The fixtures: the JSON examples of the platform's documents as files, a manifest for each folder, and the text of a
//! fixture for its snapshot.

use std::fs;
use std::path::{Path, PathBuf};

use jetpay_core::message::{Received, Request};
use jetpay_core::{Keyring, Method, Project};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All fixtures are signed with this secret.
pub const SECRET: &str = "secret";

/// The folders that have a manifest: one for each document, and one for callbacks that belong to no document.
pub const FOLDERS: [&str; 6] = [
    "kaspi",
    "kassa24",
    "kassa24-bvu",
    "cashin-kz",
    "qiwi-kz",
    "callbacks",
];

/// The folder of messages that an endpoint must refuse. It has a manifest, too.
pub const BAD_INPUT: &str = "bad-input";

/// The manifest of a folder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The folder's name.
    #[serde(skip)]
    pub folder: String,
    /// The title of the document. `None` in the folder of callbacks that belong to no document.
    pub document: Option<String>,
    /// The number of JSON examples in the document.
    pub examples: usize,
    /// One row for each file.
    #[serde(rename = "fixture")]
    pub fixtures: Vec<Fixture>,
}

/// The row of one file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// The folder's name.
    #[serde(skip)]
    pub folder: String,
    /// The file's name.
    pub file: String,
    /// The kind of message.
    pub kind: Kind,
    /// The number of the example in the document, from 1.
    pub example: Option<usize>,
    /// The heading in the document.
    pub section: Option<String>,
    /// Whether the file has the text of the document.
    pub text: Text,
    /// The mistake in the document, and how the file corrects it.
    pub correction: Option<String>,
    /// How the file was signed with the test secret.
    pub signed: Option<String>,
    /// The placeholder that the document prints in place of a signature.
    pub document_signature: Option<String>,
    /// The expected result of reading the file, in words.
    pub expect: String,
    /// How our own answer differs from this one.
    pub divergence: Option<String>,
    /// Why we made this fixture.
    pub why: Option<String>,
}

/// The kind of message of a fixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are the words of the manifests")]
pub enum Kind {
    VerifyRequest,
    VerifyAnswer,
    VerifyRefusal,
    CheckDepositRequest,
    CheckDepositAnswer,
    CheckDepositRefusal,
    Callback,
    PayoutRequest,
    BadInput,
}

impl Kind {
    /// Whether it is what a merchant answers.
    #[must_use]
    pub fn is_answer(self) -> bool {
        matches!(
            self,
            Self::VerifyAnswer
                | Self::VerifyRefusal
                | Self::CheckDepositAnswer
                | Self::CheckDepositRefusal
        )
    }
}

/// The origin of a fixture's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// The text of the document. Only white space and the signature differ.
    Verbatim,
    /// The text of the document, with a mistake corrected.
    Corrected,
    /// Made by us.
    Made,
}

impl Manifest {
    /// Reads the manifest of a folder.
    ///
    /// # Panics
    /// When the manifest is missing or differs from the form in `fixtures/README.md`.
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
    /// When the manifest has no row for the file.
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

    /// The names of the JSON files in the folder, sorted.
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
    /// The row of a file, by its path.
    ///
    /// # Panics
    /// When the path is not that of a fixture.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        let mut names = path.iter().rev().map(|name| name.to_string_lossy());
        let [file, folder] = [(); 2].map(|()| names.next().unwrap_or_default());
        let mut rows = Manifest::of(&folder).fixtures.into_iter();
        rows.find(|row| row.file == file)
            .unwrap_or_else(|| panic!("fixtures/{folder}/manifest.toml has no row for {file}"))
    }

    /// The bytes of the file.
    ///
    /// # Panics
    /// When the file cannot be read.
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

/// A keyring with the projects that occur in the documents' examples, each with the test secret.
///
/// # Panics
/// Never.
#[must_use]
pub fn fixture_keyring() -> Keyring {
    let projects = [35_u64, 111, 238, 1234]
        .map(|id| Project::new(id, SECRET).expect("the test secret is not empty"));
    Keyring::new(projects).expect("four projects")
}

/// Reads a fixture as JSON.
///
/// # Panics
/// When the fixture is missing or is not JSON.
#[must_use]
pub fn json(folder: &str, file: &str) -> Value {
    serde_json::from_slice(&Manifest::of(folder).fixture(file).body()).expect("a fixture is JSON")
}

/// The text for the snapshot of a fixture. A request or callback is read as a message to the method `M`. For an answer of
/// the platform's document, `ours` makes our answer from the fixture's file name, as JSON; the two must be equal, unless the
/// manifest says how they differ.
///
/// # Panics
/// When the fixture belongs to another document, when its signature does not match, or when our answer is not the document's.
#[must_use]
pub fn snapshot<M: Method<CheckDeposit: Serialize>>(
    path: &Path,
    ours: impl FnOnce(&str) -> String,
) -> String {
    let fixture = Fixture::at(path);
    if let Some(document) = Manifest::of(&fixture.folder).document {
        assert_eq!(document, M::DOCUMENT, "the document of the method");
    }
    let text = match fixture.kind {
        Kind::PayoutRequest | Kind::BadInput => panic!("{} is no such message", fixture.file),
        answer if answer.is_answer() => made(&fixture, ours(&fixture.file)),
        _ => read::<M>(&fixture),
    };
    format!("{}\n\n{text}", fixture.expect)
}

fn read<M: Method<CheckDeposit: Serialize>>(fixture: &Fixture) -> String {
    let (body, keyring) = (fixture.body(), fixture_keyring());
    let received =
        Received::parse(&body).unwrap_or_else(|error| panic!("{}: {error}", fixture.file));
    let message = received
        .authenticate(&keyring)
        .unwrap_or_else(|error| panic!("{}: {error}", fixture.file));
    match message.read::<M>() {
        Ok(Request::Verify(request)) => pretty(&request),
        Ok(Request::CheckDeposit(request)) => pretty(&request),
        Ok(Request::Callback(callback)) => pretty(&callback),
        Err(rejection) => format!("refused: {rejection}"),
    }
}

fn made(fixture: &Fixture, ours: String) -> String {
    let value = |text: &[u8]| serde_json::from_slice::<Value>(text).expect("an answer is JSON");
    let equal = value(ours.as_bytes()) == value(&fixture.body());
    let file = &fixture.file;
    match &fixture.divergence {
        None => assert!(equal, "{file}: ours differs from the document's:\n{ours}"),
        Some(how) => assert!(
            !equal,
            "{file}: ours is the document's, and the manifest says: {how}"
        ),
    }
    ours
}

/// A value as JSON, with its fields in their order.
///
/// # Panics
/// When the value cannot be written as JSON.
#[must_use]
pub fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("the value can be written")
}
