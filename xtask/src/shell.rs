//! How tasks run: cargo and other programs with their output on the terminal, and steps with a table at the end.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{Metadata, MetadataCommand};

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// The cargo that runs this program, so a toolchain that was chosen on the command line is used here, too.
pub(crate) fn cargo() -> Command {
    let mut command =
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(root());
    command
}

/// Runs cargo with its output on the terminal. The arguments have spaces between them, and none within.
pub(crate) fn run_cargo(arguments: &str) -> Result<()> {
    run(cargo().args(arguments.split(' ')))
}

/// What a command prints. The error is what it prints when it fails.
pub(crate) fn printed(command: &mut Command) -> Result<String> {
    let output = command.output();
    let line = || command_line(command);
    let output = output.with_context(|| format!("`{}` cannot be started", line()))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed:\n{}", line(), error.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The crates of the workspace, without their dependencies.
pub(crate) fn workspace() -> Result<Metadata> {
    let mut metadata = MetadataCommand::new();
    let metadata = metadata.current_dir(root()).no_deps().exec();
    metadata.context("cargo metadata failed")
}

/// Runs a command with its output on the terminal. Prints the command first, in a form that can be copied.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = command_line(command);
    println!("$ {line}");
    let status = command
        .status()
        .with_context(|| format!("`{line}` cannot be started"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

fn command_line(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        Some(format!(
            "{}='{}'",
            name.to_string_lossy(),
            value?.to_string_lossy()
        ))
    });
    let program = Path::new(command.get_program())
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy().into_owned());
    variables
        .chain([program])
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Prints each problem. Fails if there is one: the error is their number, and what they are.
pub(crate) fn none_of(problems: &[String], what: &str) -> Result<()> {
    for problem in problems {
        println!("✗ {problem}");
    }
    ensure!(problems.is_empty(), "{} {what}", problems.len());
    Ok(())
}

/// Prints a heading.
pub(crate) fn heading(text: &str) {
    println!(
        "\n── {text} {}",
        "─".repeat(72_usize.saturating_sub(text.chars().count()))
    );
}

/// Steps that run one after the other.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

struct Step {
    name: String,
    took: Duration,
    error: Option<anyhow::Error>,
}

impl Steps {
    /// Runs a step. A failed step does not stop the others, so one run shows everything that is wrong.
    pub(crate) fn run(&mut self, name: &str, step: impl FnOnce() -> Result<()>) {
        heading(name);
        let begun = Instant::now();
        let error = step().err();
        let took = begun.elapsed();
        match &error {
            None => println!("✓ {name}, {}", time(took)),
            Some(error) => println!("✗ {name}, {}: {error:#}", time(took)),
        }
        self.done.push(Step {
            name: name.to_owned(),
            took,
            error,
        });
    }

    /// Prints a table of the steps. Fails if a step failed.
    pub(crate) fn finish(self) -> Result<()> {
        heading("summary");
        for Step { name, took, error } in &self.done {
            println!(
                "{} {name:<14} {:>12}",
                if error.is_none() { '✓' } else { '✗' },
                time(*took)
            );
        }
        let total = time(self.done.iter().map(|step| step.took).sum());
        let failed: Vec<&str> = self
            .done
            .iter()
            .filter(|step| step.error.is_some())
            .map(|step| step.name.as_str())
            .collect();
        if failed.is_empty() {
            println!("\nAll {} steps passed in {total}.", self.done.len());
            return Ok(());
        }
        for Step { name, error, .. } in &self.done {
            if let Some(error) = error {
                println!("\n{name}: {error:#}");
            }
        }
        bail!(
            "{} of {} steps failed in {total}: {}",
            failed.len(),
            self.done.len(),
            failed.join(", ")
        );
    }
}

/// Formats a duration: `3.2 s` or `4 min 07 s`.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{seconds}.{} s", duration.subsec_millis() / 100)
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::{Steps, time};
    use anyhow::bail;
    use std::time::Duration;

    #[test]
    fn failed_step_is_named_at_the_end_and_the_other_steps_run() {
        let mut steps = Steps::default();
        let mut second = false;
        steps.run("first", || bail!("broken"));
        steps.run("second", || {
            second = true;
            Ok(())
        });
        let error = steps.finish().unwrap_err().to_string();
        assert!(second);
        assert!(
            error.starts_with("1 of 2 steps failed") && error.ends_with(": first"),
            "{error}"
        );
    }

    #[test]
    fn duration_is_shown_in_seconds_or_minutes() {
        assert_eq!(time(Duration::from_millis(3_250)), "3.2 s");
        assert_eq!(time(Duration::from_secs(247)), "4 min 07 s");
    }
}
