//! Who comes in: signing in and out, sessions, languages.

use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Response, StatusCode};
use serde_json::json;

use crate::desk::{Desk, READER, RESOLVER, Service, client, desk, filled, text};
use crate::support::{PROJECT, TOKEN, assert_has, each};

/// Sends the form of the sign-in, as a browser on this machine does, with these headers.
pub(crate) async fn sign_in(
    service: &Service,
    headers: &[(&'static str, &str)],
    form: &[(&str, &str)],
) -> Response {
    let url = format!("http://127.0.0.1:{}/sign-in", service.port);
    let request = client().post(url);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    filled(request, form).send().await.unwrap()
}

const HERE: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];

/// A request for a page, with this cookie.
async fn get(service: &Service, path: &str, cookie: &str) -> Response {
    let url = format!("http://127.0.0.1:{}{path}", service.port);
    client()
        .get(url)
        .header("cookie", cookie)
        .send()
        .await
        .unwrap()
}

fn cookie(headers: &HeaderMap) -> &str {
    headers[SET_COOKIE].to_str().unwrap()
}

#[tokio::test]
async fn person_with_a_token_signs_in_and_sees_the_front_page() {
    let running = desk().await;
    let person = Desk::signed_in(&running).await;
    let page = person.page("/").await;
    assert!(page.contains("<h1>"), "{page}");
}

#[tokio::test]
async fn session_is_a_random_cookie_that_no_script_and_no_other_site_gets() {
    let running = desk().await;
    let answer = sign_in(&running, &HERE, &[("token", &format!(" {TOKEN}\n"))]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()[LOCATION], "/");
    let near = cookie(answer.headers()).to_owned();
    let value = near.strip_prefix("jetpay-session=").unwrap();
    assert_eq!(value.find(';'), Some(43), "{near}");
    let attributes = "; Path=/; HttpOnly; SameSite=Strict; Max-Age=28800";
    assert!(near.ends_with(attributes), "{near}");
    let far = [("host", "10.0.0.7"), ("origin", "https://10.0.0.7")];
    let answer = sign_in(&running, &far, &[("token", TOKEN)]).await;
    let far = cookie(answer.headers());
    assert!(far.starts_with("__Host-jetpay-session="), "{far}");
    assert!(far.ends_with(&format!("{attributes}; Secure")), "{far}");
    assert_ne!(far.split('=').nth(1), near.split('=').nth(1));
}

#[tokio::test]
async fn session_that_a_browser_would_not_keep_is_refused_with_what_is_needed() {
    let running = desk().await;
    let plain = [
        ("host", "10.0.0.7:8082"),
        ("origin", "http://10.0.0.7:8082"),
    ];
    let answer = sign_in(&running, &plain, &[("token", TOKEN), ("next", "/today")]).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(!answer.headers().contains_key(SET_COOKIE));
    let page = text(answer).await;
    assert_has(&page, &["https", "role=\"alert\"", "value=\"/today\""]);
}

#[tokio::test]
async fn wrong_token_is_refused_counted_logged_slowed_and_not_shown_back() {
    let running = desk().await;
    let start = Instant::now();
    for wrong in [
        "a wrong token, and long enough",
        "",
        "x\"><script>",
        TOKEN.to_uppercase().as_str(),
    ] {
        let form = [("token", wrong), ("next", "/alarms?kind=unusable")];
        let answer = sign_in(&running, &HERE, &form).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert!(!answer.headers().contains_key(SET_COOKIE));
        let page = text(answer).await;
        assert_has(
            &page,
            &["role=\"alert\"", "value=\"/alarms?kind=unusable\""],
        );
        assert!(wrong.is_empty() || !page.contains(wrong), "{page}");
    }
    // The sender is slowed at both interfaces as one.
    for _ in 0..3 {
        let wrong = running
            .running
            .without_token(reqwest::Method::GET, "/v1/alarms");
        assert_eq!(wrong.send().await.unwrap().status(), 401);
    }
    let slowed = sign_in(&running, &HERE, &[("token", "wrong")]).await;
    assert_eq!(slowed.status(), StatusCode::FORBIDDEN);
    assert!(
        start.elapsed() > Duration::from_millis(2500),
        "{:?}",
        start.elapsed()
    );
    let start = Instant::now();
    let right = sign_in(&running, &HERE, &[("token", TOKEN)]).await;
    assert_eq!(right.status(), StatusCode::SEE_OTHER);
    assert!(start.elapsed() < Duration::from_secs(1));
    let denied = "jetpay_admin_denied_total{code=\"unauthorized\"}";
    assert_eq!(running.running.metric(denied).await, Some(8.0));
    let log = running.running.log();
    assert_has(
        &log,
        &["the pages refused a request: its token is missing or wrong"],
    );
    assert!(!log.contains("a wrong token"), "{log}");
}

#[tokio::test]
async fn sign_in_leads_back_to_the_page_that_was_asked_for_and_nowhere_else() {
    let running = desk().await;
    let answer = get(&running, "/alarms?kind=a%26b&lang=en", "").await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let page = text(answer).await;
    let next = "name=\"next\" value=\"/alarms?kind=a%26b\"";
    assert_has(&page, &[next, "href=\"/alarms?kind=a%26b&amp;lang=kk\""]);
    assert!(!page.contains("role=\"alert\""), "{page}");
    for (next, leads) in [
        ("/alarms?kind=a%26b", "/alarms?kind=a%26b"),
        ("/sign-out", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\r\nset-cookie: a=b", "/"),
        ("/x\u{0}\u{1b}", "/"),
        ("/\u{202e}x", "/"),
        (&format!("/{}", "x".repeat(60_000)), "/"),
    ] {
        let form = [("token", TOKEN), ("next", next)];
        let answer = sign_in(&running, &HERE, &form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()[LOCATION], leads, "{next:?}");
        assert_eq!(answer.headers().get_all(SET_COOKIE).iter().count(), 1);
    }
    let page = text(get(&running, "//evil.example/x?lang=en", "").await).await;
    assert!(!page.contains("evil.example"), "{page}");
}

#[tokio::test]
async fn form_of_a_person_who_is_signed_out_changes_nothing_and_the_typed_reason_comes_back() {
    let running = desk().await;
    let url = format!("http://127.0.0.1:{}/alarms/7/resolve", running.port);
    let page = format!("http://127.0.0.1:{}/alarms/7?x=1", running.port);
    let request = client().post(url).headers(HeaderMap::new());
    let request = request.header(HERE[0].0, HERE[0].1).header("referer", page);
    let form = [("reason", "asked JetPay: <b>it came</b>"), ("amount", "5")];
    let answer = filled(request, &form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let page = text(answer).await;
    let typed = "asked JetPay: &lt;b&gt;it came&lt;/b&gt;</textarea>";
    let next = "name=\"next\" value=\"/alarms/7?x=1\"";
    assert_has(&page, &["nothing was changed", typed, next]);
}

#[tokio::test]
async fn sign_out_ends_the_session_and_removes_its_cookie() {
    let running = desk().await;
    let (person, other) = (
        Desk::signed_in(&running).await,
        Desk::with_token(&running, READER).await,
    );
    let request = person.get("/");
    let answer = person.post("/sign-out", &[]).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let removed = cookie(answer.headers());
    assert!(removed.starts_with("jetpay-session=; Path=/;"), "{removed}");
    assert!(removed.contains("Max-Age=0"), "{removed}");
    assert_has(
        &text(answer).await,
        &["You have signed out", "name=\"token\""],
    );
    let ended = request.send().await.unwrap();
    assert_eq!(ended.status(), StatusCode::UNAUTHORIZED);
    assert_has(&text(ended).await, &["Your session has ended"]);
    other.page("/").await;
    let again = person.post("/sign-out", &[]).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::OK, "without a session");
}

#[tokio::test]
async fn cookie_that_the_service_did_not_make_is_no_session_and_is_never_taken_over() {
    let running = desk().await;
    let planted = format!("jetpay-session={}", "A".repeat(43));
    for wrong in [
        planted.as_str(),
        "jetpay-session=",
        "jetpay-session",
        "; ;=",
    ] {
        let answer = get(&running, "/", wrong).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{wrong}");
    }
    let headers = [HERE[0], ("cookie", &planted)];
    let first = sign_in(&running, &headers, &[("token", TOKEN)]).await;
    let first = cookie(first.headers())
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_ne!(first, planted);
    // Of two cookies with one name, the session's counts.
    for both in [format!("{planted}; {first}"), format!("{first}; {planted}")] {
        let answer = get(&running, "/", &both).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    // Another program on the same host may set a cookie in any bytes.
    for (before, after) in [
        (&b"name=\xd0\xb6; "[..], &b""[..]),
        (b"", b"; name=\xd0\xb6\xff"),
    ] {
        let both = [before, first.as_bytes(), after].concat();
        let url = format!("http://127.0.0.1:{}/", running.port);
        let answer = client().get(url).header("cookie", both).send().await;
        assert_eq!(answer.unwrap().status(), StatusCode::OK);
    }
    // A further sign-in of the same browser ends the session before it.
    let headers = [HERE[0], ("cookie", &first)];
    sign_in(&running, &headers, &[("token", TOKEN)]).await;
    let ended = get(&running, "/", &first).await;
    assert_eq!(ended.status(), StatusCode::UNAUTHORIZED);
    // The name of a session over TLS does not count on loopback.
    let other = first.replace("jetpay-session", "__Host-jetpay-session");
    assert_eq!(get(&running, "/", &other).await.status(), 401);
}

#[tokio::test]
async fn reload_ends_the_sessions_of_changed_tokens_and_changes_roles_at_once() {
    let running = desk().await;
    let (reader, resolver) = (
        Desk::with_token(&running, READER).await,
        Desk::with_token(&running, RESOLVER).await,
    );
    let all = Desk::signed_in(&running).await;
    assert_has(
        &reader.page("/").await,
        &["reader</bdi> · sees, and decides nothing<"],
    );
    let folder = &running.running.folder;
    folder.write("resolver", "another token of the resolver, and long");
    folder.change("role = \"read\"", "role = \"all\"");
    running.running.signal("-HUP");
    running.running.until_logged("SIGHUP: took").await;
    assert_has(
        &reader.page("/").await,
        &["reader</bdi> · may do everything<"],
    );
    let ended = resolver.get("/").send().await.unwrap();
    assert_eq!(ended.status(), StatusCode::UNAUTHORIZED);
    all.page("/").await;
}

#[tokio::test]
async fn restart_ends_all_sessions() {
    let mut running = desk().await;
    let odd = json!({"project_id": PROJECT, "payment": {"id": "odd"}});
    assert_eq!(running.running.deliver(&odd).await, 400);
    let person = Desk::signed_in(&running).await;
    let (path, form) = (
        "/alarms/1/resolve",
        [("verdict", "dismiss"), ("reason", "a test")],
    );
    person.sent(path, &form).await;
    running.running.while_stopped(|_| ()).await;
    let ended = person.get("/today").send().await.unwrap();
    assert_eq!(ended.status(), StatusCode::UNAUTHORIZED);
    assert_has(
        &text(ended).await,
        &["Your session has ended", "value=\"/today\""],
    );
    // The same form again needs a new session. Then it is done, as before.
    let again = person.post(path, &form).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::UNAUTHORIZED);
    let typed = ["a test</textarea>", "value=\"/alarms/1\""];
    assert_has(&text(again).await, &typed);
    let person = Desk::signed_in(&running).await;
    let done = person.sent(path, &form).await;
    assert_has(&done, &["1 alarm is dismissed"]);
    let (_, resolutions) = running.running.get("/v1/resolutions").await;
    assert_eq!(
        each(&resolutions["resolutions"], "reason"),
        json!(["a test"])
    );
}

#[tokio::test]
async fn language_is_the_chosen_one_then_the_kept_one_then_the_browsers() {
    let running = desk().await;
    let lang = |page: &str| page.split("<html lang=\"").nth(1).unwrap()[..2].to_owned();
    let answer = get(&running, "/?lang=kk", "").await;
    let kept = cookie(answer.headers()).to_owned();
    assert_eq!(
        kept,
        "lang=kk; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"
    );
    assert_eq!(lang(&text(answer).await), "kk");
    for (path, cookie, expected) in [
        ("/", "lang=ru", "ru"),
        ("/sign-in?lang=kk", "lang=ru", "kk"),
        ("/?lang=xx", "lang=kk", "kk"),
        ("/", "lang=%0d", "en"),
        ("/", "", "en"),
    ] {
        let page = text(get(&running, path, cookie).await).await;
        assert_eq!(lang(&page), expected, "{path} {cookie}");
    }
    let person = Desk::signed_in(&running).await;
    let page = person.page("/alarms?lang=ru&kind=unusable").await;
    assert_eq!(lang(&page), "ru");
    assert_has(&page, &["href=\"/alarms?kind=unusable&amp;lang=kk\""]);
    assert_eq!(
        page.matches("lang=").count(),
        page.matches("hreflang=").count() * 3 + 1
    );
}

#[tokio::test]
async fn thousands_of_sign_ins_end_no_session_of_another_token() {
    let running = desk().await;
    let person = Desk::with_token(&running, READER).await;
    let url = format!("http://127.0.0.1:{}/sign-in", running.port);
    let http = client();
    for _ in 0..1100 {
        let request = http.post(&url).header(HERE[0].0, HERE[0].1);
        let answer = filled(request, &[("token", TOKEN)]).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    }
    person.page("/").await;
    let again = Desk::signed_in(&running).await;
    again.page("/").await;
}

#[tokio::test]
async fn person_signs_in_while_the_store_is_away() {
    let running = desk().await;
    let [database, away] = ["jetpay.db", "away"].map(|name| running.running.folder.path(name));
    std::fs::rename(database, away).unwrap();
    let person = Desk::signed_in(&running).await;
    let answer = person.get("/no/such/page").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}
