//! The step `features`: what a merchant's other crates switch on in `serde_json` does not change what is signed.
//!
//! Features add up over a whole workspace, so the test needs a package outside of this one.

use std::fs;

use anyhow::{Context, Result};

use crate::{outside, shell};

/// Shows that the features are on: without them, one of these numbers is refused, and keys come back sorted.
const SWITCHED_ON: &str = r##"
use serde_json::Value;

#[test]
fn features_are_on() {
    assert_eq!(serde_json::from_str::<Value>("1e999").unwrap().to_string(), "1e+999");
    assert_eq!(serde_json::from_str::<Value>(r#"{"b":1,"a":2}"#).unwrap().to_string(), r#"{"b":1,"a":2}"#);
    let mut json = serde_json::Deserializer::from_str("[]");
    json.disable_recursion_limit();
}

#[test]
fn fraction_is_signed_as_a_number() {
    let text = |body: &[u8]| jetpay_core::signature::Canonical::parse(body).map(|it| it.string_to_sign().to_owned());
    assert_eq!(text(br#"{"rate":1.5,"a":1e3}"#).unwrap(), "a:1000;rate:1.5");
    for refused in ["-0", "1e999", "-0.0"] {
        assert!(text(format!("{{\"a\":{refused}}}").as_bytes()).is_err(), "{refused}");
    }
}
"##;

/// The tests of jetpay-core that read bodies.
const TESTS: [&str; 4] = ["vectors", "attacks", "harmless", "forgeries"];

pub(crate) fn run() -> Result<()> {
    let root = shell::root();
    outside::fetch()?;
    let folder = tempfile::tempdir().context("no temporary folder")?;
    // The tests look for the fixtures two folders above their package.
    let package = folder.path().join("crates/features");
    let core = root.join("crates/jetpay-core");
    fs::create_dir_all(package.join("tests"))
        .and_then(|()| fs::write(package.join("tests/switched_on.rs"), SWITCHED_ON))
        .and_then(|()| {
            std::os::unix::fs::symlink(root.join("fixtures"), folder.path().join("fixtures"))
        })
        .context("the package cannot be written")?;
    let tests = TESTS.map(|name| {
        format!(
            "[[test]]\nname = \"{name}\"\npath = \"{}/tests/{name}.rs\"\n",
            core.display()
        )
    });
    let manifest = format!(
        "[package]\nname = \"features\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [lib]\npath = \"lib.rs\"\n\n\
         [dev-dependencies]\njetpay-core = {{ path = \"{}\" }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         serde_json = {{ version = \"1\", features = [\"arbitrary_precision\", \"preserve_order\", \"unbounded_depth\"] }}\n\n\
         [[test]]\nname = \"switched_on\"\npath = \"tests/switched_on.rs\"\n{}\n[workspace]\n\n{}",
        core.display(),
        tests.concat(),
        outside::dev_profile()?
    );
    outside::write(&package, &manifest)?;
    fs::write(package.join("lib.rs"), "").context("the package cannot be written")?;
    shell::run(&mut outside::cargo(&package, "test"))?;
    println!("✓ what is signed does not depend on the features of serde_json");
    Ok(())
}
