//! `jetpay explain`: why a signature matches or does not match.

mod input;
mod json;
mod keys;
mod show;

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Args;
use jetpay_explain::{Explanation, Verdict};

use super::write;
use input::Found;
use keys::Keys;

#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[command(group = clap::ArgGroup::new("secrets").required(true))]
pub(super) struct Explain {
    /// The file to read; without it, standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The environment variable that holds the project's secret; repeat the option to try several secrets
    #[arg(long, value_name = "NAME", group = "secrets")]
    secret_env: Vec<String>,
    /// The configuration; the secrets of all its projects are tried
    #[arg(long, value_name = "FILE", group = "secrets")]
    config: Option<PathBuf>,
    /// A file with the string that the sender signed; it is compared with the right one
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// Show the whole string to sign, value by value
    #[arg(long, short)]
    verbose: bool,
    /// Show lengths and types instead of values; use it for output that you send to others
    #[arg(long)]
    redact: bool,
    /// Show the right signature; anyone who sees it can send the body
    #[arg(long)]
    show_computed: bool,
    /// Write the explanation as JSON
    #[arg(long)]
    json: bool,
}

/// The results that are shown.
struct Report<'a> {
    keys: &'a Keys,
    found: Found,
    explanation: Explanation,
    /// The text of the `--compare` file.
    compared: Option<String>,
}

impl Report<'_> {
    /// Remarks about the body. When the signature matches, doubts about its bytes are settled.
    fn notes(&self) -> Vec<String> {
        let matches = self.explanation.verdict == Verdict::Match;
        let doubts = self.found.doubts.iter().filter(|_| !matches);
        self.found.notes.iter().chain(doubts).cloned().collect()
    }
}

/// The exit code when the body cannot be read, or when the command cannot run.
const UNREADABLE: u8 = 2;
/// The largest input in bytes: more than any log line.
const MAX_INPUT: u64 = 32 * 1024 * 1024;

impl Explain {
    pub(super) fn run(&self) -> ExitCode {
        self.explain().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            ExitCode::from(UNREADABLE)
        })
    }

    fn explain(&self) -> anyhow::Result<ExitCode> {
        let keys = match &self.config {
            Some(config) => Keys::of_config(config)?,
            None => Keys::of_environment(&self.secret_env)?,
        };
        let input = self.input()?;
        let compared = self.compare.as_deref().map(sender_string).transpose()?;
        let found = match input::find(&input) {
            Ok(found) => found,
            Err(nothing) if self.json => {
                write(&json::nothing(&nothing.to_string())?)?;
                return Ok(ExitCode::from(UNREADABLE));
            }
            Err(nothing) => return Err(nothing),
        };
        let report = Report {
            keys: &keys,
            explanation: keys.explain(&found.body),
            found,
            compared,
        };
        write(&if self.json {
            json::report(self, &report)?
        } else {
            show::report(self, &report)
        })?;
        Ok(match report.explanation.verdict {
            Verdict::Match => ExitCode::SUCCESS,
            Verdict::Mismatch => ExitCode::FAILURE,
            Verdict::Unreadable => ExitCode::from(UNREADABLE),
        })
    }

    fn input(&self) -> anyhow::Result<Vec<u8>> {
        if let Some(file) = self.file.as_deref().filter(|file| *file != Path::new("-")) {
            let named = || format!("cannot read {}", file.display());
            let mut opened = std::fs::File::open(file).with_context(named)?;
            return read(&mut opened).with_context(named);
        }
        if std::io::stdin().is_terminal() {
            eprintln!("Paste a body, an HTTP request or a log line, then Ctrl-D:");
        }
        read(&mut std::io::stdin().lock()).context("cannot read standard input")
    }
}

fn read(from: &mut dyn Read) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MAX_INPUT + 1).read_to_end(&mut bytes)?;
    ensure!(
        bytes.len() as u64 <= MAX_INPUT,
        "the input is larger than 32 MiB; give only the request or the log line"
    );
    Ok(bytes)
}

/// The text of the `--compare` file, without the line end that editors add.
fn sender_string(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read {} as UTF-8", file.display()))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}
