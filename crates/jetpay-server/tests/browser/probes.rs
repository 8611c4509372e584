//! Requests that no link of the pages makes: hostile texts in every parameter, in ids, in cookies and in the sign-in.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use jetpay_platform::path_segment;
use reqwest::{Response, Url};

use crate::crawl::{TOGETHER, Walk, beginning, kind, leads_on, text_of};
use crate::desk::{Desk, client, filled};
use crate::driver::Browser;
use crate::inspect::inspect;

/// The parameters of all links, and those that every page takes.
fn parameters(walk: &Walk) -> BTreeSet<(String, String)> {
    let (mut all, kinds) = (BTreeSet::new(), walk.kinds());
    for page in walk.pages.keys() {
        let url = Url::parse("http://pages").unwrap().join(page).unwrap();
        let path = url.path();
        let names = url.query_pairs().map(|(name, _)| name.into_owned());
        let usual = ["lang", "format", "before", "after", "q"].map(str::to_owned);
        if kinds
            .get(&kind(page))
            .is_some_and(|of_kind| of_kind == page)
        {
            all.extend(usual.map(|name| (path.to_owned(), name)));
        }
        all.extend(names.map(|name| (path.to_owned(), name)));
    }
    // One page of each kind is enough.
    let mut seen = BTreeSet::new();
    all.retain(|(path, name)| seen.insert((kind(path), name.clone())));
    all
}

/// Sends hostile texts in each place, and returns what is wrong: a failure of the server, or a page in which the text is
/// more than a text.
pub(crate) async fn probe(
    desk: &Desk,
    browser: &Browser,
    walk: &Walk,
    hostile: &[&str],
) -> Vec<(String, String)> {
    // A client makes no URL of more than 64 KiB.
    let hostile = hostile
        .iter()
        .map(|text| text.chars().take(5_000).collect());
    let hostile: Vec<String> = hostile.collect();
    // A page shows a parameter in the same way, however many texts it has.
    let (short, long): (Vec<&String>, _) = hostile.iter().partition(|text| text.len() < 1_000);
    let together: String = short.iter().map(|text| text.as_str()).collect();
    let values: Vec<&String> = long
        .into_iter()
        .chain([&together, short[short.len() - 1]])
        .collect();
    let (mut targets, kinds) = (Vec::new(), walk.kinds());
    for (path, name) in parameters(walk) {
        targets.extend(values.iter().map(|value| {
            let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            format!("{path}?{name}={value}")
        }));
    }
    // An id that is longer than any can be, and control characters, are unknown like any other.
    for page in kinds.keys().filter(|page| page.contains('_')) {
        targets.extend(
            hostile
                .iter()
                .map(|text| page.replace('_', &path_segment(text))),
        );
    }
    targets.extend(
        [
            "/%ff",
            "/alarms/%00",
            "/?q=%ff%fe",
            "/?%",
            "/payments/%2e%2e%2f",
        ]
        .map(str::to_owned),
    );
    let (mut wrong, mut pages) = (Vec::new(), Vec::new());
    for targets in targets.chunks(TOGETHER) {
        let answers = targets
            .iter()
            .map(async |target| probed(desk.get(target).send().await).await);
        for (target, answer) in targets.iter().zip(join_all(answers).await) {
            match answer {
                Ok(Some(html)) => pages.push((target, html)),
                Ok(None) => {}
                Err(what) => wrong.push((beginning(target), what)),
            }
        }
    }
    for pages in pages.chunks(50) {
        let texts: Vec<&str> = pages.iter().map(|(_, html)| html.as_str()).collect();
        let inspected = inspect(browser, &texts).await;
        for ((target, _), inspected) in pages.iter().zip(inspected) {
            let found = inspected.wrong.into_iter();
            wrong.extend(found.map(|what| (beginning(target), what)));
        }
    }
    wrong
}

/// The page of an answer. A text that is no filter, and an id of nothing, are refused: the server never fails.
async fn probed(answer: reqwest::Result<Response>) -> Result<Option<String>, String> {
    let answer = answer.map_err(|error| format!("no answer: {error:?}"))?;
    let status = answer.status();
    if leads_on(&answer).is_some() {
        return Ok(None);
    }
    let (is_html, text) = text_of(answer)
        .await
        .map_err(|what| format!("{status}: {what}"))?;
    match status.as_u16() {
        200 | 400 | 401 | 404 | 422 => Ok(is_html.then_some(text)),
        _ => Err(format!("{status}: {}", beginning(&text))),
    }
}

/// Hostile texts before the sign-in: in a cookie, and as the place to go to after it.
pub(crate) async fn probe_the_door(
    port: u16,
    token: &str,
    hostile: &[&str],
) -> Vec<(String, String)> {
    let base = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    let http = client();
    let mut wrong = Vec::new();
    for text in hostile {
        let value: String = form_urlencoded::byte_serialize(text.as_bytes())
            .take(2_000)
            .collect();
        for cookie in ["jetpay-session", "lang"] {
            let request = http
                .get(base.clone())
                .header("cookie", format!("{cookie}={value}"));
            if let Err(what) = probed(request.send().await).await {
                wrong.push((format!("the cookie {cookie}={}", beginning(&value)), what));
            }
        }
    }
    let elsewhere = [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "///evil.example",
        "/%0d%0aset-cookie:x=y",
        " //evil.example",
    ];
    for next in elsewhere.iter().chain(hostile) {
        let request = http
            .post(base.join("sign-in").unwrap())
            .header("sec-fetch-site", "same-origin");
        let answer = filled(request, &[("token", token), ("next", next)])
            .send()
            .await;
        let place = format!("sign-in with next={:?}", beginning(next));
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                wrong.push((place, format!("{error:?}")));
                continue;
            }
        };
        let status = answer.status();
        let to = answer
            .headers()
            .get("location")
            .and_then(|to| to.to_str().ok());
        let to = to.and_then(|to| base.join(to).ok());
        let is_here = to.as_ref().is_some_and(|to| to.origin() == base.origin());
        // A text that is too long is refused.
        if !(status.is_client_error() || status == 303 && is_here) {
            wrong.push((place, format!("{status}, leads to {to:?}")));
        }
    }
    wrong
}
