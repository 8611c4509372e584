//! Endpoints that are not there, or leave in the middle, behind URLs that hold a password and a token.

use std::net::TcpListener as StdListener;

use jetpay_conformance::{Customers, Observation, Project, Report, Target, run_all};
use jetpay_platform::KASPI;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::SECRET;

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
        let project = Project::new(1234, SECRET).unwrap().only([&KASPI]);
        let observation = format!("{at}/seen/{{payment_id}}?token=TOK-of-bob");
        let mut target = Target::at(url, project, Customers::standard())
            .observed_by(Observation::new(observation, Some("bearer-of-bob")));
        target.credits = true;
        run_all(&target, |_| ()).await
    }
}
