//! `[pages]`: the pages for the people at the desk.

use std::net::SocketAddr;

use jiff::tz::TimeZone;

use super::file;
use super::table::Table;
use crate::zone;

/// Where the pages are, and the times that they show.
#[derive(Clone)]
pub struct PagesConfig {
    /// The address that browsers call.
    pub listen: SocketAddr,
    /// The time zone of the people who read them. UTC is shown beside it.
    pub zone: TimeZone,
    /// The zone's name, as it is shown.
    pub zone_name: String,
    /// Names by which browsers call the pages, besides addresses and `localhost`.
    pub hosts: Vec<String>,
}

/// The settings; `None` without `[pages]`, and after a problem. `others` are the addresses of the other tables.
pub(super) fn read(
    pages: &Table<'_>,
    others: [(&str, SocketAddr); 2],
    serving: bool,
) -> Option<PagesConfig> {
    if !pages.is_present() {
        return None;
    }
    let listen = file::listen(pages, serving);
    let taken = others.iter().find(|(_, own)| file::collide(listen, *own));
    if let Some((other, _)) = taken {
        let what = format!("{other} listens on the same address; write another port here");
        match pages.text("listen") {
            Some(place) => place.problem(&what),
            None => pages.missing("listen", &what),
        }
    } else if let Some(place) = pages.text("listen")
        && !listen.ip().to_canonical().is_loopback()
    {
        place.warn(&format!(
            "[pages] listens on {listen} with plain HTTP: the network can read the tokens, and a browser on another machine \
             stays signed in only over HTTPS. Listen on 127.0.0.1, and put a TLS proxy in front of it"
        ));
    }
    let hosts = super::admin::hosts(pages);
    let zone_name = match pages.text("zone") {
        Some(text) => text.text,
        None => pages.default("zone")?,
    };
    let zone = match (zone::named(zone_name), pages.text("zone")) {
        (Ok(zone), _) => zone,
        (Err(what), Some(text)) => {
            text.problem(what);
            return None;
        }
        (Err(what), None) => {
            pages.missing("zone", what);
            return None;
        }
    };
    Some(PagesConfig {
        listen,
        zone,
        zone_name: zone_name.to_owned(),
        hosts,
    })
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::config::tests::{HEAD, PROJECT, assert_refused, read};

    fn pages(lines: &str) -> Result<Config, String> {
        read(&format!("{HEAD}{PROJECT}[pages]\n{lines}"))
    }

    #[test]
    fn pages_are_at_their_default_address_only_where_the_table_is() {
        let config = read(&format!("{HEAD}{PROJECT}")).unwrap();
        assert!(config.pages.is_none());
        let found = pages("").unwrap().pages.unwrap();
        assert_eq!(found.listen.to_string(), "127.0.0.1:8082");
        assert_eq!(found.zone_name, "Asia/Almaty");
        assert_eq!(found.hosts, [""; 0]);
        let found = pages("zone = \"UTC\"\nhosts = [\"desk.internal\"]\n");
        let found = found.unwrap().pages.unwrap();
        assert_eq!((found.zone_name.as_str(), found.hosts.len()), ("UTC", 1));
    }

    #[test]
    fn wrong_setting_of_the_pages_is_refused_with_what_to_write() {
        let rows = r#"
    listen = "localhost:8082"            => 11: pages.listen: this is no address; write "127.0.0.1:8082"
    listen = "127.0.0.1:8080"            => 11: pages.listen: [server] listens on the same address; write another port
    listen = "0.0.0.0:8081"              => 11: pages.listen: [admin] listens on the same address; write another port
    listen = "192.0.2.1:8082"            => 11: pages.listen: this machine does not have this address
    zone = "Almaty"                      => 11: pages.zone: there is no such zone; write a name such as UTC or Asia/Almaty
    zone = ""                            => 11: pages.zone: there is no such zone
    zone = 5                             => 11: pages.zone: this is a number; write zone = "Asia/Almaty"
    hosts = ["https://desk.internal"]    => 11: pages.hosts: write a host name alone
    hosts = ["desk.internal:443"]        => 11: pages.hosts: write a host name alone
    hosts = ["*"]                        => 11: pages.hosts: write a host name alone
    port = 8082                          => 11: pages.port: there is no such key
    "#;
        assert_refused("[pages]", rows);
    }

    #[test]
    fn pages_that_take_the_address_of_another_table_by_default_are_refused() {
        let text = format!("[server]\nlisten = \"[::]:8082\"\n{HEAD}{PROJECT}[pages]\n");
        let found = read(&text).err().unwrap();
        assert!(
            found.contains("pages.listen: [server] listens on the same address"),
            "{found}"
        );
    }

    #[test]
    fn pages_beyond_loopback_are_warned_of() {
        let warnings = |listen: &str| {
            let config = pages(&format!("listen = \"{listen}\"\n")).unwrap();
            config.warnings.join("\n")
        };
        let far = warnings("0.0.0.0:8082");
        assert!(far.contains("TLS proxy"), "{far}");
        for near in ["127.0.0.1:8082", "[::1]:8082", "[::ffff:127.0.0.1]:8082"] {
            assert!(!warnings(near).contains("TLS proxy"), "{near}");
        }
    }
}
