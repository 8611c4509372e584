//! An endpoint that accepts everything, sometimes crashes, and answers texts that harm a careless reader; and endpoints
//! that disconnect.

use std::net::TcpListener as StdListener;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use jetpay_conformance::{
    Customers, Group, Observation, Project, Report, Target, checks, run_all, run_checks,
};
use jetpay_platform::KASPI;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The project's secret, which no report shows.
pub(crate) const SECRET: &str = "secret-of-the-merchant";

/// The answer to every request.
const ANSWER: &str = "{\"code\":0,\"message\":\"<script>document.title='\u{202e}owned'</script>\
    <img src=http://127.0.0.1:9/x onerror=alert(1)>\",\"payment_id\":\"'\\\"><b>\"}";

/// The report about an endpoint that accepts everything.
pub(crate) async fn report() -> Report {
    let asked = Arc::new(Mutex::new(0));
    let server = HttpServer::new(move || {
        let asked = Arc::clone(&asked);
        App::new().default_service(web::to(move || {
            let mut asked = asked.lock().unwrap();
            *asked += 1;
            // Sometimes it crashes and reveals too much.
            let (mut answer, body) = if *asked % 7 == 0 {
                let told = format!("hmac('{SECRET}') failed");
                (HttpResponse::InternalServerError(), told)
            } else {
                (HttpResponse::Ok(), ANSWER.to_owned())
            };
            async move { answer.content_type("application/json").body(body) }
        }))
    });
    let server = server.workers(1).bind("127.0.0.1:0").unwrap();
    let url = format!("http://me:hidden@{}/pay/{{method}}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    let running = tokio::spawn(server);
    let project = Project::new(1234, SECRET).unwrap().with_methods([&KASPI]);
    let target = Target::new(url, project, Customers::standard());
    // Slow checks are not needed here.
    let quick = checks(&target)
        .into_iter()
        .filter(|check| !matches!(check.group, Group::Time | Group::Robustness));
    let report = run_checks(&target, quick, |_| ()).await;
    handle.stop(false).await;
    running.await.unwrap().unwrap();
    report
}

/// Secrets in the URLs and in the token of the observer, which no report shows.
pub(crate) const HIDDEN: [&str; 4] = [
    "pw-of-bob",
    "TOK-of-bob",
    "bearer-of-bob",
    "Ym9iOnB3LW9mLWJv",
];

/// How an endpoint disconnects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// Accepts a connection and closes it.
    AtOnce,
    /// Reads a little and closes the connection.
    InTheRequest,
    /// Closes the connection in the middle of its answer.
    InTheAnswer,
    /// Answers something that is not HTTP.
    SpeakingOtherwise,
    /// No program listens there.
    Before,
    /// The address is invalid.
    NoAddress,
    /// The URL has another protocol.
    OtherProtocol,
}

impl Leaves {
    pub(crate) const ALL: [Self; 7] = [
        Self::AtOnce,
        Self::InTheRequest,
        Self::InTheAnswer,
        Self::SpeakingOtherwise,
        Self::Before,
        Self::NoAddress,
        Self::OtherProtocol,
    ];

    /// The address after the user in the URL: a host, and a port if it has one.
    fn opened(self) -> String {
        let listener = StdListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        match self {
            Self::NoAddress => return "127.0.0.1:no-port".to_owned(),
            Self::Before => return address.to_string(),
            _ => {}
        }
        listener.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(self.leave(stream));
            }
        });
        address.to_string()
    }

    /// Serves one connection.
    async fn leave(self, mut stream: TcpStream) {
        let says: &[u8] = match self {
            Self::InTheAnswer => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"code\":0",
            Self::SpeakingOtherwise => b"220 mail.shop.example ESMTP\r\n",
            _ => b"",
        };
        if self != Self::AtOnce {
            // What arrives does not matter.
            let _ = stream.read(&mut [0; 64]).await;
        }
        // Whether the client reads it does not matter.
        let _ = stream.write_all(says).await;
    }

    /// The report about it, with all chapters.
    pub(crate) async fn report(self) -> Report {
        let scheme = if self == Self::OtherProtocol {
            "ftp"
        } else {
            "http"
        };
        let at = format!("{scheme}://bob:pw-of-bob@{}", self.opened());
        let url = format!("{at}/kaspi?token=TOK-of-bob");
        let project = Project::new(1234, SECRET).unwrap().with_methods([&KASPI]);
        let observation = format!("{at}/seen/{{payment_id}}?token=TOK-of-bob");
        let mut target = Target::new(url, project, Customers::standard())
            .with_observer(Observation::new(observation, Some("bearer-of-bob")));
        target.credits = true;
        run_all(&target, |_| ()).await
    }
}
