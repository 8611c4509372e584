//! Where a request comes from: from which site a form, over TLS or not, and which address leads back there.

use std::net::IpAddr;

use actix_web::dev::RequestHead;
use actix_web::http::header::{HOST, HeaderName, HeaderValue, ORIGIN, REFERER};
use actix_web::http::uri::Authority;
use actix_web::http::{Method, Uri};

use super::super::fields::href;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The longest address that a sign-in leads back to.
const LONGEST: usize = 4096;

/// Whether the browser says that a form comes from a page of this service. Browsers send `Sec-Fetch-Site` over TLS and on
/// loopback, and `Origin` with every form.
pub(super) fn is_same_origin(head: &RequestHead) -> bool {
    let headers = head.headers();
    if headers.contains_key(SEC_FETCH_SITE) {
        let mut sites = headers.get_all(SEC_FETCH_SITE);
        return sites.all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    }
    let mut origins = headers.get_all(ORIGIN);
    match (origins.next(), origins.next(), headers.get(HOST)) {
        (Some(origin), None, Some(host)) => is_at(origin, host).unwrap_or(false),
        _ => false,
    }
}

/// Whether an origin, or the address of a page, is at this host. A port that is left out is the scheme's.
fn is_at(origin: &HeaderValue, host: &HeaderValue) -> Option<bool> {
    let origin: Uri = origin.to_str().ok()?.parse().ok()?;
    let default = match origin.scheme_str()? {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let (origin, host) = (
        origin.authority()?,
        Authority::try_from(host.as_bytes()).ok()?,
    );
    let has_user = |of: &Authority| of.as_str().contains('@');
    let port = |of: &Authority| of.port_u16().unwrap_or(default);
    let is_same = origin.host().eq_ignore_ascii_case(host.host()) && port(origin) == port(&host);
    Some(is_same && !has_user(origin) && !has_user(&host))
}

/// Whether a link on another site led here. The browser then sends no cookie with `SameSite=Strict`.
pub(super) fn is_from_elsewhere(head: &RequestHead) -> bool {
    let site = head.headers().get(SEC_FETCH_SITE);
    site.is_some_and(|site| matches!(site.as_bytes(), b"cross-site" | b"same-site"))
}

/// Whether the browser calls by a name of this machine alone, where it keeps a cookie without TLS.
pub(super) fn is_loopback(head: &RequestHead) -> bool {
    let host = head.headers().get(HOST).map(HeaderValue::as_bytes);
    let Some(Ok(host)) = host.map(Authority::try_from) else {
        return false;
    };
    let host = host.host().trim_start_matches('[').trim_end_matches(']');
    let is_address = host
        .parse::<IpAddr>()
        .is_ok_and(|ip| ip.to_canonical().is_loopback());
    is_address || host.eq_ignore_ascii_case("localhost")
}

/// Whether a form came over plain HTTP to a name where the browser then keeps no session.
pub(super) fn is_plain(head: &RequestHead) -> bool {
    let headers = head.headers();
    let origin = headers.get(ORIGIN).map(HeaderValue::as_bytes);
    let is_http = origin.is_some_and(|origin| origin.starts_with(b"http://"));
    !is_loopback(head) && (is_http || !headers.contains_key(SEC_FETCH_SITE) && origin.is_none())
}

/// The address that a request asks for, without the wish for a language: links on the page lead there, and the sign-in.
fn target(head: &RequestHead) -> String {
    target_of(&head.uri)
}

fn target_of(address: &Uri) -> String {
    let query = form_urlencoded::parse(address.query().unwrap_or_default().as_bytes());
    let kept: Vec<_> = query.filter(|(name, _)| name != "lang").collect();
    let fields = kept.iter().map(|(name, value)| (&**name, &**value));
    local(&href(address.path(), fields)).to_owned()
}

/// Where a sign-in leads that is shown in the place of an answer. After a form, that is the page with the form.
pub(super) fn next(head: &RequestHead) -> String {
    if head.method == Method::GET {
        return target(head);
    }
    let (page, host) = (head.headers().get(REFERER), head.headers().get(HOST));
    let here = page.zip(host);
    let here = here.filter(|(page, host)| is_at(page, host).unwrap_or(false));
    let page = here.and_then(|(page, _)| page.to_str().ok()?.parse::<Uri>().ok());
    // A page that answers a form has the address to which the form was sent.
    match page {
        Some(page) if page.query().is_some() => target_of(&page),
        Some(page) => form_page(page.path()),
        None => form_page(head.uri.path()),
    }
}

/// The page with the form that is sent to this path; of other paths, the path itself.
fn form_page(path: &str) -> String {
    match path {
        // Without the numbers that were chosen, these have nothing to show.
        "/alarms/resolve" => "/alarms".to_owned(),
        "/differences/resolve" => "/reconciliations".to_owned(),
        _ => local(page_of_form(path).as_deref().unwrap_or(path)).to_owned(),
    }
}

/// The page that has the form with this address, if no page has the address itself.
pub(in super::super) fn page_of_form(path: &str) -> Option<String> {
    let parts: Vec<_> = path.split('/').skip(1).collect();
    match parts[..] {
        ["sign-out"] => Some("/".to_owned()),
        ["payments", id, "confirm"] => Some(format!("/payments/{id}")),
        [
            kind @ ("alarms" | "inbox" | "payouts" | "differences"),
            id,
            "resolve",
        ] => Some(format!("/{kind}/{id}")),
        ["deliveries", name, feed, _, "retry" | "skip"] => {
            Some(format!("/deliveries/{name}/{feed}"))
        }
        _ => None,
    }
}

/// An address if it is one of these pages, else the front page. `//host` and `/\host` are addresses of other sites, and a
/// control character could end the header that has the address.
pub(super) fn local(address: &str) -> &str {
    let is_local = address.starts_with('/')
        && !address.starts_with("//")
        && address.len() <= LONGEST
        && address
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let leads_out = address.starts_with("/sign-in") || address.starts_with("/sign-out");
    if is_local && !leads_out { address } else { "/" }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn asks(headers: &[(&str, &str)], is: fn(&RequestHead) -> bool) -> bool {
        let request = headers
            .iter()
            .fold(TestRequest::post(), |request, (name, value)| {
                request.append_header((*name, *value))
            });
        is(request.to_http_request().head())
    }

    #[test]
    fn form_is_taken_only_from_a_page_at_the_host_that_it_is_sent_to() {
        for (origin, host, expected) in [
            ("http://127.0.0.1:8082", "127.0.0.1:8082", true),
            ("https://desk.internal", "desk.internal", true),
            ("https://desk.internal", "Desk.Internal:443", true),
            ("http://DESK.internal:80", "desk.internal", true),
            ("http://[::1]:8082", "[::1]:8082", true),
            ("https://desk.internal:8443", "desk.internal:8443", true),
            ("https://desk.internal:8443", "desk.internal", false),
            ("http://127.0.0.1:8081", "127.0.0.1:8082", false),
            ("https://desk.internal.evil", "desk.internal", false),
            ("https://desk.internal@evil", "desk.internal", false),
            ("https://evil@desk.internal", "desk.internal", false),
            ("ftp://desk.internal", "desk.internal", false),
            ("//desk.internal", "desk.internal", false),
            ("desk.internal", "desk.internal", false),
            ("null", "null", false),
            ("", "", false),
        ] {
            let is = asks(&[("origin", origin), ("host", host)], is_same_origin);
            assert_eq!(is, expected, "{origin} {host}");
        }
        let fetched = |headers: &[(&str, &str)]| {
            let more = [("origin", "https://desk"), ("host", "desk")];
            asks(&[headers, &more].concat(), is_same_origin)
        };
        for (site, expected) in [
            ("same-origin", true),
            ("none", true),
            ("same-site", false),
            ("cross-site", false),
            ("", false),
        ] {
            assert_eq!(fetched(&[("sec-fetch-site", site)]), expected, "{site}");
        }
        let twice = [("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")];
        assert!(!fetched(&twice));
        assert!(!fetched(&[("origin", "https://desk")]), "two origins");
        assert!(!asks(&[("host", "desk")], is_same_origin));
        assert!(!asks(&[("origin", "https://desk")], is_same_origin));
    }

    #[test]
    fn address_of_another_site_or_with_a_control_character_becomes_the_front_page() {
        for good in ["/", "/?q=7%2F1", "/payments/x", "/alarms?kind=a&page=2"] {
            assert_eq!(local(good), good);
        }
        let long = format!("/{}", "x".repeat(LONGEST));
        for bad in [
            "",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/a\\..\\b",
            "https://evil.example/",
            "javascript:alert(1)",
            "evil",
            "/\t/evil.example",
            "/x\r\nset-cookie: a=b",
            "/x\0",
            "/x y",
            "/ж",
            "/sign-out",
            "/sign-in?next=/",
            &long,
        ] {
            assert_eq!(local(bad), "/", "{bad:?}");
        }
    }

    #[test]
    fn session_without_tls_is_kept_only_on_loopback() {
        for (headers, plain) in [
            (
                &[
                    ("host", "127.0.0.1:8082"),
                    ("origin", "http://127.0.0.1:8082"),
                ][..],
                false,
            ),
            (
                &[("host", "localhost"), ("origin", "http://localhost")],
                false,
            ),
            (&[("host", "[::1]:1"), ("origin", "http://[::1]:1")], false),
            (
                &[
                    ("host", "10.0.0.7:8082"),
                    ("origin", "http://10.0.0.7:8082"),
                ],
                true,
            ),
            (
                &[
                    ("host", "localhost.evil"),
                    ("origin", "http://localhost.evil"),
                ],
                true,
            ),
            (
                &[
                    ("host", "desk.internal"),
                    ("origin", "https://desk.internal"),
                ],
                false,
            ),
            (
                &[("host", "desk.internal"), ("sec-fetch-site", "same-origin")],
                false,
            ),
            (&[("host", "desk.internal")], true),
        ] {
            assert_eq!(asks(headers, is_plain), plain, "{headers:?}");
        }
    }

    #[test]
    fn sign_in_in_the_place_of_a_form_leads_to_the_page_with_the_form() {
        let after = |page: &str| {
            let request = TestRequest::post()
                .insert_header(("host", "desk.internal"))
                .insert_header(("referer", page));
            next(request.to_http_request().head())
        };
        assert_eq!(after("https://desk.internal/alarms/7?x=1"), "/alarms/7?x=1");
        for other in [
            "https://evil.example/alarms/7",
            "https://desk.internal//evil.example",
            "/alarms/7",
            "",
        ] {
            assert_eq!(after(other), "/", "{other}");
        }
        // The page of a second step has the address of the first form.
        assert_eq!(after("https://desk.internal/alarms/7/resolve"), "/alarms/7");
        for (path, page) in [
            ("/alarms/7/resolve", "/alarms/7"),
            ("/alarms/resolve", "/alarms"),
            ("/payments/x%2Fy/confirm", "/payments/x%2Fy"),
            (
                "/deliveries/abills/entries/7/skip",
                "/deliveries/abills/entries",
            ),
            (
                "/deliveries/abills/entries/replay",
                "/deliveries/abills/entries/replay",
            ),
            ("/entries/7/correct", "/entries/7/correct"),
            ("/differences/7/resolve", "/differences/7"),
            ("/differences/resolve", "/reconciliations"),
            ("//evil.example/resolve", "/"),
        ] {
            let request = TestRequest::post().uri(path).to_http_request();
            assert_eq!(next(request.head()), page, "{path}");
        }
        let page = TestRequest::get().uri("/alarms?kind=a%26b&lang=kk");
        assert_eq!(next(page.to_http_request().head()), "/alarms?kind=a%26b");
        let page = TestRequest::get().uri("//evil.example/?lang=kk");
        assert_eq!(next(page.to_http_request().head()), "/");
    }
}
