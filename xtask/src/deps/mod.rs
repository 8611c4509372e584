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

use anyhow::Result;

use crate::shell;
use rules::{RULES, Room, Rule, impure};

pub(crate) fn run() -> Result<()> {
    let graph = Graph::of_workspace()?;
    let source = |name: &str| shell::root().join("crates").join(name).join("src");
    let mut problems = broken_rules(&graph);
    for rule in RULES {
        if rule.pure {
            problems.extend(source::impurities_below(&source(rule.name))?);
        }
        if rule.room == Room::Sdk {
            let dependencies = graph.foreign_dependencies(rule.name);
            problems.extend(public::problems(
                rule.name,
                &dependencies,
                &source(rule.name),
            )?);
        }
    }
    problems.extend(floors::problems(&source("jetpay-ledger"), floors::LEDGER)?);
    let what = "dependency rules are broken; xtask/src/deps has the rules and their reasons";
    shell::none_of(&problems, what)?;
    println!(
        "✓ {} crates follow the dependency rules; the pure ones read no clock and do no I/O; the SDK shows only listed \
         types of other crates",
        graph.ways.len()
    );
    Ok(())
}

/// The names of the crates of the SDK, which are published.
pub(crate) fn sdk() -> impl Iterator<Item = &'static str> {
    let sdk = RULES.iter().filter(|rule| rule.room == Room::Sdk);
    sdk.map(|rule| rule.name)
}

/// Describes each dependency that breaks a rule.
fn broken_rules(graph: &Graph) -> Vec<String> {
    let has_rule = |name: &&String| RULES.iter().any(|rule| rule.name == **name);
    let unruled = graph.ways.keys().filter(|name| !has_rule(name));
    let unruled =
        unruled.map(|name| format!("{name} has no rule: add one to xtask/src/deps/rules.rs"));
    let broken = RULES.iter().flat_map(|rule| broken_rule(graph, rule));
    unruled.chain(broken).collect()
}

fn broken_rule(graph: &Graph, rule: &Rule) -> Vec<String> {
    let Rule {
        name,
        room,
        ours,
        pure,
    } = *rule;
    if !graph.ways.contains_key(name) {
        return vec![format!(
            "{name} has a rule and is not in the workspace: remove the rule, or add the crate"
        )];
    }
    let is_ours = |name: &String| graph.ways.contains_key(name);
    let mut problems = Vec::new();
    for way in graph.ways_below(name) {
        let [_, between @ .., last] = way.as_slice() else {
            continue;
        };
        // The rule of the crate in between covers this dependency.
        if between.iter().any(is_ours) {
            continue;
        }
        let may = room == Room::Proof || ours.split(' ').any(|it| it == last);
        if is_ours(last) && !may {
            let allowed = if ours.is_empty() { "none" } else { ours };
            problems.push(format!(
                "{name} depends on {last}; of our crates it may depend on: {allowed}"
            ));
        }
        if let Some(reason) = impure(last).filter(|_| pure) {
            problems.push(format!("{}: {reason}", way.join(" → ")));
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
        let mut graph = Self::default();
        for package in shell::workspace()?.workspace_packages() {
            graph.add(&tree(&package.name)?);
        }
        Ok(graph)
    }

    /// Adds a crate of ours from the output of [`tree`].
    fn add(&mut self, tree: &str) {
        let (mut way, mut ways) = (Way::new(), Vec::new());
        for line in tree.lines() {
            let mut words = line.split_whitespace();
            let depth = words.next().and_then(|depth| depth.parse().ok());
            if let Some((depth, name)) = depth.zip(words.next()) {
                way.truncate(depth);
                way.push(name.to_owned());
                ways.push(way.clone());
            }
        }
        if let Some(own) = ways.first().and_then(|way| way.first()).cloned() {
            self.ways.insert(own, ways.split_off(1));
        }
    }

    /// The crates of others that a crate of ours names in its dependencies.
    fn foreign_dependencies(&self, name: &str) -> Vec<String> {
        let direct = self.ways_below(name).iter().filter(|way| way.len() == 2);
        let names = direct.filter_map(|way| way.last().cloned());
        names.filter(|it| !self.ways.contains_key(it)).collect()
    }

    /// The ways to all dependencies below a crate of ours.
    fn ways_below(&self, name: &str) -> &[Way] {
        self.ways.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The dependency tree of a crate. Each line begins with the depth and the name of a dependency.
fn tree(name: &str) -> Result<String> {
    let mut tree = shell::cargo();
    tree.args(["tree", "--edges=normal", "--target=all", "--prefix=depth"]);
    shell::printed(tree.args(["--format= {p}", "--package", name]))
}

#[cfg(test)]
mod tests {
    use super::{Graph, RULES, broken_rules};

    /// The problems of a workspace that follows the rules, except for one crate with these dependencies: the depth and the
    /// name of each, as `cargo tree` prints them.
    fn problems_with(name: &str, below: &str) -> Vec<String> {
        let mut graph = Graph::default();
        for rule in RULES {
            graph.add(&format!("0 {}\n1 serde_json\n2 itoa", rule.name));
        }
        graph.add("0 jetpay-server\n1 jetpay-kaspi\n2 jetpay-core (*)\n1 tokio");
        graph.add("0 xtask\n1 jetpay-testing");
        graph.add(&format!("0 {name} v0.1.0\n{}", below.replace(", ", "\n")));
        broken_rules(&graph)
    }

    /// `crate | what is below it | how the problem begins`. What is below another crate of ours is the matter of that
    /// crate's rule.
    const ROWS: &str = "
jetpay-kaspi      | 1 jetpay-core v0.1.0, 2 serde_json, 1 serde |
jetpay-simulation | 1 jetpay-conformance, 1 jetpay-testing      |
jetpay-kaspi      | 1 jetpay-core, 2 innocent, 3 tokio-util     |
jetpay-kassa24    | 1 jetpay-core, 1 jetpay-kaspi               | jetpay-kassa24 depends on jetpay-kaspi
jetpay-actix      | 1 other, 2 jetpay-kaspi (*)                 | jetpay-actix depends on jetpay-kaspi
jetpay-gate       | 1 other, 2 jetpay-kaspi (*)                 | jetpay-gate depends on jetpay-kaspi
jetpay-ledger     | 1 other, 2 jetpay-kaspi                     | jetpay-ledger depends on jetpay-kaspi
jetpay-server     | 1 jetpay-testing                            | jetpay-server depends on jetpay-testing
jetpay-server     | 1 jetpay-conformance                        | jetpay-server depends on jetpay-conf
shop-sqlite       | 1 jetpay-ledger                             | shop-sqlite depends on jetpay-ledger; of our crates
jetpay-core       | 1 jetpay-rules                              | jetpay-core depends on jetpay-rules; of our crates it
jetpay-core       | 1 a, 2 b, 3 tokio-util, 1 tokioish          | jetpay-core → a → b → tokio-util:
jetpay-new        |                                             | jetpay-new has no rule
";

    #[test]
    fn dependency_that_no_rule_permits_is_named_once_with_the_rule_or_the_way_to_it() {
        for row in ROWS.lines().filter(|row| !row.is_empty()) {
            let columns: Vec<&str> = row.split('|').map(str::trim).collect();
            let [name, below, expected] = columns[..] else {
                panic!("three columns: {row}");
            };
            let found = problems_with(name, below);
            assert_eq!(found.is_empty(), expected.is_empty(), "{name}: {found:?}");
            assert!(
                found.len() < 2 && found.concat().starts_with(expected),
                "{found:?}"
            );
        }
        let found = broken_rules(&Graph::default());
        assert!(found[0].starts_with("jetpay-core has a rule and is not in the workspace"));
    }
}
