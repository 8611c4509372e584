//! What stands below each crate of the workspace, by name.
//!
//! Asked of `cargo tree`, one crate at a time: `cargo metadata` gives one graph for all, in which a crate has the
//! optional dependencies that somebody else turns on. Dependencies of tests and of build scripts are left out, those
//! of every platform are in.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use cargo_metadata::MetadataCommand;

use crate::shell;

/// The names from a crate of ours, which comes first, down to a dependency.
pub(crate) type Way = Vec<String>;

#[derive(Default)]
pub(crate) struct Graph {
    ways: BTreeMap<String, Vec<Way>>,
}

impl Graph {
    pub(crate) fn of_workspace() -> Result<Self> {
        let metadata = MetadataCommand::new()
            .current_dir(shell::root())
            .no_deps()
            .exec()
            .context("cargo metadata failed")?;
        let mut graph = Self::default();
        for package in metadata.workspace_packages() {
            graph.add(&tree(&package.name)?);
        }
        Ok(graph)
    }

    /// Adds a crate of ours by its tree, as [`tree`] gives it.
    pub(crate) fn add(&mut self, tree: &str) {
        let mut way = Way::new();
        let mut ways = Vec::new();
        for line in tree.lines() {
            let mut words = line.split_whitespace();
            let (Some(depth), Some(name)) = (
                words.next().and_then(|depth| depth.parse().ok()),
                words.next(),
            ) else {
                continue;
            };
            way.truncate(depth);
            way.push(name.to_owned());
            ways.push(way.clone());
        }
        if let Some(own) = ways.first().and_then(|way| way.first()).cloned() {
            self.ways.insert(own, ways.split_off(1));
        }
    }

    /// The crates of the workspace.
    pub(crate) fn members(&self) -> impl Iterator<Item = &str> {
        self.ways.keys().map(String::as_str)
    }

    pub(crate) fn is_member(&self, name: &str) -> bool {
        self.ways.contains_key(name)
    }

    /// A way to everything below a crate of ours.
    pub(crate) fn ways_below(&self, name: &str) -> &[Way] {
        self.ways.get(name).map_or(&[], Vec::as_slice)
    }
}

/// One line a dependency: its depth and its name, with more behind.
fn tree(name: &str) -> Result<String> {
    let output = shell::cargo()
        .args([
            "tree",
            "--edges",
            "normal",
            "--target",
            "all",
            "--prefix",
            "depth",
            "--format",
            " {p}",
            "--package",
            name,
        ])
        .output()
        .context("cargo cannot be started")?;
    if !output.status.success() {
        bail!(
            "`cargo tree --package {name}` failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    String::from_utf8(output.stdout).context("cargo tree printed what is not text")
}
