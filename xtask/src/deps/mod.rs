//! `cargo xtask deps`: checks which crate depends on what.
//!
//! The [rules] are data. They are compared with the graph of normal dependencies. A graph cannot show that a
//! crate uses the clock or the files of the standard library, so the [source] of the pure crates is searched, too. The
//! [public] signatures of the SDK show only the foreign types that a list has. The [floors] of the ledger are checked file by
//! file.

mod floors;
mod public;
mod rules;
mod source;

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use cargo_metadata::MetadataCommand;

use crate::shell;
use rules::{RULES, Room, Rule};

pub(crate) fn run() -> Result<()> {
    let graph = Graph::of_workspace()?;
    let mut problems = broken_rules(&graph, RULES);
    for Rule { name, .. } in RULES.iter().filter(|rule| rule.is_pure()) {
        let source = shell::root().join("crates").join(name).join("src");
        problems.extend(source::impurities_below(&source)?);
    }
    for Rule { name, .. } in RULES.iter().filter(|rule| rule.room == Room::Sdk) {
        let source = shell::root().join("crates").join(name).join("src");
        let dependencies = graph.foreign_dependencies(name);
        problems.extend(public::problems(
            name,
            &dependencies,
            &source,
            public::ALLOWED,
        )?);
    }
    problems.extend(floors::problems(
        &shell::root().join("crates/jetpay-ledger/src"),
        floors::LEDGER,
    )?);
    if problems.is_empty() {
        println!(
            "✓ {} crates follow the dependency rules; the pure ones read no clock and do no I/O; the SDK shows only listed \
             types of other crates",
            graph.members().count()
        );
        return Ok(());
    }
    for problem in &problems {
        println!("✗ {problem}");
    }
    bail!(
        "{} dependency rules are broken; xtask/src/deps has the rules and their reasons",
        problems.len()
    );
}

/// The names of the crates of the SDK, which are published.
pub(crate) fn sdk() -> impl Iterator<Item = &'static str> {
    let sdk = RULES.iter().filter(|rule| rule.room == Room::Sdk);
    sdk.map(|rule| rule.name)
}

/// Describes each dependency that breaks a rule.
fn broken_rules(graph: &Graph, rules: &[Rule]) -> Vec<String> {
    let unruled = graph
        .members()
        .filter(|name| rules.iter().all(|rule| rule.name != *name));
    let unruled =
        unruled.map(|name| format!("{name} has no rule: add one to xtask/src/deps/rules.rs"));
    unruled
        .chain(rules.iter().flat_map(|rule| broken_rule(graph, rule)))
        .collect()
}

fn broken_rule(graph: &Graph, rule: &Rule) -> Vec<String> {
    let Rule {
        name,
        room,
        ours,
        never,
    } = *rule;
    if !graph.is_member(name) {
        return vec![format!(
            "{name} has a rule and is not in the workspace: remove the rule, or add the crate"
        )];
    }
    let mut problems = Vec::new();
    for way in graph.ways_below(name) {
        let [_, between @ .., last] = way.as_slice() else {
            continue;
        };
        // The rule of the crate in between covers this dependency.
        if between.iter().any(|name| graph.is_member(name)) {
            continue;
        }
        if graph.is_member(last) && !ours.contains(&last.as_str()) && room != Room::Proof {
            let allowed = if ours.is_empty() {
                "none".to_owned()
            } else {
                ours.join(", ")
            };
            problems.push(format!(
                "{name} depends on {last}; of our crates it may depend on: {allowed}"
            ));
        }
        if let Some(denied) = never.iter().find(|denied| denied.matches(last)) {
            problems.push(format!("{}: {}", way.join(" → "), denied.reason));
        }
    }
    problems
}

/// The names on the way from a crate of ours, which comes first, down to a dependency.
type Way = Vec<String>;

/// The dependencies below each crate of the workspace, by name.
///
/// `cargo tree` is asked about one crate at a time. `cargo metadata` has one graph for all crates, in which a crate has
/// the optional dependencies that another crate turns on. Dependencies of tests and of build scripts are left out;
/// those of every platform are included.
#[derive(Default)]
struct Graph {
    ways: BTreeMap<String, Vec<Way>>,
}

impl Graph {
    fn of_workspace() -> Result<Self> {
        let metadata = MetadataCommand::new()
            .current_dir(shell::root())
            .no_deps()
            .exec()
            .context("cargo metadata failed")?;
        let mut graph = Self::default();
        for package in metadata.workspace_packages() {
            graph.add(&tree(&package.name)?);
        }
        Ok(graph)
    }

    /// Adds a crate of ours from the output of [`tree`].
    fn add(&mut self, tree: &str) {
        let mut way = Way::new();
        let mut ways = Vec::new();
        for line in tree.lines() {
            let mut words = line.split_whitespace();
            let (Some(depth), Some(name)) = (
                words.next().and_then(|depth| depth.parse().ok()),
                words.next(),
            ) else {
                continue;
            };
            way.truncate(depth);
            way.push(name.to_owned());
            ways.push(way.clone());
        }
        if let Some(own) = ways.first().and_then(|way| way.first()).cloned() {
            self.ways.insert(own, ways.split_off(1));
        }
    }

    fn members(&self) -> impl Iterator<Item = &str> {
        self.ways.keys().map(String::as_str)
    }

    fn is_member(&self, name: &str) -> bool {
        self.ways.contains_key(name)
    }

    /// The crates of others that a crate of ours names in its dependencies.
    fn foreign_dependencies(&self, name: &str) -> Vec<String> {
        let direct = self.ways_below(name).iter().filter(|way| way.len() == 2);
        let names = direct.filter_map(|way| way.last());
        names
            .filter(|name| !self.is_member(name))
            .cloned()
            .collect()
    }

    /// The ways to all dependencies below a crate of ours.
    fn ways_below(&self, name: &str) -> &[Way] {
        self.ways.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The dependency tree of a crate. Each line begins with the depth and the name of a dependency.
fn tree(name: &str) -> Result<String> {
    let output = shell::cargo()
        .args([
            "tree",
            "--edges",
            "normal",
            "--target",
            "all",
            "--prefix",
            "depth",
            "--format",
            " {p}",
            "--package",
            name,
        ])
        .output()
        .context("cargo cannot be started")?;
    if !output.status.success() {
        bail!(
            "`cargo tree --package {name}` failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    String::from_utf8(output.stdout).context("the output of cargo tree is not UTF-8")
}

#[cfg(test)]
mod tests {
    //! Made-up dependency trees, each with one violation.

    use super::{Graph, broken_rules};
    use crate::deps::rules::{RULES, Rule};

    const CORE: &str =
        "0 jetpay-core v0.1.0 (/crates/jetpay-core)\n1 serde_json v1.0.0\n2 itoa v1.0.0\n";

    /// A workspace that follows the rules, except for one crate that has this dependency tree.
    fn workspace_with(name: &str, below: &str) -> Graph {
        let mut graph = Graph::default();
        for Rule { name, .. } in RULES {
            graph.add(&format!("0 {name} v0.1.0\n1 pure v1.0.0\n"));
        }
        graph.add(CORE);
        graph.add(
            "0 jetpay-server v0.1.0\n1 jetpay-kaspi v0.1.0\n2 jetpay-core v0.1.0 (*)\n1 tokio v1.0.0\n",
        );
        graph.add("0 xtask v0.1.0\n1 jetpay-testing v0.1.0\n");
        graph.add(&format!("0 {name} v0.1.0\n{below}"));
        graph
    }

    fn only_problem(graph: &Graph) -> String {
        let mut problems = broken_rules(graph, RULES);
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems.remove(0)
    }

    #[test]
    fn workspace_that_follows_the_rules_has_no_problem() {
        let graph = workspace_with(
            "jetpay-kaspi",
            "1 jetpay-core v0.1.0\n2 serde_json v1.0.0\n1 serde v1.0.0\n",
        );
        assert_eq!(broken_rules(&graph, RULES), Vec::<String>::new());
    }

    #[test]
    fn method_that_depends_on_another_is_caught() {
        let graph = workspace_with(
            "jetpay-kassa24-bvu",
            "1 jetpay-core v0.1.0 (*)\n1 jetpay-kassa24 v0.1.0\n",
        );
        let problem = only_problem(&graph);
        assert_eq!(
            problem,
            "jetpay-kassa24-bvu depends on jetpay-kassa24; of our crates it may depend on: jetpay-core"
        );
    }

    #[test]
    fn adapter_gate_and_ledger_that_know_a_method_are_caught_also_through_a_foreign_crate() {
        for name in ["jetpay-actix", "jetpay-gate", "jetpay-ledger"] {
            let problem = only_problem(&workspace_with(
                name,
                "1 other v1.0.0\n2 jetpay-kaspi v0.1.0 (*)\n",
            ));
            assert!(
                problem.starts_with(&format!("{name} depends on jetpay-kaspi;")),
                "{problem}"
            );
        }
    }

    #[test]
    fn fixtures_in_a_shipped_crate_are_caught() {
        let problem = only_problem(&workspace_with(
            "jetpay-server",
            "1 jetpay-testing v0.1.0\n",
        ));
        assert!(
            problem.starts_with("jetpay-server depends on jetpay-testing;"),
            "{problem}"
        );
    }

    #[test]
    fn service_that_depends_on_the_conformance_checks_is_caught() {
        let problem = only_problem(&workspace_with(
            "jetpay-server",
            "1 jetpay-conformance v0.1.0\n",
        ));
        assert!(
            problem.starts_with("jetpay-server depends on jetpay-conformance;"),
            "{problem}"
        );
    }

    #[test]
    fn example_that_uses_more_than_the_sdk_is_caught() {
        let problem = only_problem(&workspace_with("shop-sqlite", "1 jetpay-ledger v0.1.0\n"));
        assert!(
            problem.starts_with("shop-sqlite depends on jetpay-ledger;"),
            "{problem}"
        );
    }

    #[test]
    fn proof_may_depend_on_everything() {
        let graph = workspace_with(
            "jetpay-simulation",
            "1 jetpay-conformance v0.1.0\n1 jetpay-server v0.1.0\n1 jetpay-testing v0.1.0\n",
        );
        assert_eq!(broken_rules(&graph, RULES), Vec::<String>::new());
    }

    #[test]
    fn runtime_deep_below_the_core_is_caught_once_with_the_way_to_it() {
        let mut graph = workspace_with(
            "jetpay-core",
            "1 serde_json v1.0.0\n2 innocent v1.0.0\n3 tokio-util v0.7.0\n1 tokioish v1.0.0\n",
        );
        graph.add("0 jetpay-kaspi v0.1.0\n1 jetpay-core v0.1.0\n2 serde_json v1.0.0\n3 innocent v1.0.0\n4 tokio-util v0.7.0\n");
        let problem = only_problem(&graph);
        assert!(
            problem.starts_with("jetpay-core → serde_json → innocent → tokio-util: "),
            "{problem}"
        );
    }

    #[test]
    fn crate_without_a_rule_is_caught() {
        let problem = only_problem(&workspace_with("jetpay-new", ""));
        assert!(problem.starts_with("jetpay-new has no rule"), "{problem}");
    }

    #[test]
    fn rule_without_a_crate_is_caught() {
        let problems = broken_rules(&Graph::default(), &RULES[..1]);
        assert!(
            problems[0].starts_with("jetpay-core has a rule and is not in the workspace"),
            "{problems:?}"
        );
    }
}
