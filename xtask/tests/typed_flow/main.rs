//! What the types forbid. Each case is a small program that is compiled twice: the right way must compile, the wrong way must
//! not.
//!
//! A case is one file in `cases/` with both ways; the wrong one is under `cfg(wrong)`, so nothing else differs. Its lines
//! `//! error:` are parts of the errors that the compiler must report for the wrong way. It must report no others. Quote only
//! as much of an error as a newer compiler will keep.
//!
//! `trybuild` is not used: it builds all dependencies of this crate again, and it compares whole error texts, which change
//! with the compiler.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cargo_metadata::Message;

/// The crates that the cases may use.
const CRATES: [&str; 6] = [
    "jetpay_core",
    "jetpay_gate",
    "jetpay_kaspi",
    "jetpay_kassa24",
    "jetpay_qiwi_kz",
    "serde_json",
];

#[test]
fn wrong_ways_do_not_compile_and_their_twins_do() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/typed_flow/cases");
    let compiler = Compiler::new();
    let mut cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let case = entry.unwrap().path();
        let expected = expected_errors(&case);
        assert!(
            !expected.is_empty(),
            "{}: has no line `//! error:`",
            case.display()
        );

        let right = compiler.compile(&case, &[]);
        assert!(
            right.status.success(),
            "{} must compile:\n{}",
            case.display(),
            errors(&right).join("\n")
        );

        let wrong = errors(&compiler.compile(&case, &["--cfg", "wrong"]));
        let all_found = expected
            .iter()
            .all(|expected| wrong.iter().any(|error| error.contains(expected)));
        let no_other = wrong
            .iter()
            .all(|error| expected.iter().any(|expected| error.contains(expected)));
        assert!(
            all_found && no_other,
            "{}: expected {expected:#?}, and the compiler says {wrong:#?}",
            case.display()
        );
        cases += 1;
    }
    assert!(cases > 0, "there are no cases");
}

fn expected_errors(case: &Path) -> Vec<String> {
    let text = fs::read_to_string(case).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("//! error: "))
        .map(str::to_owned)
        .collect()
}

/// The errors of the compiler, one line for each.
fn errors(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines()
        .filter(|line| line.contains(": error") && line.contains(".rs:"))
        .map(str::to_owned)
        .collect()
}

/// The compiler, and the crates that cargo has checked for it.
struct Compiler {
    externs: BTreeMap<String, PathBuf>,
    out: tempfile::TempDir,
}

impl Compiler {
    fn new() -> Self {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args(["check", "--quiet", "--message-format=json"])
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        cargo.args([
            "--package=jetpay-core",
            "--package=jetpay-gate",
            "--package=jetpay-kaspi",
            "--package=jetpay-kassa24",
            "--package=jetpay-qiwi-kz",
        ]);
        let output = cargo
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo can be started");
        assert!(output.status.success(), "cargo check failed");
        let mut externs = BTreeMap::new();
        for message in Message::parse_stream(output.stdout.as_slice()) {
            let Message::CompilerArtifact(artifact) = message.unwrap() else {
                continue;
            };
            let metadata = artifact
                .filenames
                .iter()
                .find(|file| file.extension() == Some("rmeta"));
            if let Some(metadata) =
                metadata.filter(|_| CRATES.contains(&artifact.target.name.as_str()))
            {
                externs.insert(artifact.target.name, metadata.clone().into_std_path_buf());
            }
        }
        assert_eq!(
            externs.len(),
            CRATES.len(),
            "cargo checked {:?}",
            externs.keys()
        );
        Self {
            externs,
            out: tempfile::tempdir().unwrap(),
        }
    }

    fn compile(&self, case: &Path, more: &[&str]) -> Output {
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.args([
            "--edition=2024",
            "--crate-type=lib",
            "--emit=metadata",
            "--error-format=short",
            "--cap-lints=allow",
        ]);
        for (name, path) in &self.externs {
            rustc
                .arg("--extern")
                .arg(format!("{name}={}", path.display()));
            rustc
                .arg("-L")
                .arg(format!("dependency={}", path.with_file_name("").display()));
        }
        rustc
            .arg("--out-dir")
            .arg(self.out.path())
            .args(more)
            .arg(case)
            .output()
            .expect("rustc can be started")
    }
}
