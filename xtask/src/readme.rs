//! The step `readme`: a reader of the README who copies its first `toml` block and its first `rust` block into an empty
//! package gets a program.

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
    outside::write(
        folder.path(),
        &program.manifest(&root, &outside::dev_profile()?),
    )?;
    let source = folder.path().join("src");
    fs::create_dir(&source)
        .and_then(|()| fs::write(source.join("main.rs"), program.source))
        .context("the program cannot be written")?;
    shell::run(&mut outside::cargo(folder.path(), "build"))?;
    println!("✓ the README's program builds with the README's dependencies");
    Ok(())
}

/// The two blocks.
#[derive(Debug)]
struct Program<'a> {
    dependencies: &'a str,
    source: &'a str,
}

impl<'a> Program<'a> {
    fn of(readme: &'a str) -> Result<Self> {
        let dependencies = first_block(readme, "toml").context("README.md has no toml block")?;
        ensure!(
            dependencies.starts_with("[dependencies]\n"),
            "the first toml block of README.md must be the [dependencies] of its first rust block"
        );
        let source = first_block(readme, "rust").context("README.md has no rust block")?;
        Ok(Self {
            dependencies,
            source,
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
}

/// The text of the first fenced block of a language. The word may have attributes: `rust,no_run`.
fn first_block<'a>(page: &'a str, language: &str) -> Option<&'a str> {
    let mut rest = page;
    loop {
        let (word, block) = rest.split_once("```")?.1.split_once('\n')?;
        let end = block.find("\n```").map(|at| at + 1)?;
        if word.split(',').next() == Some(language) {
            return Some(&block[..end]);
        }
        rest = &block[end + 3..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# Title\n\n```sh\ncargo run\n```\n\n```toml\n[dependencies]\njetpay-kaspi = { path = \"crates/jetpay-kaspi\" }\n\
        ```\n\n```rust,no_run\nfn main() {}\n```\n\n```toml\n[store]\n```\n\n```rust\nfn other() {}\n```\n";

    #[test]
    fn first_two_blocks_become_a_package_with_paths_into_the_checkout() {
        let program = Program::of(README).unwrap();
        assert_eq!(program.source, "fn main() {}\n");
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
    fn readme_whose_first_toml_block_is_a_configuration_is_refused() {
        let readme = README.replace("[dependencies]", "[store]");
        let error = Program::of(&readme).unwrap_err().to_string();
        assert!(error.contains("must be the [dependencies]"), "{error}");
    }

    #[test]
    fn readme_without_a_program_is_refused() {
        let error = Program::of(&README.replace("```rust", "```text")).unwrap_err();
        assert_eq!(error.to_string(), "README.md has no rust block");
    }
}
