//! TLS to the database: which certificates are trusted, and which are refused.
use std::path::PathBuf;

use crate::common::{AMOUNT, CUSTOMER, NOW, payment, sale};
use jetpay_ledger::CallbackOutcome::Applied;
use jetpay_ledger::Ledger;
use jetpay_testing::postgres::{Cluster, Database, require_or_skip};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// A server, the authority of its certificate, and another authority.
struct Secured {
    database: Database,
    folder: TempDir,
    /// Dropped last.
    _cluster: Cluster,
}

/// An authority that signs certificates, and its own certificate as PEM.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn made() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut details = CertificateParams::new([]).unwrap();
        details.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = details.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(details, key);
        Self { issuer, pem }
    }

    /// A certificate for a server with this name, and its key.
    fn certify(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let details = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = details.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

impl Secured {
    /// None without `PostgreSQL`; the test then prints that it was skipped.
    fn start(name: &str) -> Option<Self> {
        let cluster = require_or_skip(Cluster::start_fast())?;
        let database = cluster.database();
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::made();
        std::fs::write(folder.path().join("ours.pem"), &authority.pem).unwrap();
        let others = Authority::made().pem;
        std::fs::write(folder.path().join("others.pem"), others).unwrap();
        let (certificate, key) = authority.certify(name);
        // The server itself writes the files, so that it owns them and no other user can read them.
        let written = |file: &str, pem: &str| {
            let lines: Vec<String> = pem.lines().map(|line| format!("('{line}')")).collect();
            let program = format!("umask 077 && cat >{file}");
            let sql = format!("COPY (VALUES {}) TO PROGRAM '{program}'", lines.join(", "));
            database.run(&sql).unwrap();
        };
        written("server.crt", &certificate);
        written("server.key", &key);
        Some(Self {
            database,
            folder,
            _cluster: cluster,
        })
    }

    /// Switches TLS on at the server.
    fn switch_on(&self) {
        self.database.run("ALTER SYSTEM SET ssl = on").unwrap();
        self.database.run("SELECT pg_reload_conf()").unwrap();
        let begun = std::time::Instant::now();
        while self.database.run("SHOW ssl").as_deref() != Ok("on") {
            assert!(begun.elapsed().as_secs() < 10, "it has no TLS");
        }
    }

    async fn connect(&self, host: &str, authority: Option<&str>) -> Result<Ledger, String> {
        let url = self.database.url().replace("127.0.0.1", host);
        let url = format!("{url}?sslmode=require");
        let ca_file: Option<PathBuf> = authority.map(|name| self.folder.path().join(name));
        let ledger = Ledger::connect(&url, ca_file.as_deref()).await;
        ledger.map_err(|error| {
            let text = error.to_string();
            let password = url.split([':', '@']).nth(2).unwrap();
            assert!(!text.contains(password), "{text}");
            text
        })
    }
}

#[tokio::test]
async fn every_connection_uses_tls_when_it_is_required() {
    let Some(secured) = Secured::start("127.0.0.1") else {
        return;
    };
    secured.switch_on();
    let ledger = secured.connect("127.0.0.1", Some("ours.pem")).await;
    let ledger = ledger.unwrap();
    ledger.record_payment(payment("p1")).await.unwrap();
    let callback = sale("p1", 1).callback();
    let recorded = ledger.record_callback(callback, NOW).await;
    assert_eq!(recorded, Ok(Applied));
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(AMOUNT));
    let count = "SELECT count(*), bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                 WHERE application_name = 'jetpay' AND datname = current_database()";
    let counted = secured.database.run(count).unwrap();
    let (connections, all) = counted.split_once('|').unwrap();
    // At least one connection that writes, and one that reads.
    assert!(connections.parse::<u32>().unwrap() >= 2, "{connections}");
    assert_eq!(all, "t");
}

#[tokio::test]
async fn untrusted_certificate_is_refused_with_advice() {
    let Some(secured) = Secured::start("127.0.0.1") else {
        return;
    };
    secured.switch_on();
    // Another authority; the authorities of the system; another host name.
    for (host, authority) in [
        ("127.0.0.1", Some("others.pem")),
        ("127.0.0.1", None),
        ("localhost", Some("ours.pem")),
    ] {
        let error = secured.connect(host, authority).await.unwrap_err();
        assert!(error.contains("invalid peer certificate: "), "{error}");
        let what_to_do = "name the authority that signed it as ca_file";
        assert!(error.contains(what_to_do), "{error}");
    }
    // If TLS is offered but not required, the ledger does not fall back to a connection without TLS.
    let error = Ledger::connect(secured.database.url(), None).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("invalid peer certificate: "), "{error}");
}

#[tokio::test]
async fn server_without_tls_is_refused_when_tls_is_required() {
    let Some(secured) = Secured::start("127.0.0.1") else {
        return;
    };
    let error = secured.connect("127.0.0.1", Some("ours.pem")).await;
    let error = error.unwrap_err();
    assert!(error.contains("server does not support TLS"), "{error}");
    assert!(error.contains("switch TLS on there"), "{error}");
    let ledger = Ledger::connect(secured.database.url(), None).await;
    assert!(
        ledger.is_ok(),
        "where it is not required, it is used if offered"
    );
}

#[tokio::test]
async fn unreadable_authority_file_is_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none.pem");
    let garbage = folder.path().join("garbage.pem");
    std::fs::write(&garbage, "no certificate at all").unwrap();
    for file in [none, garbage] {
        let error = Ledger::connect("postgres://a@127.0.0.1:1/b", Some(&file)).await;
        let (error, name) = (error.unwrap_err().to_string(), file.display().to_string());
        assert!(
            error.contains(&name) && error.contains("authority"),
            "{error}"
        );
    }
}
