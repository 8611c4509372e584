//! `jetpay explain`: why a signature matches or does not match.

mod input;
mod json;
mod show;

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Args;
use jetpay_core::Keyring;
use jetpay_core::id::ProjectId;
use jetpay_core::message::Received;
use jetpay_core::signature::{Key, Unreadable};
use jetpay_explain::{Explanation, Hint, Verdict, explain, explain_with};

use super::{secret_from_env, write};
use crate::config::Config;
use input::Found;

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
    /// The verdict about the bytes as they were given.
    fn verdict(&self) -> Verdict {
        if self.found.faults.is_empty() {
            self.explanation.verdict
        } else {
            Verdict::Unreadable
        }
    }

    /// Remarks about the body. A matching signature disproves doubts about its bytes.
    fn notes(&self) -> Vec<String> {
        let matches = self.explanation.verdict == Verdict::Match;
        let doubts = self.found.doubts.iter().filter(|_| !matches);
        self.found.notes.iter().chain(doubts).cloned().collect()
    }

    /// What is wrong with the bytes, and what their signature says after that: a finding, `; `, and what to do.
    fn faults(&self) -> Vec<String> {
        let matches = self.explanation.verdict == Verdict::Match;
        let repaired = "once that is repaired, the signature matches; change nothing else";
        let after = (matches && !self.found.faults.is_empty()).then(|| repaired.to_owned());
        self.found.faults.iter().cloned().chain(after).collect()
    }

    /// The hints about the body. What its bytes are says more than that they are not UTF-8.
    fn hints(&self) -> impl Iterator<Item = &Hint> {
        let known = !self.found.faults.is_empty();
        let hints = self.explanation.hints.iter();
        hints.filter(move |hint| {
            !(known && matches!(hint, Hint::Unreadable(Unreadable::NotUtf8 { .. })))
        })
    }
}

/// The exit code when the body cannot be read, or when the command cannot run.
const UNREADABLE: u8 = 2;
/// The largest input in bytes: more than any log line.
const MAX_INPUT: u64 = 32 * 1024 * 1024;

impl Explain {
    pub(super) fn run(&self) -> ExitCode {
        self.explain().unwrap_or_else(|error| {
            super::print_error(&error);
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
        let explained = found
            .into_iter()
            .map(|found| (keys.explain(&found.body), found));
        let explained: Vec<_> = explained.collect();
        let matching = |(explanation, _): &(Explanation, _)| explanation.verdict == Verdict::Match;
        let best = explained.iter().position(matching).unwrap_or(0);
        let (explanation, found) = explained
            .into_iter()
            .nth(best)
            .context("no body was found")?;
        let report = Report {
            keys: &keys,
            found,
            explanation,
            compared,
        };
        write(&if self.json {
            json::report(self, &report)?
        } else {
            show::report(self, &report)
        })?;
        Ok(match report.verdict() {
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

/// The secrets that are tried, and their names in the output. Their text is never shown.
enum Keys {
    /// Secrets of environment variables, and the names of the variables.
    Named(Vec<String>, Vec<Key>),
    /// Secrets of all projects of a configuration, and the same with the past secrets.
    Projects(Keyring, Keyring),
}

impl Keys {
    fn of_environment(names: &[String]) -> anyhow::Result<Self> {
        let keys = names.iter().map(|name| secret_from_env(name));
        let keys = keys.collect::<Result<_, _>>()?;
        Ok(Self::Named(names.to_vec(), keys))
    }

    fn of_config(path: &Path) -> anyhow::Result<Self> {
        let config = Config::read(path).context("cannot use the configuration")?;
        for warning in &config.warnings {
            eprintln!("warning: {warning}");
        }
        Ok(Self::Projects(config.keyring(), config.keyring_with_past()))
    }

    fn explain(&self, body: &[u8]) -> Explanation {
        match self {
            Self::Named(_, keys) => explain(body, keys),
            Self::Projects(keyring, with_past) => {
                let mut explanation = explain_with(body, keyring);
                let past = |body| Received::parse(body).ok()?.authenticate(with_past).ok();
                if explanation.verdict == Verdict::Mismatch && past(body).is_some() {
                    explanation.hints = vec![Hint::PastSecret];
                }
                explanation
            }
        }
    }

    /// The name of the secret with this index. `project` is the project that it belongs to.
    fn name(&self, project: Option<ProjectId>, secret: usize) -> String {
        match self {
            Self::Named(names, _) => match names.get(secret) {
                Some(name) => format!("the secret in {name}"),
                None => format!("secret {}", secret + 1),
            },
            Self::Projects(..) => match project {
                Some(project) => format!("secret {} of project {project}", secret + 1),
                None => format!("secret {}", secret + 1),
            },
        }
    }

    /// The name of the first secret that made `signature` over `string`. The secrets of project `named` are tried first.
    fn signer_of(
        &self,
        string: &str,
        signature: &[u8; 64],
        named: Option<ProjectId>,
    ) -> Option<String> {
        let position = |keys: &[Key]| keys.iter().position(|key| key.verify(string, signature));
        match self {
            Self::Named(_, secrets) => position(secrets).map(|secret| self.name(None, secret)),
            Self::Projects(keyring, _) => {
                let own = named.and_then(|id| keyring.project(id));
                own.into_iter()
                    .chain(keyring.projects())
                    .find_map(|project| {
                        let secret = position(project.keys())?;
                        Some(self.name(Some(project.id()), secret))
                    })
            }
        }
    }

    /// The secrets that were tried for a body that names this project.
    fn tried(&self, named: Option<ProjectId>) -> String {
        match self {
            Self::Named(variables, _) => match variables.as_slice() {
                [one] => format!("the secret in {one}"),
                several => format!("the secrets in {}", several.join(", ")),
            },
            Self::Projects(keyring, _) => {
                let own = named.and_then(|id| keyring.project(id));
                let own = own.map_or(0, |project| project.keys().len());
                let all: usize = keyring
                    .projects()
                    .iter()
                    .map(|project| project.keys().len())
                    .sum();
                match (own, all - own) {
                    (0, others) => format!("secrets: {others} of other projects"),
                    (own, 0) => format!("secrets: {own} of this project, the only one"),
                    (own, others) => format!("secrets: {own} of this project, {others} of others"),
                }
            }
        }
    }
}
