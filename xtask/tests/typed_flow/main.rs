//! What the types forbid. Each case is a small program that is compiled twice: the right way must compile, the wrong way must
//! not.
//!
//! A case is a module with both ways, in the file of its subject in `cases/`. The wrong way is under `cfg(wrong)` with the
//! case's name, so nothing else differs and no error of another case hides its own. The case's lines `//! error:` are parts
//! of the errors that the compiler must report for the wrong way. It must report no others. Quote only as much of an error
//! as a newer compiler will keep.
//!
//! `trybuild` is not used: it builds all dependencies of this crate again, and it compares whole error texts, which change
//! with the compiler.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cargo_metadata::Message;

/// The packages that the cases use, beside `serde_json`.
const PACKAGES: [&str; 5] = [
    "jetpay-core",
    "jetpay-gate",
    "jetpay-kaspi",
    "jetpay-kassa24",
    "jetpay-qiwi-kz",
];

#[test]
fn wrong_ways_do_not_compile_and_their_twins_do() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/typed_flow/cases");
    let (compiler, mut count) = (Compiler::new(), 0);
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let right = compiler.errors(&file, None);
        assert!(
            right.is_empty(),
            "{} must compile: {right:#?}",
            file.display()
        );
        for (name, expected) in cases(&fs::read_to_string(&file).unwrap()) {
            assert!(!expected.is_empty(), "{name}: has no line `//! error:`");
            let wrong = compiler.errors(&file, Some(name));
            let is_of = |error: &String, part: &&str| error.contains(*part);
            let all_found = expected
                .iter()
                .all(|part| wrong.iter().any(|it| is_of(it, part)));
            let no_other = wrong
                .iter()
                .all(|it| expected.iter().any(|part| is_of(it, part)));
            assert!(
                all_found && no_other,
                "{name}: expected {expected:#?}, and the compiler says {wrong:#?}"
            );
            count += 1;
        }
    }
    assert!(count > 0, "there are no cases");
}

/// The cases of a file: their names, and the errors that they expect.
fn cases(source: &str) -> Vec<(&str, Vec<&str>)> {
    let mut cases = Vec::new();
    for line in source.lines() {
        let module = line.strip_prefix("pub mod ");
        if let Some(name) = module.and_then(|rest| rest.strip_suffix(" {")) {
            cases.push((name, Vec::new()));
        } else if let Some(error) = line.strip_prefix("    //! error: ") {
            let (_, expected) = cases.last_mut().expect("an error belongs to a case");
            expected.push(error);
        }
    }
    cases
}

/// The compiler, with the crates that cargo has checked for it.
struct Compiler {
    arguments: Vec<String>,
    out: tempfile::TempDir,
}

impl Compiler {
    fn new() -> Self {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let checked = cargo
            .args(["check", "--quiet", "--message-format=json"])
            .args(PACKAGES.map(|name| format!("--package={name}")))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo can be started");
        assert!(checked.status.success(), "cargo check failed");
        let mut arguments = Vec::new();
        for message in Message::parse_stream(checked.stdout.as_slice()) {
            let Message::CompilerArtifact(artifact) = message.unwrap() else {
                continue;
            };
            let name = artifact.target.name;
            let mut files = artifact.filenames.iter();
            let metadata = files.find(|file| file.extension() == Some("rmeta"));
            if let Some(file) = metadata
                && (name == "serde_json" || PACKAGES.contains(&name.replace('_', "-").as_str()))
            {
                let folder = file.with_file_name("");
                arguments.extend([
                    format!("--extern={name}={file}"),
                    format!("-Ldependency={folder}"),
                ]);
            }
        }
        assert_eq!(
            arguments.len(),
            2 * (PACKAGES.len() + 1),
            "cargo checked {arguments:?}"
        );
        let out = tempfile::tempdir().unwrap();
        Self { arguments, out }
    }

    /// The errors in a file, one line for each: with the wrong way of a case, or with none.
    fn errors(&self, file: &Path, wrong: Option<&str>) -> Vec<String> {
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        let output: Output = rustc
            .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
            .args(["--error-format=short", "--cap-lints=allow"])
            .args(&self.arguments)
            .args(wrong.map(|name| format!("--cfg=wrong=\"{name}\"")))
            .arg("--out-dir")
            .args([self.out.path(), file])
            .output()
            .expect("rustc can be started");
        let text = String::from_utf8_lossy(&output.stderr);
        let is_error = |line: &&str| line.contains(": error") && line.contains(".rs:");
        let errors: Vec<_> = text.lines().filter(is_error).map(str::to_owned).collect();
        assert_eq!(output.status.success(), errors.is_empty(), "{text}");
        errors
    }
}
