//! `jetpay explain`.

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

/// Explain why a signature matches or not.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[command(group = clap::ArgGroup::new("secrets").required(true))]
pub(super) struct Explain {
    /// What to read; standard input without it
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The environment variable that holds the project's secret; may be given several times
    #[arg(long, value_name = "NAME", group = "secrets")]
    secret_env: Vec<String>,
    /// The configuration, whose projects and secrets are all tried
    #[arg(long, value_name = "FILE", group = "secrets")]
    config: Option<PathBuf>,
    /// The string that the sender says it signed: it is held against the right one
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// Show the string to sign whole, value by value
    #[arg(long, short)]
    verbose: bool,
    /// Show lengths and types instead of values, so that the output can be handed on
    #[arg(long)]
    redact: bool,
    /// Show the signature that would be right; whoever sees it can send the body
    #[arg(long)]
    show_computed: bool,
    /// Write the explanation as JSON
    #[arg(long)]
    json: bool,
}

/// All that is known when it is shown.
struct Report<'a> {
    keys: &'a Keys,
    found: Found,
    explanation: Explanation,
    /// What `--compare` named.
    compared: Option<String>,
}

impl Report<'_> {
    /// What is odd about the body, as far as it still matters.
    fn notes(&self) -> Vec<String> {
        let matches = self.explanation.verdict == Verdict::Match;
        let doubts = self.found.doubts.iter().filter(|_| !matches);
        self.found.notes.iter().chain(doubts).cloned().collect()
    }
}

/// Also when it could not even be tried.
const UNREADABLE: u8 = 2;
/// More than any log line; a whole log is not one.
const LARGEST: u64 = 32 * 1024 * 1024;

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
    from.take(LARGEST + 1).read_to_end(&mut bytes)?;
    ensure!(
        bytes.len() as u64 <= LARGEST,
        "there are more than 32 MiB; give the one request or log line"
    );
    Ok(bytes)
}

/// The text of a file without the line end that editors add.
fn sender_string(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read {} as UTF-8", file.display()))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}
