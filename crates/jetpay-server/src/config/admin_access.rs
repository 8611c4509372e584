//! How a command reaches the running service.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use jetpay_core::id::ProjectId;
use zeroize::Zeroizing;

use super::problem::Collector;
use super::{Problems, file, read_text};

/// The address and the token of a service's admin interface.
pub struct AdminAccess {
    /// The address at which this machine reaches the interface.
    pub address: SocketAddr,
    /// The bearer token.
    pub token: Zeroizing<String>,
    /// The ids of the configured projects, in the order of the file.
    pub projects: Vec<ProjectId>,
}

impl AdminAccess {
    /// Reads `[admin]` and the projects' ids of a configuration. The projects' secrets are not needed.
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

/// The address at which this machine reaches a listener: loopback, when it listens on every address.
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
    fn service_that_listens_on_every_address_is_reached_on_loopback() {
        for (listen, address) in [
            ("0.0.0.0:8081", "127.0.0.1:8081"),
            ("[::]:8081", "[::1]:8081"),
            ("10.0.0.7:8081", "10.0.0.7:8081"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), address);
        }
    }
}
