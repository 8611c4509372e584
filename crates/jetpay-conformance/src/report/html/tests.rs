use roxmltree::{Document, Node, ParsingOptions};

use super::super::sample;

/// The page with every element closed, as XML demands. A text that broke out of its element would break this.
fn closed(page: &str) -> String {
    let mut parts = page.split("<meta ");
    let first = parts.next().unwrap_or_default().to_owned();
    let closed = parts.map(|part| format!("<meta {}", part.replacen('>', "/>", 1)));
    first + &closed.collect::<String>()
}

fn each(page: &str, mut see: impl FnMut(Node<'_, '_>)) {
    let xml = closed(page);
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(&xml, options).unwrap();
    document
        .descendants()
        .filter(Node::is_element)
        .for_each(&mut see);
}

#[test]
fn text_of_the_endpoint_stays_text() {
    let page = sample::report().to_html();
    assert!(page.contains("&lt;script&gt;alert("));
    for hidden in ['\0', '\u{1b}', '\u{202e}'] {
        assert!(!page.contains(hidden), "{hidden:?}");
    }
    each(&page, |element| {
        assert!(!matches!(
            element.tag_name().name(),
            "script" | "link" | "img" | "iframe" | "form" | "base"
        ));
        for attribute in element.attributes() {
            assert!(!attribute.name().starts_with("on"), "{attribute:?}");
            if matches!(attribute.name(), "href" | "src") {
                assert!(attribute.value().starts_with('#'), "{attribute:?}");
            }
        }
    });
}

#[test]
fn every_check_has_an_anchor_and_every_link_a_target() {
    let report = sample::report();
    let page = report.to_html();
    let (mut ids, mut links) = (Vec::new(), Vec::new());
    each(&page, |element| {
        ids.extend(element.attribute("id").map(str::to_owned));
        links.extend(element.attribute("href").map(|link| link[1..].to_owned()));
    });
    for finding in &report.findings {
        assert!(
            ids.contains(&finding.check.full_id()),
            "{}",
            finding.check.full_id()
        );
    }
    for link in &links {
        assert_eq!(ids.iter().filter(|id| *id == link).count(), 1, "{link}");
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn page_shows_what_failed_and_how_to_run_the_rest() {
    let page = sample::report().to_html();
    for text in [
        "The endpoint fails 1 check that must hold.",
        "A repeated success is answered 200 and credits nothing more.",
        "A person pays, and the shop never hears of it.",
        "2 checks</b>: it sends a success",
        "--observe URL",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let must = page.find("id=\"kaspi/callback-repeated\"").unwrap();
    let should = page.find("id=\"kaspi/deposit-unknown-field\"").unwrap();
    assert!(must < should);
}

#[test]
fn page_without_failures_does_not_mention_them() {
    let mut report = sample::report();
    report.findings.truncate(1);
    let page = report.to_html();
    assert!(page.contains("The endpoint passes every check that must hold."));
    assert!(!page.contains("What failed") && !page.contains("id=\"not-run\""));
}
