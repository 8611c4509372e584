//! A running service with pages, and a person in front of them.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "a module of tests: each uses its part"
)]

use jetpay_testing::free_port;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};

use crate::support::{Folder, Running, TOKEN, client_builder};

/// Tokens of people with the other roles; the token of the role `all` is [`TOKEN`], and its name is `admin`.
pub const READER: &str = "a token of the reader, and long";
pub const RESOLVER: &str = "a token of the resolver, and long";
pub const PAYER: &str = "a token of the payer, and long";

/// A folder whose service has pages, and a token for each role.
pub fn folder() -> (Folder, u16) {
    with_pages(Folder::new())
}

/// The folder, with pages and a token for each role.
pub fn with_pages(folder: Folder) -> (Folder, u16) {
    let port = free_port();
    let mut lines = vec![format!("[pages]\nlisten = \"127.0.0.1:{port}\"\n")];
    for (name, role, token) in [
        ("reader", "read", READER),
        ("resolver", "resolve", RESOLVER),
        ("payer", "pay", PAYER),
    ] {
        folder.write(name, token);
        let token = format!("name = \"{name}\"\nrole = \"{role}\"\nfile = \"{name}\"\n");
        lines.extend(["[[admin.token]]\n".to_owned(), token]);
    }
    (folder.configured(&lines.concat()), port)
}

/// A running service, and the port of its pages.
pub struct Service {
    pub running: Running,
    pub port: u16,
}

pub async fn desk() -> Service {
    serve(folder()).await
}

pub async fn serve((folder, port): (Folder, u16)) -> Service {
    Service {
        running: folder.serve().await,
        port,
    }
}

/// A person who is signed in, and reads English.
pub struct Desk {
    http: Client,
    base: String,
    cookie: String,
}

impl Desk {
    /// With the token that may do everything.
    pub async fn signed_in(service: &Service) -> Self {
        Self::with_token(service, TOKEN).await
    }

    pub async fn with_token(service: &Service, token: &str) -> Self {
        let http = client();
        let base = format!("http://127.0.0.1:{}", service.port);
        let sign_in = http
            .post(format!("{base}/sign-in"))
            .header("sec-fetch-site", "same-origin");
        let answer = filled(sign_in, &[("token", token)]).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { http, base, cookie }
    }

    /// A request for a page, to be changed and sent.
    pub fn get(&self, path: &str) -> RequestBuilder {
        let request = self.http.get(format!("{}{path}", self.base));
        request.header("cookie", &self.cookie)
    }

    /// A form from a page of the service, to be changed and sent.
    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.base));
        let request = request.header("cookie", &self.cookie);
        filled(request.header("sec-fetch-site", "same-origin"), form)
    }

    /// The HTML of a page.
    #[track_caller]
    pub fn page(&self, path: &str) -> impl Future<Output = String> {
        let (request, path) = (self.get(path), path.to_owned());
        async move {
            let answer = request.send().await.unwrap();
            let status = answer.status();
            let text = answer.text().await.unwrap();
            assert_eq!(status, StatusCode::OK, "{path}: {text}");
            text
        }
    }

    /// Sends a form that is accepted, and returns the page to which it leads.
    pub async fn sent(&self, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.post(path, form).send().await.unwrap();
        let status = answer.status();
        let to = answer
            .headers()
            .get("location")
            .map(|to| to.to_str().unwrap().to_owned());
        assert_eq!(
            status,
            StatusCode::SEE_OTHER,
            "{}",
            answer.text().await.unwrap()
        );
        self.page(&to.unwrap()).await
    }

    /// Sends a form that is refused, and returns the status and the page.
    pub async fn refused(&self, path: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
        let answer = self.post(path, form).send().await.unwrap();
        let status = answer.status();
        assert!(status.is_client_error(), "{status}");
        (status, answer.text().await.unwrap())
    }
}

/// A request with this form as its body.
pub fn filled(request: RequestBuilder, form: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    request
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
}

/// A client that follows no redirect and reads English.
pub fn client() -> Client {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_LANGUAGE, "en".parse().unwrap());
    let client = client_builder()
        .redirect(Policy::none())
        .default_headers(headers);
    client.build().unwrap()
}

pub async fn text(answer: Response) -> String {
    answer.text().await.unwrap()
}
