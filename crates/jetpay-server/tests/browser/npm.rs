//! What these tests have from npm: axe-core, which finds barriers, and html-validate. `node/package-lock.json` pins them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use serde_json::Value;

/// The folder of the lock file.
const PINNED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/node");

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The target folder of the workspace.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("")
}

/// Where `npm ci` puts them.
fn installed() -> PathBuf {
    target().join("pages-node")
}

/// What is missing, and the command that installs it.
pub(crate) fn missing() -> Option<String> {
    let lock = |folder: &Path| fs::read(folder.join("package-lock.json"));
    let is_pinned = |lock_of: io::Result<Vec<u8>>| lock_of.ok() == lock(Path::new(PINNED)).ok();
    let is_there = is_pinned(lock(&installed())) && axe_file().is_file();
    (!is_there).then(|| {
        let folder = installed();
        let folder = folder.display();
        format!(
            "axe-core and html-validate are not in {folder}: mkdir -p {folder} && cp {PINNED}/package*.json {folder} && \
             npm ci --ignore-scripts --prefix {folder}"
        )
    })
}

fn axe_file() -> PathBuf {
    installed().join("node_modules/axe-core/axe.min.js")
}

/// The script axe-core.
pub(crate) fn axe() -> String {
    fs::read_to_string(axe_file()).unwrap()
}

/// What html-validate finds in the HTML files of a folder.
pub(crate) fn invalid_html(folder: &Path) -> Vec<String> {
    let program = installed().join("node_modules/html-validate/bin/html-validate.mjs");
    let config = Path::new(PINNED).join("html-validate.json");
    let mut node = Command::new("node");
    node.arg(program).arg("--config").arg(config);
    node.args(["--formatter", "json"]).arg(folder);
    let output = node.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let files: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("html-validate: {error}: {errors}"));
    let files = files.as_array().unwrap().iter();
    let found = files.flat_map(|file| {
        let name = file["filePath"].as_str().unwrap_or_default();
        let name = Path::new(name).file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let messages = file["messages"].as_array().unwrap().iter();
        messages.map(move |it| {
            format!(
                "{name}:{}:{}: {}: {}",
                it["line"], it["column"], it["ruleId"], it["message"]
            )
        })
    });
    found.collect()
}
