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

/// One case: the module in the file of its subject.
struct Case {
    name: String,
    expected: Vec<String>,
}

#[test]
fn wrong_ways_do_not_compile_and_their_twins_do() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/typed_flow/cases");
    let compiler = Compiler::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let right = compiler.compile(&file, &[]);
        assert!(
            right.status.success(),
            "{} must compile:\n{}",
            file.display(),
            errors(&right).join("\n")
        );
        for Case { name, expected } in cases(&file) {
            assert!(!expected.is_empty(), "{name}: has no line `//! error:`");
            let way = format!("wrong=\"{name}\"");
            let wrong = errors(&compiler.compile(&file, &["--cfg", &way]));
            let all_found = expected
                .iter()
                .all(|expected| wrong.iter().any(|error| error.contains(expected)));
            let no_other = wrong
                .iter()
                .all(|error| expected.iter().any(|expected| error.contains(expected)));
            assert!(
                all_found && no_other,
                "{name}: expected {expected:#?}, and the compiler says {wrong:#?}"
            );
            count += 1;
        }
    }
    assert!(count > 0, "there are no cases");
}

/// The cases of a file.
fn cases(file: &Path) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in fs::read_to_string(file).unwrap().lines() {
        let module = line.strip_prefix("pub mod ");
        if let Some(name) = module.and_then(|rest| rest.strip_suffix(" {")) {
            cases.push(Case {
                name: name.to_owned(),
                expected: Vec::new(),
            });
        } else if let Some(error) = line.strip_prefix("    //! error: ") {
            let case = cases.last_mut().expect("an error belongs to a case");
            case.expected.push(error.to_owned());
        }
    }
    cases
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

    fn compile(&self, file: &Path, more: &[&str]) -> Output {
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
            .arg(file)
            .output()
            .expect("rustc can be started")
    }
}
