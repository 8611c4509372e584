//! Steps that are run one after the other, each with its time, and a table of them at the end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::shell;

#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

struct Step {
    name: &'static str,
    took: Duration,
    error: Option<anyhow::Error>,
}

impl Steps {
    /// Runs a step. A failed one does not stop the rest: one run shows all that is wrong.
    pub(crate) fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) {
        shell::heading(name);
        let begun = Instant::now();
        let error = step().err();
        let took = begun.elapsed();
        match &error {
            None => println!("✓ {name}, {}", time(took)),
            Some(error) => println!("✗ {name}, {}: {error:#}", time(took)),
        }
        self.done.push(Step { name, took, error });
    }

    /// Prints the table; fails when a step failed.
    pub(crate) fn finish(self) -> Result<()> {
        shell::heading("summary");
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
            .map(|step| step.name)
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

/// `3.2 s`, or `4 min 07 s`.
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
    fn failed_step_is_named_at_the_end_and_the_rest_is_run() {
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
    fn times_read_like_times() {
        assert_eq!(time(Duration::from_millis(3_250)), "3.2 s");
        assert_eq!(time(Duration::from_secs(247)), "4 min 07 s");
    }
}
