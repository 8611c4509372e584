//! How a command reaches the service that runs with a configuration.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use jetpay_core::id::ProjectId;
use zeroize::Zeroizing;

use super::problem::Collector;
use super::{Problems, file, read_text};

/// The admin interface of a service: where, and what opens it.
pub struct AdminAccess {
    /// Where this machine reaches it.
    pub address: SocketAddr,
    /// What is said there.
    pub token: Zeroizing<String>,
    /// The projects' ids, in the file's order.
    pub projects: Vec<ProjectId>,
}

impl AdminAccess {
    /// Reads a configuration for its `[admin]` and the projects' ids alone: their secrets need not be at hand.
    ///
    /// # Errors
    /// [`Problems`].
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let text = read_text(path)?;
        let mut problems = Collector::new(path, &text);
        let file = match toml::from_str::<file::File>(&text) {
            Ok(file) => file,
            Err(error) => return Err(problems.syntax(&error)),
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let token = file.admin.token(folder, &mut problems);
        problems.finish()?;
        let address = reachable(file.admin.listen);
        let ids = file.project.iter();
        let projects = ids.map(|project| ProjectId::new(*project.id.get_ref()));
        Ok(Self {
            address,
            token,
            projects: projects.collect(),
        })
    }
}

/// A service that listens on every address of the machine is met on loopback.
pub(crate) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::reachable;

    #[test]
    fn service_on_every_address_is_reached_on_loopback() {
        for (listen, address) in [
            ("0.0.0.0:8081", "127.0.0.1:8081"),
            ("[::]:8081", "[::1]:8081"),
            ("10.0.0.7:8081", "10.0.0.7:8081"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), address);
        }
    }
}
