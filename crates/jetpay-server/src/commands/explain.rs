//! `jetpay explain`.

use std::io::Read;
use std::process::ExitCode;

use clap::Args;
use jetpay_core::explain::{Explanation, Verdict, explain};

/// Explain why the signature of a JSON body from standard input matches or not.
#[derive(Args)]
pub(super) struct Explain {
    /// The environment variable that holds the project's secret
    #[arg(long, value_name = "NAME")]
    secret_env: String,
    /// Write the explanation as JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` promises.
#[derive(serde::Serialize)]
struct Json<'a> {
    verdict: Verdict,
    order: Option<jetpay_core::signature::Order>,
    string_to_sign: Option<&'a str>,
    computed: Option<&'a str>,
    given: Option<&'a str>,
    hints: Vec<String>,
}

/// 0 matches, 1 does not, 2 unreadable; also 2 when it could not even be tried.
const UNREADABLE: u8 = 2;

impl Explain {
    pub(super) fn run(&self) -> ExitCode {
        match self
            .explanation()
            .and_then(|explanation| self.print(&explanation).map(|()| explanation))
        {
            Ok(explanation) => match explanation.verdict {
                Verdict::Match => ExitCode::SUCCESS,
                Verdict::Mismatch => ExitCode::FAILURE,
                Verdict::Unreadable => ExitCode::from(UNREADABLE),
            },
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::from(UNREADABLE)
            }
        }
    }

    fn explanation(&self) -> anyhow::Result<Explanation> {
        let key = super::secret_from_env(&self.secret_env)?;
        let mut body = Vec::new();
        std::io::stdin().read_to_end(&mut body)?;
        Ok(explain(&body, &[key]))
    }

    fn print(&self, explanation: &Explanation) -> anyhow::Result<()> {
        let Explanation {
            verdict,
            order,
            string_to_sign,
            computed,
            given,
            hints,
            ..
        } = explanation;
        let hints: Vec<String> = hints.iter().map(ToString::to_string).collect();
        if self.json {
            let (string_to_sign, computed, given) = (
                string_to_sign.as_deref(),
                computed.as_deref(),
                given.as_deref(),
            );
            let json = Json {
                verdict: *verdict,
                order: *order,
                string_to_sign,
                computed,
                given,
                hints,
            };
            println!("{}", serde_json::to_string(&json)?);
            return Ok(());
        }
        println!(
            "{}",
            match verdict {
                Verdict::Match => "✓ the signature matches",
                Verdict::Mismatch => "✗ the signature does not match",
                Verdict::Unreadable => "✗ the body cannot be read",
            }
        );
        for (name, value) in [
            ("string to sign", string_to_sign),
            ("computed", computed),
            ("given", given),
        ] {
            if let Some(value) = value {
                println!("  {name:<15} {value}");
            }
        }
        for hint in hints {
            println!("  → {hint}");
        }
        Ok(())
    }
}
