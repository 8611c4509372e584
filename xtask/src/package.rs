//! The step `package`: the crates of the SDK become packages as they would be published, and the packages pass their tests.
//!
//! A package has other files and another manifest than its crate: dependencies by version instead of by path, no
//! dependencies on unpublished crates, and only the files that `include` names. So a crate that works here can still be a
//! package that does not compile, or that lacks its licence.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::Package;

use crate::{deps, outside, shell};

const PROBLEMS: &str = "problems with packages";
/// What each package must contain.
const FILES: [&str; 4] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "src/lib.rs"];

pub(crate) fn run() -> Result<()> {
    let metadata = shell::workspace()?;
    let published: Vec<&Package> = metadata
        .workspace_packages()
        .into_iter()
        .filter(|package| package.publish.is_none())
        .collect();
    let mut problems = unlike_the_sdk(&published);
    problems.extend(published.iter().flat_map(|package| incomplete(package)));
    shell::none_of(&problems, PROBLEMS)?;

    outside::fetch()?;
    let folder = outside::target().join("packages");
    pack(&folder, &published)?;
    let unpacked = unpack(&folder, &published)?;
    let problems: Vec<String> = unpacked
        .iter()
        .flat_map(|package| missing(package))
        .collect();
    shell::none_of(&problems, PROBLEMS)?;
    let workspace = folder.join("unpacked");
    outside::write(&workspace, &manifest(&unpacked, &outside::dev_profile()?))?;
    shell::run(outside::cargo(&workspace, "test").args(["--workspace", "--no-fail-fast"]))?;
    println!("✓ {} packages pass their tests", unpacked.len());
    Ok(())
}

/// Names crates of the SDK that are not published, and published crates that are not of the SDK.
fn unlike_the_sdk(published: &[&Package]) -> Vec<String> {
    let published: BTreeSet<&str> = published.iter().map(|it| it.name.as_str()).collect();
    let sdk: BTreeSet<&str> = deps::sdk().collect();
    let absent = sdk
        .difference(&published)
        .map(|name| format!("{name} is a crate of the SDK: its manifest needs `publish = true`"));
    let beyond = published
        .difference(&sdk)
        .map(|name| format!("{name} is no crate of the SDK: it needs `publish = false`"));
    absent.chain(beyond).collect()
}

/// Names what the manifest of a published crate lacks. A link to the repository is not asked for: it has no address yet.
fn incomplete(package: &Package) -> Vec<String> {
    let says = [
        (package.description.is_some(), "description"),
        (package.license.is_some(), "license"),
        (!package.keywords.is_empty(), "keywords"),
        (!package.categories.is_empty(), "categories"),
        (package.readme.is_some(), "readme"),
        (package.rust_version.is_some(), "rust-version"),
        (
            package.metadata["docs"]["rs"]["all-features"] == true,
            "package.metadata.docs.rs.all-features",
        ),
    ];
    let lacks = says.into_iter().filter(|(there, _)| !there);
    lacks
        .map(|(_, key)| format!("{}: its manifest lacks `{key}`", package.name))
        .collect()
}

/// Makes all packages with one command: only then does cargo find the ones that depend on each other. It needs cargo 1.90.
fn pack(folder: &Path, published: &[&Package]) -> Result<()> {
    let mut command = outside::cargo(&shell::root(), "package");
    // The tests of the packages verify more than a build would. A checkout with changes is packed as it is.
    command
        .args(["--no-verify", "--allow-dirty", "--target-dir"])
        .arg(folder);
    for package in published {
        command.args(["--package", &package.name]);
    }
    shell::run(&mut command)
}

/// Unpacks all packages into the folder `unpacked`.
fn unpack(folder: &Path, published: &[&Package]) -> Result<Vec<PathBuf>> {
    let into = folder.join("unpacked");
    if into.exists() {
        fs::remove_dir_all(&into).context("the unpacked packages of an earlier run stay")?;
    }
    fs::create_dir_all(&into).context("the folder of packages cannot be made")?;
    let mut unpacked = Vec::new();
    for package in published {
        let name = format!("{}-{}", package.name, package.version);
        let archive = folder.join("package").join(format!("{name}.crate"));
        // In a package all files are equally old. With `-m` they are new, and cargo sees that they changed.
        let mut tar = Command::new("tar");
        tar.arg("-xmzf").arg(&archive).arg("-C").arg(&into);
        let done = tar.status().context("tar cannot be started")?;
        if !done.success() {
            bail!("{} cannot be unpacked", archive.display());
        }
        unpacked.push(into.join(name));
    }
    Ok(unpacked)
}

/// Names files that an unpacked package lacks.
fn missing(package: &Path) -> Vec<String> {
    let lacks = FILES.iter().filter(|file| !package.join(file).is_file());
    lacks
        .map(|file| format!("{}: lacks {file}", package.display()))
        .collect()
}

/// A workspace of the unpacked packages. They name each other by version, as if they came from crates.io.
fn manifest(unpacked: &[PathBuf], profile: &str) -> String {
    let mut manifest = "[workspace]\nresolver = \"3\"\nmembers = [\n".to_owned();
    let names = unpacked
        .iter()
        .filter_map(|path| path.file_name()?.to_str());
    let names: Vec<&str> = names.collect();
    for name in &names {
        let _ = writeln!(manifest, "    \"{name}\",");
    }
    manifest.push_str("]\n\n[patch.crates-io]\n");
    for name in &names {
        if let Some((package, _)) = name.rsplit_once('-') {
            let _ = writeln!(manifest, "{package} = {{ path = \"{name}\" }}");
        }
    }
    manifest + "\n" + profile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacked_packages_find_each_other() {
        let unpacked = ["a-0.1.0", "a-b-0.1.0"].map(PathBuf::from);
        let manifest: toml::Table = manifest(&unpacked, "[profile.dev]\ndebug = 1\n")
            .parse()
            .unwrap();
        let patch = &manifest["patch"]["crates-io"];
        assert_eq!(patch["a"]["path"].as_str(), Some("a-0.1.0"));
        assert_eq!(patch["a-b"]["path"].as_str(), Some("a-b-0.1.0"));
        assert_eq!(
            manifest["workspace"]["members"].as_array().unwrap().len(),
            2
        );
        assert!(manifest["profile"]["dev"].is_table());
    }

    #[test]
    fn package_without_its_licence_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        for file in ["README.md", "LICENSE-MIT", "src/lib.rs"] {
            fs::write(folder.path().join(file), "").unwrap();
        }
        let problems = missing(folder.path());
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].ends_with("lacks LICENSE-APACHE"),
            "{problems:?}"
        );
    }

    #[test]
    fn crate_of_the_sdk_that_is_not_published_is_reported() {
        let problems = unlike_the_sdk(&[]);
        assert_eq!(problems.len(), deps::sdk().count());
        assert!(
            problems[0].contains("needs `publish = true`"),
            "{problems:?}"
        );
    }
}
