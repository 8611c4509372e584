//! The frame of a page: title, navigation, who is signed in, languages.

use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::door;
use super::error::PageError;
use super::locale::{Lang, Words};
use super::visit::Visit;

/// The pages of the navigation: path, the id of the name, and how much waits there.
fn places(visit: &Visit) -> [(&'static str, &'static str, i64); 7] {
    let counts = visit.counts.unwrap_or_default();
    [
        ("/", "nav-search", 0),
        ("/alarms", "nav-alarms", counts.open_alarms),
        ("/inbox", "nav-inbox", counts.unmatched),
        ("/payouts", "nav-payouts", 0),
        ("/reconciliations", "nav-reconciliations", 0),
        ("/deliveries", "nav-deliveries", 0),
        ("/today", "nav-today", 0),
    ]
}

/// An answer with a page. `main` begins below the heading with the title.
pub(super) fn page(visit: &Visit, title: &str, main: &Markup) -> HttpResponse {
    with_status(visit, StatusCode::OK, title, main)
}

/// The same, with another status: 422 for a form that was refused.
pub(super) fn with_status(
    visit: &Visit,
    status: StatusCode,
    title: &str,
    main: &Markup,
) -> HttpResponse {
    let words = visit.words;
    let note = visit.pages.sessions.take_note(&visit.session);
    let here = visit.target.split('?').next().unwrap_or_default();
    let body = html! {
        a.skip href="#main" { (words.get("skip-to-content")) }
        header {
            nav aria-label=(words.get("nav-label")) {
                @for (path, name, waits) in places(visit) {
                    a href=(path) aria-current=[(here == path).then_some("page")] {
                        (words.get(name))
                        @if waits > 0 { " " span.count { (waits) } }
                    }
                }
            }
            form.who method="post" action="/sign-out" {
                span { bdi { (visit.viewer.name) } " · " (visit.viewer.role.as_str()) }
                " " button { (words.get("sign-out")) }
            }
        }
        main #main tabindex="-1" {
            h1 { (title) }
            @if let Some(note) = note { p.note role="status" { (note) } }
            (main)
        }
        (languages(words, &visit.target))
    };
    door::html(status, frame(words, title, &body))
}

/// A page without a session.
pub(super) fn bare(words: Words, title: &str, text: &str) -> Markup {
    frame(
        words,
        title,
        &html! { main #main { h1 { (title) } p { (text) } } },
    )
}

pub(super) fn error(visit: &Visit, wrong: &PageError) -> HttpResponse {
    let words = visit.words;
    let main = html! { p { (wrong.text(words)) } p { a href="/" { (words.get("error-back")) } } };
    with_status(visit, wrong.status_code(), &words.get("error-title"), &main)
}

/// The whole document.
pub(super) fn frame(words: Words, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.0.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · JetPay" }
                link rel="stylesheet" href=(door::style_address());
                link rel="icon" href="/icon.svg";
            }
            body { (body) }
        }
    }
}

/// Links to this page in the other languages.
pub(super) fn languages(words: Words, target: &str) -> Markup {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let fields: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name != "lang")
        .collect();
    let link = |lang: Lang| {
        let fields = fields.iter().map(|(name, value)| (&**name, &**value));
        super::fields::href(path, fields.chain([("lang", lang.tag())]))
    };
    html! {
        footer {
            @for lang in Lang::ALL.into_iter().filter(|lang| *lang != words.0) {
                a href=(link(lang)) lang=(lang.tag()) hreflang=(lang.tag()) { (lang.name()) } " "
            }
        }
    }
}
