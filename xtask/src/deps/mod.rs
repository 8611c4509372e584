//! `cargo xtask deps`: which crate may depend on what.
//!
//! The rules are data in [rules]; they are held against the [graph] of normal dependencies. That the core reads
//! no clock is not in the graph, but in its [source].

mod floors;
mod graph;
mod rules;
mod source;

use anyhow::{Result, bail};

use crate::shell;
use graph::Graph;
use rules::{RULES, Rule};

pub(crate) fn run() -> Result<()> {
    let graph = Graph::of_workspace()?;
    let mut problems = broken_rules(&graph, RULES);
    problems.extend(source::impurities_below(
        &shell::root().join("crates/jetpay-core/src"),
    )?);
    problems.extend(floors::problems(
        &shell::root().join("crates/jetpay-ledger/src"),
        floors::LEDGER,
    )?);
    if problems.is_empty() {
        println!(
            "✓ {} crates depend on what they may, and the core reads no clock",
            graph.members().count()
        );
        return Ok(());
    }
    for problem in &problems {
        println!("✗ {problem}");
    }
    bail!(
        "{} dependency rules are broken; the rules and their reasons are in xtask/src/deps/",
        problems.len()
    );
}

/// What in the graph is not as the rules say, in words.
fn broken_rules(graph: &Graph, rules: &[Rule]) -> Vec<String> {
    let unruled = graph
        .members()
        .filter(|name| rules.iter().all(|rule| rule.name != *name));
    let unruled = unruled.map(|name| {
        format!("{name} has no rule: say in xtask/src/deps/rules.rs what it may depend on")
    });
    unruled
        .chain(rules.iter().flat_map(|rule| broken_rule(graph, rule)))
        .collect()
}

fn broken_rule(graph: &Graph, rule: &Rule) -> Vec<String> {
    let Rule { name, ours, never } = *rule;
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
        // What is below another crate of ours is that one's matter.
        if between.iter().any(|name| graph.is_member(name)) {
            continue;
        }
        if graph.is_member(last) && !ours.contains(&last.as_str()) {
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

#[cfg(test)]
mod tests;
