use roxmltree::{Document, Node};

use super::super::sample;
use super::*;

fn children<'a>(node: Node<'a, 'a>, name: &str) -> Vec<Node<'a, 'a>> {
    let children = node.children().filter(Node::is_element);
    children.filter(|it| it.has_tag_name(name)).collect()
}

fn number(node: Node<'_, '_>, name: &str) -> usize {
    node.attribute(name).unwrap().parse().unwrap()
}

/// The rules of the `JUnit` schema that a report can break.
fn judge(xml: &str) {
    let document = Document::parse(xml).unwrap();
    let root = document.root_element();
    assert!(root.has_tag_name("testsuites"));
    let suites = children(root, "testsuite");
    for count in ["tests", "failures", "errors", "skipped"] {
        let sum: usize = suites.iter().map(|it| number(*it, count)).sum();
        assert_eq!(number(root, count), sum, "{count}");
    }
    for suite in suites {
        let names: Vec<&str> = suite
            .children()
            .filter(Node::is_element)
            .map(|it| it.tag_name().name())
            .collect();
        assert_eq!(names[0], "properties");
        assert!(
            names[1..].iter().all(|name| *name == "testcase"),
            "{names:?}"
        );
        assert_eq!(
            suite.attribute("timestamp").unwrap().len(),
            "2022-03-25T11:08:45".len()
        );
        let cases = children(suite, "testcase");
        let of = |name| {
            cases
                .iter()
                .filter(|it| !children(**it, name).is_empty())
                .count()
        };
        assert_eq!(number(suite, "tests"), cases.len());
        assert_eq!(number(suite, "failures"), of("failure"));
        assert_eq!(number(suite, "skipped"), of("skipped"));
        for case in cases {
            let (_, decimals) = case.attribute("time").unwrap().split_once('.').unwrap();
            assert_eq!(decimals.len(), 3);
            assert!(case.attribute("name").is_some() && case.attribute("classname").is_some());
        }
    }
}

#[test]
fn report_is_written_with_every_outcome() {
    let xml = sample::report().to_junit();
    judge(&xml);
    insta::assert_snapshot!(xml);
}

#[test]
fn advice_is_a_failure_only_when_the_target_is_strict() {
    let mut report = sample::report();
    let failures = |report: &Report| {
        let xml = report.to_junit();
        judge(&xml);
        let document = Document::parse(&xml).unwrap();
        number(document.root_element(), "failures")
    };
    assert_eq!(failures(&report), 1);
    report.subject.strict = true;
    assert_eq!(failures(&report), 2);
}

#[test]
fn text_of_the_endpoint_comes_back_as_text() {
    let xml = sample::report().to_junit();
    let document = Document::parse(&xml).unwrap();
    let failure = document.descendants().find(|it| it.has_tag_name("failure"));
    let shown = visible::line(sample::HOSTILE);
    assert!(
        shown.contains("<script>") && shown.contains("\\u{0}"),
        "{shown}"
    );
    let failure = failure.unwrap();
    assert!(failure.attribute("message").unwrap().contains(&shown));
    assert!(failure.text().unwrap().contains(&shown));
    assert!(!document.descendants().any(|it| it.has_tag_name("script")));
}
