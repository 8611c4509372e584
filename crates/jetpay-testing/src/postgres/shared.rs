//! The server that all tests of a process share.

use std::sync::OnceLock;

use super::binaries;
use super::cluster::Cluster;
use super::database::{Database, Server};
use super::missing::Unavailable;

/// Names a server that runs already, for a user who may create databases: `postgres://user:password@host:port/db`.
pub const URL: &str = "JETPAY_TEST_POSTGRES_URL";

/// A fresh database on the shared server. On a server that stays it is dropped with the value.
///
/// # Errors
/// [`Unavailable`].
pub fn database() -> Result<Database, Unavailable> {
    static SHARED: OnceLock<Result<Shared, Unavailable>> = OnceLock::new();
    let shared = SHARED.get_or_init(Shared::find).as_ref();
    let server = shared.map_err(Clone::clone)?.server();
    server.database().map_err(Unavailable::Broken)
}

/// What is needed before [`database`] can give one; none if it can. Starts nothing.
#[must_use]
pub fn missing() -> Option<String> {
    let url = url();
    match (url.is_some(), binaries::psql(), binaries::find()) {
        (true, Some(_), _) | (false, _, Some(_)) => None,
        (true, None, _) => Some(format!("psql, to make databases on the server of {URL}")),
        (false, _, None) => Some(format!(
            "an installed PostgreSQL (apt-get install postgresql), or the address of one in {URL}"
        )),
    }
}

enum Shared {
    Here(Cluster),
    Elsewhere(Server),
}

impl Shared {
    fn find() -> Result<Self, Unavailable> {
        let Some(url) = url() else {
            return Cluster::start_fast().map(Self::Here);
        };
        match binaries::psql() {
            Some(psql) => Ok(Self::Elsewhere(Server::that_stays(url, psql))),
            None => Err(Unavailable::Missing(missing().unwrap_or_default())),
        }
    }

    fn server(&self) -> &Server {
        match self {
            Self::Here(cluster) => cluster.server(),
            Self::Elsewhere(server) => server,
        }
    }
}

fn url() -> Option<String> {
    std::env::var(URL).ok().filter(|url| !url.is_empty())
}
