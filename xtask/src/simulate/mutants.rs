//! Plants each bug in turn, builds the simulation, and expects that it finds something.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::MetadataCommand;

use super::copy::Copy;
use super::planted::{Planted, planted};
use crate::shell;
use crate::steps::time;

/// How many seeds a bug has time to show itself.
const SEEDS: &str = "100";

pub(super) fn run(only: &str) -> Result<()> {
    let metadata = MetadataCommand::new()
        .current_dir(shell::root())
        .no_deps()
        .exec()
        .context("cargo metadata failed")?;
    let target = metadata.target_directory.into_std_path_buf();
    let copy = Copy::make(target.join("mutants"))?;
    let simulation = Simulation {
        root: copy.root().to_owned(),
        // Cargo takes a crate of the copy for that of the tree: what is built of a bug must not be found there.
        target: copy.root().join("target"),
    };
    simulation.build().context("the copy without a bug")?;
    if let Some(found) = simulation.finds()? {
        bail!("without a planted bug, the simulation finds one:\n{found}");
    }
    let planted: Vec<&Planted> = planted()
        .filter(|planted| planted.name.contains(only))
        .collect();
    let mut missed = Vec::new();
    for Planted { name, edits } in &planted {
        let begun = Instant::now();
        let found = copy
            .plant(edits)
            .and_then(|()| simulation.build())
            .and_then(|()| simulation.finds());
        copy.mend(edits)?;
        let found = found.with_context(|| format!("planting `{name}`"))?;
        let took = time(begun.elapsed());
        if let Some((invariant, seed)) = found.as_deref().and_then(told) {
            println!("✓ {name}: caught by \"{invariant}\", {seed} ({took})");
        } else {
            println!("✗ {name}: not caught ({took})");
            missed.push(*name);
        }
    }
    ensure!(missed.is_empty(), "not caught: {}", missed.join("; "));
    println!("✓ all {} planted bugs were caught", planted.len());
    Ok(())
}

/// The simulation of the copy.
struct Simulation {
    root: PathBuf,
    target: PathBuf,
}

impl Simulation {
    fn build(&self) -> Result<()> {
        let output = shell::cargo()
            .current_dir(&self.root)
            .args(["build", "--quiet", "--profile", "simulation"])
            .args(["--package", "jetpay-simulation", "--target-dir"])
            .arg(&self.target)
            .output()
            .context("cargo cannot be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "it does not build:\n{said}");
        Ok(())
    }

    /// What it says, when it finds something.
    fn finds(&self) -> Result<Option<String>> {
        let name = format!("jetpay-simulation{}", std::env::consts::EXE_SUFFIX);
        let binary = self.target.join("simulation").join(name);
        let output = Command::new(&binary)
            .args(["--seeds", SEEDS])
            .output()
            .with_context(|| format!("{} cannot be started", binary.display()))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((!output.status.success()).then_some(said))
    }
}

/// The invariant and the seed of a violation.
fn told(said: &str) -> Option<(&str, &str)> {
    let (_, rest) = said.split_once("violated: ")?;
    let (invariant, rest) = rest.split_once('\n')?;
    let (seed, _) = rest.trim_start().split_once(',')?;
    Some((invariant, seed))
}

#[cfg(test)]
mod tests {
    use super::super::planted::planted;
    use super::told;
    use crate::shell;

    #[test]
    fn every_planted_bug_still_has_the_text_that_it_changes() {
        for planted in planted() {
            for edit in planted.edits {
                let path = shell::root().join(edit.file);
                let text = std::fs::read_to_string(&path).unwrap();
                let times = text.matches(edit.find).count();
                assert_eq!(times, 1, "{}: {}\n{}", planted.name, edit.file, edit.find);
            }
        }
    }

    #[test]
    fn violation_tells_its_invariant_and_its_seed() {
        let said = "✗ violated: nothing goes back\n  seed 7, step 3: it is gone\n";
        assert_eq!(told(said), Some(("nothing goes back", "seed 7")));
    }
}
