//! An endpoint that says yes to everything, now and then breaks down, and answers what harms a careless reader.

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

/// Whoever asks is told this, as if it were all right.
const ANSWER: &str = "{\"code\":0,\"message\":\"<script>document.title='\u{202e}owned'</script>\
    <img src=http://127.0.0.1:9/x onerror=alert(1)>\",\"payment_id\":\"'\\\"><b>\"}";

/// What was found of an endpoint that says yes to everything.
pub(crate) async fn report() -> Report {
    let asked = Arc::new(Mutex::new(0));
    let server = HttpServer::new(move || {
        let asked = Arc::clone(&asked);
        App::new().default_service(web::to(move || {
            let mut asked = asked.lock().unwrap();
            *asked += 1;
            // Now and then it breaks down, and says more than it should.
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
    // What takes long is not what is shown.
    let quick = checks(&target)
        .into_iter()
        .filter(|check| !matches!(check.group, Group::Time | Group::Robustness));
    let report = run_checks(&target, quick, |_| ()).await;
    handle.stop(false).await;
    running.await.unwrap().unwrap();
    report
}

/// What stands in the URLs and in the observer's, and in no report.
pub(crate) const HIDDEN: [&str; 4] = [
    "pw-of-bob",
    "TOK-of-bob",
    "bearer-of-bob",
    "Ym9iOnB3LW9mLWJv",
];

/// How an endpoint leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// Takes connections and ends them.
    AtOnce,
    /// Reads a little and ends the connection.
    InTheRequest,
    /// Ends the connection in the middle of its answer.
    InTheAnswer,
    /// Answers what is no HTTP.
    SpeakingOtherwise,
    /// Nobody listens there.
    Before,
    /// The address is none.
    NoAddress,
    /// It is one of another protocol.
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

    /// Its address behind the user: a host, and a port where it has one.
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

    /// One connection.
    async fn leave(self, mut stream: TcpStream) {
        let says: &[u8] = match self {
            Self::InTheAnswer => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"code\":0",
            Self::SpeakingOtherwise => b"220 mail.shop.example ESMTP\r\n",
            _ => b"",
        };
        if self != Self::AtOnce {
            // Whoever leaves does not care what came.
            let _ = stream.read(&mut [0; 64]).await;
        }
        // Nor who hears it.
        let _ = stream.write_all(says).await;
    }

    /// What was found of it, in all chapters.
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
