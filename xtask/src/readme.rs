//! The step `readme`: a reader of the README who copies its first `toml` block and its first `rust` block into an empty
//! package gets a program, and the second `rust` block is a unit test of that program.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::{outside, shell};

pub(crate) fn run() -> Result<()> {
    let root = shell::root();
    let readme = fs::read_to_string(root.join("README.md")).context("README.md cannot be read")?;
    let program = Program::of(&readme)?;
    outside::fetch()?;
    // A folder inside of the workspace would have its settings.
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let manifest = program.manifest(&root, &outside::dev_profile()?);
    outside::write(folder.path(), &manifest)?;
    let source = folder.path().join("src");
    fs::create_dir(&source).context("the program cannot be written")?;
    let main = source.join("main.rs");
    fs::write(&main, program.source).context("the program cannot be written")?;
    shell::run(&mut outside::cargo(folder.path(), "build"))?;
    // The test comes after the build, which must do without the feature `testing`.
    outside::write(
        folder.path(),
        &(manifest + &Program::dev_dependencies(&root)),
    )?;
    fs::write(&main, format!("{}\n{}", program.source, program.test))
        .context("the test cannot be written")?;
    shell::run(&mut outside::cargo(folder.path(), "test"))?;
    println!("✓ the README's program builds with the README's dependencies, and its test passes");
    Ok(())
}

/// The three blocks.
#[derive(Debug)]
struct Program<'a> {
    dependencies: &'a str,
    source: &'a str,
    test: &'a str,
}

impl<'a> Program<'a> {
    fn of(readme: &'a str) -> Result<Self> {
        let dependencies = blocks(readme, "toml")
            .next()
            .context("README.md has no toml block")?;
        ensure!(
            dependencies.starts_with("[dependencies]\n"),
            "the first toml block of README.md must be the [dependencies] of its first rust block"
        );
        let mut rust = blocks(readme, "rust");
        let source = rust.next().context("README.md has no rust block")?;
        let test = rust
            .next()
            .filter(|block| block.starts_with("#[test]\n"))
            .context("the second rust block of README.md must be a test of the first")?;
        Ok(Self {
            dependencies,
            source,
            test,
        })
    }

    /// A manifest with exactly these dependencies. Paths begin at the checkout.
    fn manifest(&self, root: &Path, profile: &str) -> String {
        let dependencies = self
            .dependencies
            .replace("path = \"", &format!("path = \"{}/", root.display()));
        format!(
            "[package]\nname = \"readme\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             {dependencies}\n[workspace]\n\n{profile}"
        )
    }

    /// What the text before the test says: the feature `testing` of the method's crate.
    fn dev_dependencies(root: &Path) -> String {
        let path = root.join("crates/jetpay-kaspi");
        format!(
            "\n[dev-dependencies]\njetpay-kaspi = {{ path = \"{}\", features = [\"testing\"] }}\n",
            path.display()
        )
    }
}

/// The texts of the fenced blocks of a language. The word may have attributes: `rust,no_run`.
fn blocks<'a>(page: &'a str, language: &str) -> impl Iterator<Item = &'a str> {
    let mut rest = page;
    let all = std::iter::from_fn(move || {
        let (word, block) = rest.split_once("```")?.1.split_once('\n')?;
        let end = block.find("\n```").map(|at| at + 1)?;
        rest = &block[end + 3..];
        Some((word, &block[..end]))
    });
    all.filter(move |(word, _)| word.split(',').next() == Some(language))
        .map(|(_, block)| block)
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# Title\n\n```sh\ncargo run\n```\n\n```toml\n[dependencies]\njetpay-kaspi = { path = \"crates/jetpay-kaspi\" }\n\
        ```\n\n```rust,no_run\nfn main() {}\n```\n\n```rust,ignore\n#[test]\nfn holds() {}\n```\n\n```toml\n[store]\n```\n\n\
        ```rust\nfn other() {}\n```\n";

    #[test]
    fn first_blocks_become_a_package_with_paths_into_the_checkout() {
        let program = Program::of(README).unwrap();
        assert_eq!(program.source, "fn main() {}\n");
        assert_eq!(program.test, "#[test]\nfn holds() {}\n");
        let manifest = program.manifest(Path::new("/checkout"), "[profile.dev]\ndebug = 1\n");
        let manifest: toml::Table = manifest.parse().unwrap();
        assert_eq!(
            manifest["dependencies"]["jetpay-kaspi"]["path"].as_str(),
            Some("/checkout/crates/jetpay-kaspi")
        );
        assert_eq!(manifest["dependencies"].as_table().unwrap().len(), 1);
        assert!(manifest["workspace"].is_table() && manifest["profile"].is_table());
    }

    #[test]
    fn readme_that_lacks_a_block_is_refused_with_what_it_must_have() {
        for (block, instead, expected) in [
            ("[dependencies]", "[store]", "must be the [dependencies]"),
            ("```rust", "```text", "README.md has no rust block"),
            ("#[test]", "", "must be a test of the first"),
        ] {
            let error = Program::of(&README.replace(block, instead)).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
