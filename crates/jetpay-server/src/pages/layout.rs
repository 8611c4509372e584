//! The frame of a page: title, navigation, who is signed in, languages.

use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::door;
use super::error::PageError;
use super::locale::{Lang, Words};
use super::visit::Visit;

/// A link of the navigation.
struct Place {
    path: &'static str,
    /// The id of its name.
    name: &'static str,
    /// How much waits there, and the id of the words for it.
    waits: Option<(i64, &'static str)>,
}

fn places(visit: &Visit) -> [Place; 7] {
    let counts = visit.counts.unwrap_or_default();
    let place = |path, name, waits: Option<(i64, &'static str)>| Place {
        path,
        name,
        waits: waits.filter(|(count, _)| *count > 0),
    };
    [
        place("/", "nav-search", None),
        place(
            "/alarms",
            "nav-alarms",
            Some((counts.open_alarms, "nav-open")),
        ),
        place(
            "/inbox",
            "nav-inbox",
            Some((counts.unmatched, "nav-waiting")),
        ),
        place("/payouts", "nav-payouts", None),
        place("/reconciliations", "nav-reconciliations", None),
        place("/deliveries", "nav-deliveries", None),
        place("/today", "nav-today", None),
    ]
}

/// Whether a link of the navigation leads to this page, or to the list that it is of.
fn current(here: &str, path: &str) -> Option<&'static str> {
    if here == path {
        return Some("page");
    }
    let below = here.strip_prefix(path).filter(|_| path != "/");
    below.filter(|rest| rest.starts_with('/')).map(|_| "true")
}

fn navigation(visit: &Visit) -> Markup {
    let words = visit.words;
    let here = visit.target.split('?').next().unwrap_or_default();
    html! {
        nav aria-label=(words.get("nav-label")) {
            @for place in places(visit) {
                a href=(place.path) aria-current=[current(here, place.path)] {
                    (words.get(place.name))
                    @if let Some((count, id)) = place.waits { " " (waiting(&words.with(id, [("count", count.into())]), count)) }
                }
            }
        }
    }
}

/// The number, and for those who do not see it beside its link, what it counts.
fn waiting(text: &str, count: i64) -> Markup {
    html! { span.count title=(text) { span aria-hidden="true" { (count) } span.unseen { (text) } } }
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
    let note = (visit.is_read)
        .then(|| (visit.pages.sessions).take_note(&visit.session, &visit.target))
        .flatten();
    let viewer = &visit.viewer;
    let body = html! {
        a.skip href="#main" { (words.get("skip-to-content")) }
        header {
            (navigation(visit))
            form.who method="post" action="/sign-out" {
                span { bdi { (viewer.name) } " · " (words.word("role", viewer.role.as_str())) }
                " " button { (words.get("sign-out")) }
            }
        }
        main #main tabindex="-1" {
            h1 { (title) }
            @if let Some(note) = note { p.note role="status" { (note) } }
            (main)
        }
        footer {
            span { (words.with("footer-zone", [("zone", visit.pages.zone_name.as_str().into())])) }
            (links(words, &visit.target))
        }
    };
    door::html(status, frame(words, title, &body))
}

/// An error without a session. `to` is the page that was asked for, or that has the form.
pub(super) fn bare(words: Words, text: &str, reason: &str, to: &str) -> Markup {
    let title = words.get("error-title");
    let main = html! {
        main #main {
            h1 { (title) }
            p { (text) }
            (typed(words, reason))
            (ways_back(words, to))
        }
    };
    frame(words, &title, &main)
}

/// To the page of a form, and to the front page.
fn ways_back(words: Words, to: &str) -> Markup {
    html! {
        @if to != "/" { p { a href=(to) { (words.get("error-back-to-form")) } } }
        p { a href="/" { (words.get("error-back")) } }
    }
}

pub(super) fn error(visit: &Visit, wrong: &PageError) -> HttpResponse {
    let words = visit.words;
    let to = if visit.is_read { "/" } else { &visit.target };
    let main = html! {
        p { (wrong.text(words)) }
        (typed(words, &visit.typed))
        (ways_back(words, to))
    };
    with_status(visit, wrong.status_code(), &words.get("error-title"), &main)
}

/// The reason that the person typed, to be copied: the form that it was in is not shown, and not sent again by itself.
pub(super) fn typed(words: Words, text: &str) -> Markup {
    html! {
        @if !text.is_empty() {
            p {
                label for="typed" { (words.get("sign-in-typed")) }
                textarea #typed readonly rows="3" { (text) }
            }
        }
    }
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

/// The footer of a page without a session.
pub(super) fn languages(words: Words, target: &str) -> Markup {
    html! { footer { (links(words, target)) } }
}

/// Links to this page in the other languages.
fn links(words: Words, target: &str) -> Markup {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let fields: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name != "lang")
        .collect();
    let link = |lang: Lang| {
        let fields = fields.iter().map(|(name, value)| (&**name, &**value));
        super::fields::href(path, fields.chain([("lang", lang.tag())]))
    };
    html! {
        @for lang in Lang::ALL.into_iter().filter(|lang| *lang != words.0) {
            a href=(link(lang)) lang=(lang.tag()) hreflang=(lang.tag()) { (lang.name()) } " "
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_of_the_page_and_of_the_list_above_it_are_marked_and_no_other() {
        for (here, path, expected) in [
            ("/", "/", Some("page")),
            ("/alarms", "/", None),
            ("/alarms", "/alarms", Some("page")),
            ("/alarms/17", "/alarms", Some("true")),
            ("/alarmsx", "/alarms", None),
            ("/deliveries/abills/entries", "/deliveries", Some("true")),
        ] {
            assert_eq!(current(here, path), expected, "{here} {path}");
        }
    }

    #[test]
    fn other_languages_are_of_this_page_with_its_filters() {
        let shown = links(
            Words(Lang::Kazakh),
            "/alarms?kind=unusable&lang=kk&q=%3Cb%3E%22",
        )
        .into_string();
        assert_eq!(
            shown,
            "<a href=\"/alarms?kind=unusable&amp;q=%3Cb%3E%22&amp;lang=ru\" lang=\"ru\" hreflang=\"ru\">Русский</a> \
             <a href=\"/alarms?kind=unusable&amp;q=%3Cb%3E%22&amp;lang=en\" lang=\"en\" hreflang=\"en\">English</a> "
        );
    }
}
