//! How pages look: pictures in both themes and widths, barriers that axe-core finds, and what is wider than the screen.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fantoccini::Locator;
use serde_json::Value;

use crate::crawl::{Most, walk};
use crate::desk::Desk;
use crate::driver::{Browser, is_here};
use crate::support::TOKEN;
use crate::{npm, readme, scene};

/// The narrowest telephone.
const NARROWEST: u32 = 320;
/// Each width and each theme once: the other two pictures would have the same widths and the same colours.
const LOOKS: [Look; 2] = [
    Look {
        name: "desktop-light",
        width: 1280,
        dark: false,
        rules: "{ type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }",
    },
    // What a theme and a width change: the elements and their names are the same.
    Look {
        name: "phone-dark",
        width: 390,
        dark: true,
        rules: "{ type: 'rule', values: ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable'] }",
    },
];

/// How a page is looked at.
struct Look {
    name: &'static str,
    width: u32,
    dark: bool,
    /// What axe-core looks for, in its own words.
    rules: &'static str,
}

/// A page of a service on this port.
#[derive(Clone, Copy)]
pub(crate) struct Page<'p> {
    pub(crate) port: u16,
    pub(crate) path: &'p str,
}

impl Page<'_> {
    pub(crate) async fn open(self, browser: &Browser) {
        let url = format!("http://127.0.0.1:{}{}", self.port, self.path);
        browser.tab.goto(&url).await.unwrap();
    }

    /// What is wider than the narrowest screen.
    pub(crate) async fn sideways(self, browser: &Browser) -> Option<String> {
        browser.look(NARROWEST, false).await;
        let widest = "const width = document.documentElement.clientWidth; \
            if (document.documentElement.scrollWidth <= width) return null; \
            const wide = [...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > width + 1); \
            const last = wide.at(-1); \
            return document.documentElement.scrollWidth + ': ' + (last ? last.outerHTML.slice(0, 200) : '')";
        let wide = browser.run(widest, Vec::new()).await;
        let wide = wide.as_str()?;
        Some(format!("scrolls sideways at {NARROWEST}: {wide}"))
    }

    /// Words and numbers in cells of tables that stand on two lines although they are short, on the screen that is shown.
    pub(crate) async fn broken(self, browser: &Browser) -> impl Iterator<Item = String> {
        let words = "const found = new Set(); \
            for (const cell of document.querySelectorAll('td, th')) { \
              const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT); \
              while (texts.nextNode()) { \
                for (const word of texts.currentNode.data.matchAll(/[\\p{L}\\p{N}]+/gu)) { \
                  if (word[0].length > 20) continue; \
                  const range = document.createRange(); \
                  range.setStart(texts.currentNode, word.index); \
                  range.setEnd(texts.currentNode, word.index + word[0].length); \
                  const lines = new Set([...range.getClientRects()].map((it) => Math.round(it.top))); \
                  if (lines.size > 1) found.add(word[0]); \
                } \
              } \
            } \
            return [...found]";
        let found = browser.run(words, Vec::new()).await;
        let found = found.as_array().unwrap().clone().into_iter();
        found.map(|word| format!("a cell breaks {word}"))
    }

    /// What is in the console: errors, and what the policy forbade.
    pub(crate) async fn console(self, browser: &Browser) -> impl Iterator<Item = String> {
        let lines = browser.console().await.into_iter();
        lines.map(|line| {
            // The address and the line come first.
            let what = line.split_once(' ').map_or(&*line, |(_, what)| what);
            format!("console: {what}")
        })
    }
}

/// Signs in.
pub(crate) async fn sign_in(browser: &Browser, port: u16, token: &str) {
    Page {
        port,
        path: "/sign-in",
    }
    .open(browser)
    .await;
    let form = browser
        .tab
        .form(Locator::Css("form[action='/sign-in']"))
        .await;
    let form = form.unwrap();
    form.set_by_name("token", token).await.unwrap();
    let button = Locator::Css("form[action='/sign-in'] button");
    browser
        .tab
        .find(button)
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
}

/// What axe-core finds on the page that is open.
async fn barriers(browser: &Browser, look: &Look) -> Vec<String> {
    // Only a script of the test can do this: the pages' policy forbids scripts.
    let run = format!(
        "const done = arguments[arguments.length - 1]; \
         axe.run({{ runOnly: {}, resultTypes: ['violations'] }}) \
           .then((found) => done(found.violations), (error) => done([{{ id: 'axe failed', help: String(error), nodes: [] }}]))",
        look.rules
    );
    let found = browser.tab.execute_async(&run, Vec::new()).await.unwrap();
    let found = found.as_array().unwrap().iter();
    found.map(barrier).collect()
}

fn barrier(found: &Value) -> String {
    let nodes = found["nodes"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let first = nodes.first().map(|node| {
        let html: String = text(&node["html"]).chars().take(200).collect();
        format!(
            "{html} {}",
            text(&node["failureSummary"]).replace('\n', " ")
        )
    });
    let (id, help, impact) = (
        text(&found["id"]),
        text(&found["help"]),
        text(&found["impact"]),
    );
    format!(
        "{id} ({impact}, {} times): {help}: {}",
        nodes.len(),
        first.unwrap_or_default()
    )
}

/// The pictures and the barriers of one page in each theme and width.
async fn looked_at(
    browser: &Browser,
    page: Page<'_>,
    name: &str,
    folder: &Path,
) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    page.open(browser).await;
    for look in &LOOKS {
        browser.look(look.width, look.dark).await;
        let picture = folder.join(format!("{name}-{}.png", look.name));
        fs::write(picture, browser.picture(None).await).unwrap();
        let found = barriers(browser, look).await.into_iter();
        wrong.extend(found.map(|it| (format!("{} {}", page.path, look.name), it)));
    }
    browser.look(LOOKS[0].width, false).await;
    let found = page.broken(browser).await;
    wrong.extend(found.map(|it| (page.path.to_owned(), it)));
    let here = || page.path.to_owned();
    wrong.extend(page.sideways(browser).await.map(|it| (here(), it)));
    wrong.extend(page.console(browser).await.map(|it| (here(), it)));
    wrong
}

/// The name of a kind of page as the name of a file.
fn name(kind: &str) -> String {
    let parts = kind.split('/').filter(|part| !part.is_empty());
    let parts: Vec<&str> = parts
        .map(|part| if part == "_" { "one" } else { part })
        .collect();
    if parts.is_empty() {
        "search".to_owned()
    } else {
        parts.join("-")
    }
}

#[actix_web::test]
async fn every_page_is_without_barriers_and_fits_a_phone_in_both_themes() {
    if !is_here() {
        return;
    }
    let scene = scene::of_people().await;
    let port = scene.service.port;
    let desk = Desk::signed_in(&scene.service).await;
    let browser = Browser::open(true).await;
    browser.has_in_each_page(&npm::axe()).await;
    let quarantined = &scene.quarantined[0];
    let found = format!("/?q={}", quarantined.receipt);
    let alarm = format!("/alarms/{}", quarantined.alarm);
    let walk = walk(
        &desk,
        &browser,
        &["/", &found, &alarm],
        Most { plain: 3, alike: 1 },
    )
    .await;
    let mut pages: Vec<(String, String)> = walk
        .kinds()
        .into_iter()
        .map(|(kind, page)| (name(&kind), page))
        .collect();
    // The streams of a receiver have the same pages.
    pages.retain(|(name, _)| name != "alarms-one" && !name.starts_with("deliveries-one-alarms"));
    pages.extend([
        (
            "search-found".to_owned(),
            format!("/?q={}", quarantined.customer),
        ),
        ("alarms-one".to_owned(), alarm),
        ("no-such-page".to_owned(), "/no-such-page".to_owned()),
    ]);
    let folder = npm::target().join("pages-screenshots");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let mut wrong = looked_at(
        &browser,
        Page {
            port,
            path: "/sign-in",
        },
        "sign-in",
        &folder,
    )
    .await;
    sign_in(&browser, port, TOKEN).await;
    for (name, path) in &pages {
        wrong.extend(looked_at(&browser, Page { port, path }, name, &folder).await);
    }
    readme::pictures(&browser, port, quarantined).await;
    // A page that there is not is an error in the console.
    wrong.retain(|(place, what)| !(place == "/no-such-page" && what.contains("status of 404")));
    nothing_is(&wrong);
}

/// Fails if something is wrong: says each thing once, and where it is.
#[track_caller]
pub(crate) fn nothing_is(wrong: &[(String, String)]) {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (place, what) in wrong {
        places.entry(what).or_default().push(place);
    }
    let lines = places.iter().map(|(what, at)| {
        let first = at.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        format!("{what}\n    {} times: {first}", at.len())
    });
    let lines: Vec<String> = lines.collect();
    assert!(
        wrong.is_empty(),
        "{} things are wrong:\n{}",
        lines.len(),
        lines.join("\n")
    );
}
