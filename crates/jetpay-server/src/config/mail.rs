//! `[mail]`: alarms by e-mail.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use lettre::message::Mailbox;
use reqwest::Url;
use zeroize::Zeroizing;

use super::secret;
use super::table::{Table, Text};
use crate::payout_request::unseen::unseen;

/// Where alarms are mailed.
#[derive(Clone)]
pub struct MailConfig {
    /// The mail server.
    pub server: MailServer,
    /// The login, if the server wants one.
    pub login: Option<MailLogin>,
    /// The sender.
    pub from: Mailbox,
    /// The receivers; at least one.
    pub to: Vec<Mailbox>,
}

/// The address of a mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its name or address; an IPv6 address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What protects the connection.
    pub security: MailSecurity,
}

/// What protects a connection to a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte: `smtps://`.
    Tls,
    /// STARTTLS, without which nothing is sent: `smtp://`.
    StartTls,
    /// Nothing: `smtp://` to this machine.
    None,
}

/// The login at a mail server.
#[derive(Clone)]
pub struct MailLogin {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Zeroizing<String>,
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.security {
            MailSecurity::Tls => "smtps",
            MailSecurity::StartTls | MailSecurity::None => "smtp",
        };
        let (host, port) = (&self.host, self.port);
        if host.contains(':') {
            write!(f, "{scheme}://[{host}]:{port}")
        } else {
            write!(f, "{scheme}://{host}:{port}")
        }
    }
}

/// The most receivers: the service sends to all at the same time.
const MAX_RECEIVERS: usize = 10;

/// The settings; `None` without `[mail]`, and after a problem.
pub(super) fn read(mail: &Table<'_>, folder: &Path) -> Option<MailConfig> {
    if !mail.is_present() {
        return None;
    }
    for (key, what) in [
        (
            "url",
            "it is missing; ask your mail provider for its server",
        ),
        (
            "from",
            "it is missing; alarms need a sender that your mail server permits",
        ),
    ] {
        if mail.get(key).is_none() {
            mail.missing(key, what);
        }
    }
    if mail.has_none("to") {
        mail.missing("to", "there is no receiver");
    }
    let server = mail.text("url").and_then(|url| server(&url));
    let login = secret::one_of(mail, "secret_env", "secret_file", folder);
    let login = login.map(|(place, text)| login_of(&place, &text));
    let from = mail.text("from").and_then(|from| mailbox(&from));
    let receivers = mail.texts("to");
    if let Some(first) = receivers.get(MAX_RECEIVERS) {
        first.problem(&format!(
            "there are more than {MAX_RECEIVERS} receivers; write the address of a group"
        ));
    }
    let to: Vec<_> = receivers.iter().map(mailbox).collect();
    Some(MailConfig {
        server: server?,
        login: match login {
            Some(login) => Some(login?),
            None => None,
        },
        from: from?,
        to: to.into_iter().collect::<Option<_>>()?,
    })
}

/// Reads `smtps://HOST:PORT` or `smtp://HOST:PORT`.
fn server(text: &Text<'_>) -> Option<MailServer> {
    const FORM: &str = "this is no address of a mail server; write smtps://HOST:465, or smtp://HOST:587 for STARTTLS";
    let url = Url::parse(text.text).ok();
    let found = url.as_ref().and_then(|url| {
        let is_tls = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return None,
        };
        let host = url.host_str().filter(|host| !host.is_empty())?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Some((is_tls, host.to_owned(), url))
    });
    let Some((is_tls, host, url)) = found else {
        text.problem(FORM);
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        text.problem(
            "write the login into the file that secret_file names, and the address without it",
        );
        return None;
    }
    let is_bare = matches!(url.path(), "" | "/") && url.query().or(url.fragment()).is_none();
    // What a URL cannot have in its host is escaped.
    if !is_bare || host.contains('%') || text.text.contains(char::is_whitespace) {
        text.problem(FORM);
        return None;
    }
    let (security, port) = match is_tls {
        true => (MailSecurity::Tls, 465),
        false if is_this_machine(&host) => (MailSecurity::None, 25),
        false => (MailSecurity::StartTls, 587),
    };
    Some(MailServer {
        host,
        port: url.port().unwrap_or(port),
        security,
    })
}

fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    address.map_or(host == "localhost", |it| it.to_canonical().is_loopback())
}

/// Reads `USER:PASSWORD`.
fn login_of(place: &Text<'_>, text: &str) -> Option<MailLogin> {
    let text = text.trim();
    let login = text.split_once(':').filter(|_| unseen(text).is_none());
    let Some((user, password)) =
        login.filter(|(user, password)| !user.is_empty() && !password.is_empty())
    else {
        place.problem("this is no login; write USER:PASSWORD there, on one line");
        return None;
    };
    Some(MailLogin {
        user: user.to_owned(),
        password: Zeroizing::new(password.to_owned()),
    })
}

/// Reads `name@example.com` or `Name <name@example.com>`.
fn mailbox(text: &Text<'_>) -> Option<Mailbox> {
    let found = text.text.parse().ok();
    if found.is_none() {
        text.problem("this is no e-mail address; write it as name@example.com");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::config::tests::{HEAD, PROJECT, assert_refused, folder, read};

    fn mail(lines: &str) -> MailConfig {
        let text = format!("{HEAD}{PROJECT}[mail]\n{lines}\n");
        read(&text)
            .unwrap()
            .mail
            .expect("the configuration has [mail]")
    }

    #[test]
    fn url_says_the_server_and_what_protects_the_connection() {
        use MailSecurity::{None, StartTls, Tls};
        assert!(read(&format!("{HEAD}{PROJECT}")).unwrap().mail.is_none());
        for (url, host, port, security, shown) in [
            (
                "smtps://mail.example",
                "mail.example",
                465,
                Tls,
                "smtps://mail.example:465",
            ),
            (
                "smtps://127.0.0.1:466",
                "127.0.0.1",
                466,
                Tls,
                "smtps://127.0.0.1:466",
            ),
            (
                "smtp://mail.example/",
                "mail.example",
                587,
                StartTls,
                "smtp://mail.example:587",
            ),
            (
                "smtp://10.0.0.1:25",
                "10.0.0.1",
                25,
                StartTls,
                "smtp://10.0.0.1:25",
            ),
            (
                "smtp://127.0.0.1",
                "127.0.0.1",
                25,
                None,
                "smtp://127.0.0.1:25",
            ),
            ("smtp://[::1]:2525", "::1", 2525, None, "smtp://[::1]:2525"),
            (
                "smtp://localhost:2525",
                "localhost",
                2525,
                None,
                "smtp://localhost:2525",
            ),
            // The name of another machine.
            (
                "smtp://localhost.example",
                "localhost.example",
                587,
                StartTls,
                "smtp://localhost.example:587",
            ),
        ] {
            let server = mail(&format!(
                "url = {url:?}\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]"
            ))
            .server;
            let expected = MailServer {
                host: host.to_owned(),
                port,
                security,
            };
            assert_eq!(server, expected, "{url}");
            assert_eq!(server.to_string(), shown);
        }
    }

    #[test]
    fn every_key_of_the_mail_is_used() {
        let folder = folder();
        std::fs::write(
            folder.path().join("login"),
            "jetpay@example.com:pass:word\n",
        )
        .unwrap();
        let text = format!(
            "{HEAD}{PROJECT}[mail]\nurl = \"smtps://mail.example\"\nsecret_file = \"login\"\n\
             from = \"Top-ups <jetpay@example.com>\"\nto = [\"aliya@example.com\", \"Дежурный <duty@example.com>\"]\n"
        );
        let config = Config::parse(&text, &folder.path().join("jetpay.toml"), true);
        let mail = config.unwrap().mail.unwrap();
        let login = mail.login.unwrap();
        assert_eq!(
            (login.user.as_str(), login.password.as_str()),
            ("jetpay@example.com", "pass:word")
        );
        assert_eq!(mail.from.email.to_string(), "jetpay@example.com");
        let to: Vec<_> = mail.to.iter().map(|it| it.email.to_string()).collect();
        assert_eq!(to, ["aliya@example.com", "duty@example.com"]);
    }

    #[test]
    fn invalid_mail_is_refused_with_its_line() {
        let rows = r#"
FROM | TO                            => 10: mail.url: it is missing; ask your mail provider for its server; write url =
URL | TO                             => 10: mail.from: it is missing; alarms need a sender
URL | FROM                           => 10: mail.to: there is no receiver; write to = [
URL | FROM | to = []                 => 10: mail.to: there is no receiver; write to = [
URL | FROM | to = "b@example.com"    => 13: mail.to: this is a text; write to = [
URL | FROM | to = ["b@example.com", "b"]     => 13: mail.to: this is no e-mail address
URL | from = "jetpay" | TO           => 12: mail.from: this is no e-mail address; write it as name@example.com
URL | FROM | TO | secret_file = "token"      => 14: mail.secret_file: this is no login; write USER:PASSWORD there
URL | FROM | TO | secret_file = "none"       => 14: mail.secret_file: there is no such file
URL | FROM | TO | secret_file = "two lines"  => 14: mail.secret_file: this is no login; write USER:PASSWORD there, on one line
URL | FROM | TO | secret_env = "JETPAY_NO"   => 14: mail.secret_env: the environment variable JETPAY_NO is not set
URL | FROM | TO | secret_env = "JETPAY_NO" | secret_file = "token" => 15: mail.secret_file: secret_env is set too
url = "mail.example:465" | FROM | TO         => 11: mail.url: this is no address of a mail server; write smtps://HOST:465
url = "https://mail.example" | FROM | TO     => 11: mail.url: this is no address of a mail server
url = "smtps://" | FROM | TO                 => 11: mail.url: this is no address of a mail server
url = "smtps://mail.example:70000" | FROM | TO     => 11: mail.url: this is no address of a mail server
url = "smtps://mail.example/a" | FROM | TO         => 11: mail.url: this is no address of a mail server
url = "smtps://mail.example?tls=no" | FROM | TO    => 11: mail.url: this is no address of a mail server
url = "smtps://mail example" | FROM | TO           => 11: mail.url: this is no address of a mail server
url = "smtps://u:pasted@mail.example" | FROM | TO  => 11: mail.url: write the login into the file that secret_file names
URL | FROM | TO | receivers = 1              => 14: mail.receivers: there is no such key; write one of url, 
"#;
        let rows = rows.replace("URL |", "url = \"smtps://mail.example\" |");
        let rows = rows.replace("FROM", "from = \"jetpay@example.com\"");
        let rows = rows.replace("TO  ", "to = [\"b@example.com\"]  ");
        assert_refused(
            "[mail]",
            &rows.replace("TO |", "to = [\"b@example.com\"] |"),
        );
        let many = ["\"b@example.com\""; 11].join(", ");
        let row = format!(
            "url = \"smtps://mail.example\" | from = \"a@example.com\" | to = [{many}] => 13: mail.to: there are more than 10"
        );
        assert_refused("[mail]", &row);
    }
    #[test]
    fn name_under_which_the_mail_is_remembered_is_no_name_of_an_endpoint() {
        assert_refused(
            "[[deliver]]",
            r#"
name = "mail" | kind = "osmp" | url = "https://billing.example" => 11: deliver.name: the service remembers under this name what it mailed
"#,
        );
    }
}
