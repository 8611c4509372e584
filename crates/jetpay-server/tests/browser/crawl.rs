//! Walks over the links of the pages, as a person with a token does who opens each of them once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::{self, Display};
use std::path::Path;
use std::{fs, mem};

use futures_util::future::join_all;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Response, Url};

use crate::desk::Desk;
use crate::driver::Browser;
use crate::inspect::{Inspected, inspect};

/// More pages than that are a circle that never ends, such as a link to the next page of an empty list.
const MOST: usize = 4_000;
/// The longest page, in bytes: a thousand rows of the longest texts.
const LONGEST: usize = 2 * 1024 * 1024;
/// How many pages are asked for at once.
pub(crate) const TOGETHER: usize = 4;
/// How many pages the browser inspects at once.
const AT_ONCE: usize = 50;

/// A link: where it leads, and who says so.
#[derive(Clone)]
struct Link {
    to: String,
    text: String,
    from: String,
}

impl Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { to, text, from } = self;
        write!(f, "{to} (the link {text:?} on {from})")
    }
}

/// What a walk found.
#[derive(Default)]
pub(crate) struct Walk {
    /// Each page and its HTML.
    pub(crate) pages: BTreeMap<String, String>,
    /// What is wrong: a page with the link that leads there, and what it is.
    pub(crate) wrong: Vec<(String, String)>,
    /// What was downloaded.
    pub(crate) files: usize,
}

/// Opens these pages and all to which they lead.
pub(crate) async fn walk(desk: &Desk, browser: &Browser, from: &[&str], most: Most) -> Walk {
    let mut walk = Walk::default();
    let begin = from.iter().map(|to| Link {
        to: (*to).to_owned(),
        text: String::new(),
        from: "the test".to_owned(),
    });
    let mut links: VecDeque<Link> = begin.collect();
    let mut known: BTreeSet<String> = links.iter().map(|link| link.to.clone()).collect();
    let seen = BTreeMap::new();
    let (mut wanted, mut unread) = (Wanted { most, seen }, Vec::new());
    loop {
        if unread.len() >= AT_ONCE || (links.is_empty() && !unread.is_empty()) {
            let found = walk.read(browser, mem::take(&mut unread)).await;
            let new = found
                .into_iter()
                .filter(|link| known.insert(link.to.clone()) && wanted.is_wanted(&link.to));
            links.extend(new);
        }
        if links.is_empty() {
            return walk;
        }
        if walk.pages.len() + walk.files > MOST {
            let what = format!("there are more than {MOST} pages");
            walk.wrong.push((links[0].to_string(), what));
            return walk;
        }
        let next: Vec<Link> = links.drain(..links.len().min(TOGETHER)).collect();
        let answers = join_all(next.iter().map(|link| opened(desk, link))).await;
        for (link, answer) in next.into_iter().zip(answers) {
            match answer {
                Ok(Some(html)) => unread.push((link, html)),
                Ok(None) => walk.files += 1,
                Err(wrong) => walk.wrong.push((link.to_string(), wrong)),
            }
        }
    }
}

impl Walk {
    /// Inspects pages, and returns their links.
    async fn read(&mut self, browser: &Browser, pages: Vec<(Link, String)>) -> Vec<Link> {
        let texts: Vec<&str> = pages.iter().map(|(_, html)| html.as_str()).collect();
        let inspected = inspect(browser, &texts).await;
        let mut found = Vec::new();
        for ((link, html), Inspected { wrong, links }) in pages.into_iter().zip(inspected) {
            let wrong = wrong.into_iter().map(|wrong| (link.to_string(), wrong));
            self.wrong.extend(wrong);
            let leads = links.into_iter();
            found.extend(leads.filter_map(|(to, text)| resolved(&link.to, &to, text)));
            self.pages.insert(link.to, html);
        }
        found
    }

    /// One page of each kind: those whose paths differ in ids alone are of one kind.
    pub(crate) fn kinds(&self) -> BTreeMap<String, String> {
        let mut kinds = BTreeMap::new();
        // The simplest query first.
        let mut pages: Vec<&String> = self.pages.keys().collect();
        pages.sort_by_key(|page| (page.matches(['?', '&']).count(), page.len()));
        for page in pages {
            kinds.entry(kind(page)).or_insert_with(|| page.clone());
        }
        kinds
    }

    /// Writes one page of each kind and the longest of its kind into a folder. Returns which page is in which file.
    pub(crate) fn keep(&self, folder: &Path) -> BTreeMap<String, String> {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).unwrap();
        let mut longest: BTreeMap<String, &String> = BTreeMap::new();
        for (page, html) in &self.pages {
            let known = longest.entry(kind(page)).or_insert(page);
            if html.len() > self.pages[*known].len() {
                *known = page;
            }
        }
        let longest = longest.into_values().cloned();
        let pages: BTreeSet<String> = self.kinds().into_values().chain(longest).collect();
        let mut names = BTreeMap::new();
        for (number, page) in pages.into_iter().enumerate() {
            let name = format!("{number:04}.html");
            fs::write(folder.join(&name), &self.pages[&page]).unwrap();
            names.insert(name, page);
        }
        names
    }
}

/// The link as an address of the service, without a fragment; `None` if it leads elsewhere, which the inspection reports.
fn resolved(page: &str, to: &str, text: String) -> Option<Link> {
    let base = Url::parse("http://pages").unwrap().join(page).ok()?;
    let mut url = base.join(to).ok()?;
    url.set_fragment(None);
    let to = url.as_str().strip_prefix("http://pages")?.to_owned();
    let from = page.to_owned();
    Some(Link { to, text, from })
}

/// How many pages of one kind a walk opens. Filters go together in so many ways that no person tries all of them.
#[derive(Clone, Copy)]
pub(crate) struct Most {
    /// Pages without a query: those of a payment, an alarm.
    pub(crate) plain: u32,
    /// Pages whose queries have the same fields.
    pub(crate) alike: u32,
}

/// Which links were wanted so far.
struct Wanted {
    most: Most,
    seen: BTreeMap<String, u32>,
}

impl Wanted {
    fn is_wanted(&mut self, to: &str) -> bool {
        let (_, query) = to.split_once('?').unwrap_or_default();
        let fields = form_urlencoded::parse(query.as_bytes());
        // Each page links to itself in the other languages.
        let name = |(name, value): (Cow<'_, str>, Cow<'_, str>)| match &*name {
            "lang" => format!("lang={value}"),
            _ => name.into_owned(),
        };
        let names: BTreeSet<String> = fields.map(name).collect();
        let most = if names.is_empty() {
            self.most.plain
        } else {
            self.most.alike
        };
        let alike = format!("{} {names:?}", kind(to));
        let seen = self.seen.entry(alike).or_default();
        *seen += 1;
        *seen <= most
    }
}

/// The path of a page without its ids: `/alarms/_`.
pub(crate) fn kind(page: &str) -> String {
    let path = page.split('?').next().unwrap_or_default();
    let fixed = |part: &str| {
        let is_word = part.chars().all(|it| it.is_ascii_lowercase() || it == '-');
        if is_word {
            part.to_owned()
        } else {
            "_".to_owned()
        }
    };
    let parts: Vec<String> = path.split('/').map(fixed).collect();
    parts.join("/")
}

/// The HTML of a page; `None` for a file that is downloaded.
async fn opened(desk: &Desk, link: &Link) -> Result<Option<String>, String> {
    let get = async |to: &str| {
        let answer = desk.get(to).send().await;
        answer.map_err(|error| format!("no answer: {error:?}"))
    };
    let mut answer = get(&link.to).await?;
    // An id of a callback that waits in the inbox leads there, in one step.
    if let Some(to) = leads_on(&answer) {
        answer = get(&to).await?;
    }
    let status = answer.status();
    let (is_html, text) = text_of(answer).await?;
    if status != 200 {
        return Err(format!("{status}: {}", beginning(&text)));
    }
    Ok(is_html.then_some(text))
}

/// Where on the service an answer leads on.
pub(crate) fn leads_on(answer: &Response) -> Option<String> {
    let to = answer.headers().get(LOCATION)?.to_str().ok()?;
    let is_here = answer.status() == 303 && to.starts_with('/') && !to.starts_with("//");
    is_here.then(|| to.to_owned())
}

/// The text of an answer with a page or a file, and whether it is a page.
pub(crate) async fn text_of(answer: Response) -> Result<(bool, String), String> {
    if answer.status().is_redirection() {
        return Ok((false, String::new()));
    }
    let header = answer.headers().get(CONTENT_TYPE).cloned();
    let header = header.ok_or("no content-type")?;
    let bytes = answer.bytes().await.map_err(|error| error.to_string())?;
    if bytes.len() > LONGEST {
        return Err(format!("{} bytes", bytes.len()));
    }
    let text = String::from_utf8(bytes.into()).map_err(|error| error.to_string())?;
    match header.to_str() {
        Ok("text/html; charset=utf-8") => Ok((true, text)),
        Ok("text/csv; charset=utf-8") => good_csv(&text).map(|()| (false, text)),
        Ok("text/css; charset=utf-8") => Ok((false, text)),
        other => Err(format!("content-type {other:?}")),
    }
}

/// What a spreadsheet takes for a formula harms the person who opens it.
fn good_csv(text: &str) -> Result<(), String> {
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    for row in rows.records() {
        let row = row.map_err(|error| error.to_string())?;
        for cell in &row {
            let is_number = cell.parse::<f64>().is_ok();
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
                return Err(format!("a formula: {}", beginning(cell)));
            }
            let hidden = jetpay_platform::visible::lines(cell);
            if hidden != cell.replace("\r\n", "\n") && !cell.contains(['\t', '\u{a0}']) {
                return Err(format!("hidden characters: {}", beginning(&hidden)));
            }
        }
    }
    Ok(())
}

pub(crate) fn beginning(text: &str) -> String {
    text.chars().take(300).collect()
}
