//! Reads HTML with the browser's own parser, without loading anything: which elements and attributes there are, where links
//! lead, and which characters cannot be seen.

use serde_json::{Value, json};

use crate::driver::Browser;

const SCRIPT: &str = include_str!("inspect.js");

/// What is in a page.
#[derive(Debug)]
pub(crate) struct Inspected {
    /// What must not be in it.
    pub(crate) wrong: Vec<String>,
    /// Where links and forms that only read lead, and their texts.
    pub(crate) links: Vec<(String, String)>,
}

/// Inspects pages.
pub(crate) async fn inspect(browser: &Browser, pages: &[&str]) -> Vec<Inspected> {
    let found = browser.run(SCRIPT, vec![json!(pages)]).await;
    let found = found.as_array().unwrap().iter();
    found.map(inspected).collect()
}

fn inspected(found: &Value) -> Inspected {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |name: &str| found[name].as_array().unwrap().iter();
    Inspected {
        wrong: list("wrong").map(text).collect(),
        links: list("links")
            .map(|link| (text(&link[0]), text(&link[1])))
            .collect(),
    }
}
