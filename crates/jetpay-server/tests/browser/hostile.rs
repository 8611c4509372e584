//! Hostile texts in every field that comes from outside, and a walk over all links of all pages with each role.

use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::crawl::{Most, Walk, walk};
use crate::desk::{Desk, PAYER, READER, RESOLVER};
use crate::driver::{Browser, is_here};
use crate::looks::{self, Page};
use crate::npm;
use crate::probes::{probe, probe_the_door};
use crate::scene::{Scene, Texts, play};
use crate::support::TOKEN;
use crate::with_scripts_off::scripts_are;

/// What harms a page that shows it unescaped: markup, a template, a formula of a spreadsheet, a path, characters that turn, join or
/// hide text, and the longest id without a place to break the line.
fn ids() -> [String; 6] {
    let long = "W".repeat(200) + "<br>";
    [
        "<script>document.title='hostile'</script>\"><svg onload=alert(1)>",
        "'><img src=x onerror=alert(1)>{{7*7}}${7*7}{ $count }",
        "\u{202e}\u{2066}abc\u{200b}\u{feff}e\u{301}\u{a0}",
        "../../x?a=1#b%2F%00&lang=kk👩\u{200d}👩\u{200d}👧🇰🇿",
        "=cmd|' /C calc'!A0",
        &long,
    ]
    .map(str::to_owned)
}

/// Texts that are no ids, beside some that are.
fn texts() -> [String; 6] {
    let [script, attribute, hidden, path, ..] = ids();
    let formula = "=1+1\0\u{1b}[31m\r\n\t<!-- ]]> -->\u{2028}".to_owned();
    let long = "<b title='x'>&".repeat(40 * 1024 / 14);
    [script, attribute, hidden, path, formula, long]
}

async fn hostile() -> Scene {
    let texts = texts().into_iter().zip(ids());
    play(texts.map(|(text, id)| Texts::all(&text, &id))).await
}

/// What no request of this test brings into the ledger, behind the back of the service.
fn spoil(scene: &Scene) {
    let database = scene.service.running.folder.database();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    // A column, and what is unlike in each row.
    for (table, column, number, texts) in [
        ("waiting_deliveries", "why", "number", texts()),
        ("alarms", "reason", "seq", texts()),
        ("differences", "reason", "operation_id", texts()),
        (
            "payouts",
            "customer_id",
            "unicode(substr(payment_id, -1))",
            ids(),
        ),
    ] {
        let count = texts.len();
        let spoilt = format!(
            "UPDATE {table} SET {column} = json_extract(?1, '$[' || ({number} % {count}) || ']') WHERE {column} IS NOT NULL"
        );
        let texts = json!(texts).to_string();
        assert!(
            database.execute(&spoilt, [texts]).unwrap() > 0,
            "{table} is empty"
        );
    }
}

async fn walked(scene: &Scene, browser: &Browser) -> (Walk, Vec<(String, String)>) {
    let mut wrong = Vec::new();
    let mut of_all = None;
    for (role, token) in [
        ("read", READER),
        ("resolve", RESOLVER),
        ("pay", PAYER),
        ("all", TOKEN),
    ] {
        let desk = Desk::with_token(&scene.service, token).await;
        // What one role may not see is hidden on each page of a kind in the same way.
        let most = match role {
            "all" => Most {
                plain: 24,
                alike: 1,
            },
            _ => Most { plain: 2, alike: 1 },
        };
        let found = ids();
        let searches: Vec<String> = found
            .iter()
            .map(|id| {
                format!(
                    "/?{}",
                    form_urlencoded::Serializer::new(String::new())
                        .append_pair("q", id)
                        .finish()
                )
            })
            .collect();
        let from: Vec<&str> = ["/"]
            .into_iter()
            .chain(searches.iter().map(String::as_str))
            .collect();
        let walk = walk(&desk, browser, &from, most).await;
        println!("{role}: {} pages, {} files", walk.pages.len(), walk.files);
        wrong.extend(
            walk.wrong
                .iter()
                .map(|(place, what)| (format!("{role}: {place}"), what.clone())),
        );
        of_all = Some(walk);
    }
    (of_all.unwrap(), wrong)
}

#[actix_web::test]
async fn every_link_of_every_page_leads_to_a_page_and_hostile_texts_stay_texts() {
    if !is_here() {
        return;
    }
    let scene = hostile().await;
    spoil(&scene);
    let browser = Browser::open(true).await;
    scripts_are(&browser, "on").await;
    let (walk, mut wrong) = walked(&scene, &browser).await;
    let folder = npm::target().join("pages-hostile");
    let names = walk.keep(&folder);
    let validation = thread::spawn(move || npm::invalid_html(&folder));
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let desk = Desk::signed_in(&scene.service).await;
    wrong.extend(probe(&desk, &browser, &walk, &texts).await);
    wrong.extend(probe_the_door(scene.service.port, TOKEN, &texts).await);
    wrong.extend(in_the_browser(&scene, &browser, &walk).await);
    for invalid in validation.join().unwrap() {
        let (name, what) = invalid.split_once(':').unwrap();
        let (at, what) = what.split_once(": ").unwrap();
        wrong.push((
            format!("{} ({name}:{at})", names[name]),
            format!("no valid HTML: {what}"),
        ));
    }
    looks::nothing_is(&wrong);
}

/// One page of each kind, as the browser shows it: no policy is broken, no script of a text runs, and nothing is wider than a
/// narrow telephone.
async fn in_the_browser(scene: &Scene, browser: &Browser, walk: &Walk) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    looks::sign_in(browser, scene.service.port, TOKEN).await;
    for page in walk.kinds().values() {
        let page = Page {
            port: scene.service.port,
            path: page,
        };
        page.open(browser).await;
        let here = || page.path.to_owned();
        wrong.extend(page.sideways(browser).await.map(|it| (here(), it)));
        let title = browser.run("return document.title", Vec::new()).await;
        if title == "hostile" {
            wrong.push((here(), "a script ran".to_owned()));
        }
        wrong.extend(page.console(browser).await.map(|it| (here(), it)));
    }
    wrong
}
