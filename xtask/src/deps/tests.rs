//! Made-up trees with a violation in each.

use super::broken_rules;
use super::graph::Graph;
use super::rules::{RULES, Rule};

const CORE: &str =
    "0 jetpay-core v0.1.0 (/crates/jetpay-core)\n1 serde_json v1.0.0\n2 itoa v1.0.0\n";

/// The workspace as the rules would have it, but for one crate, which stands before these lines of its tree.
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
fn lawful_workspace_has_no_problem() {
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
fn adapter_gate_and_ledger_that_know_a_method_are_caught_also_through_a_crate_that_is_not_ours() {
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
