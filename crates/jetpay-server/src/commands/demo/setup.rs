//! The folder of a demo, with its configuration and secrets, and its customers.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use jetpay_core::id::{ContractId, CustomerId};
use jetpay_ledger::{Contract, Customer};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::scenes::heading;

/// The demo's project at the platform.
pub(super) const PROJECT: u64 = 1234;
/// A customer with two contracts.
pub(super) const ANNA: &str = "7123456789";
/// A customer without contracts.
pub(super) const BORIS: &str = "boris@example.com";

/// Where the service of a demo listens.
pub(super) struct Addresses {
    pub(super) listen: SocketAddr,
    pub(super) admin: SocketAddr,
    /// `None` when an older demo wrote the configuration, without `[pages]`.
    pub(super) pages: Option<SocketAddr>,
}

/// The folder of a demo.
pub(super) struct Setup {
    folder: PathBuf,
    /// Deletes the folder at the end, unless the user named it.
    _temporary: Option<TempDir>,
}

impl Setup {
    /// Creates the folder and its files. Existing files stay as they are.
    pub(super) fn prepare(named: Option<&Path>) -> anyhow::Result<Self> {
        let setup = if let Some(folder) = named {
            Self {
                folder: folder.to_owned(),
                _temporary: None,
            }
        } else {
            let temporary = tempfile::Builder::new().prefix("jetpay-demo-").tempdir()?;
            Self {
                folder: temporary.path().to_owned(),
                _temporary: Some(temporary),
            }
        };
        fs::create_dir_all(&setup.folder)
            .with_context(|| format!("cannot create {}", setup.folder.display()))?;
        setup.write("secret.txt", &random_text()?)?;
        setup.write("token.txt", &random_text()?)?;
        setup.write("data-api-token.txt", &random_text()?)?;
        setup.write("data-api-key.txt", &random_text()?)?;
        setup.write("jetpay.toml", &configuration()?)?;
        Ok(setup)
    }

    pub(super) fn config(&self) -> PathBuf {
        self.folder.join("jetpay.toml")
    }

    pub(super) fn secret(&self) -> anyhow::Result<Zeroizing<String>> {
        let text = Zeroizing::new(fs::read_to_string(self.folder.join("secret.txt"))?);
        ensure!(
            !text.trim().is_empty(),
            "{} is empty; delete it and run the demo again",
            self.folder.join("secret.txt").display()
        );
        Ok(Zeroizing::new(text.trim().to_owned()))
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        if path.exists() {
            return Ok(());
        }
        // All files but one are secrets.
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    pub(super) fn introduce(&self, at: &Addresses) {
        heading("JetPay demo");
        println!(
            "  configuration, secrets, database   {}",
            self.folder.display()
        );
        println!("  the platform calls                 http://{}", at.listen);
        println!("  the merchant calls                 http://{}", at.admin);
        if let Some(pages) = at.pages {
            println!("  people open                        http://{pages}");
        }
    }

    pub(super) fn invite(&self, at: &Addresses) {
        let Addresses {
            listen,
            admin,
            pages,
        } = at;
        heading("The service is still running: try it, and stop it with Ctrl-C");
        let token = self.folder.join("token.txt");
        if let Some(pages) = pages {
            println!(
                "  in a browser: open http://{pages}/alarms, where one waits for you; sign in with what `cat {}` shows",
                token.display()
            );
        }
        let secret = self.folder.join("secret.txt");
        println!(
            "  export TOKEN=$(cat {}) SECRET=$(cat {})",
            token.display(),
            secret.display()
        );
        println!("  curl -H \"Authorization: Bearer $TOKEN\" http://{admin}/v1/customers/{ANNA}");
        println!("  curl -H \"Authorization: Bearer $TOKEN\" http://{admin}/v1/entries");
        println!(
            "  echo '{{\"type\":\"verify\",\"project_id\":{PROJECT},\"customer_id\":\"{ANNA}\"}}' \
             | {} sign --secret-env SECRET | curl -d @- http://{listen}/kaspi",
            program().display()
        );
    }
}

/// This program. With `cargo run` it is not on the PATH.
pub(super) fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| "jetpay".into())
}

/// Says what to do next: a command for each way to use this repository. They run in its folder. The checks are of the service
/// that still runs, or else of the shop of the first command.
pub(super) fn what_next(running: Option<(SocketAddr, &Setup)>) {
    heading("What next? One command for each way, in the folder of the sources");
    let (secret, checked) = match running {
        Some((listen, setup)) => (
            format!("$(cat {})", setup.folder.join("secret.txt").display()),
            listen,
        ),
        None => (
            "secret-of-tests".to_owned(),
            SocketAddr::from(([127, 0, 0, 1], 8090)),
        ),
    };
    println!("  write Rust: this shop on axum is the smallest merchant; docs/rust.md goes on");
    println!(
        "    JETPAY_PROJECT={PROJECT} JETPAY_SECRET=secret-of-tests SHOP_LISTEN=127.0.0.1:8090 cargo run --package shop-axum"
    );
    println!(
        "  run the service: this writes its configuration, with a comment on every key; docs/service.md goes on"
    );
    println!("    cargo run -- config > jetpay.toml");
    let of = if running.is_some() {
        "this service, while it runs"
    } else {
        "the shop, while it runs"
    };
    println!("  prove an endpoint in any language: this checks {of}; docs/conformance.md goes on");
    println!(
        "    JETPAY_SECRET={secret} cargo run --package jetpay-conformance -- --url http://{checked}/kaspi --method kaspi \
         --project {PROJECT} --secret-env JETPAY_SECRET --customer {ANNA}"
    );
}

/// The configuration, with the default ports when they are free, else with any free ports.
fn configuration() -> anyhow::Result<String> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let free = |port| bind(port).is_ok();
    let (listen, admin, pages) = if free(8080) && free(8081) && free(8082) {
        (8080, 8081, 8082)
    } else {
        (0, 0, 0)
    };
    // The configuration must name the Gate's port before the Gate starts.
    let gate = bind(9090).or_else(|_| bind(0))?.local_addr()?;
    Ok(format!(
        r#"# `jetpay demo` wrote this file. `jetpay check` explains it.

[server]
listen = "127.0.0.1:{listen}"

[admin]
listen = "127.0.0.1:{admin}"
token_file = "token.txt"

[pages] # for people: payments, alarms, payouts
listen = "127.0.0.1:{pages}"

[store]
url = "sqlite://jetpay.db"

[[project]]
id = {PROJECT}
methods = ["kaspi", "kassa24", "kassa24-bvu", "cashin-kz", "qiwi-kz"]
secret_file = "secret.txt"

[gate] # a simulated Gate, which the demo runs
base_url = "http://{gate}"
answer_within_seconds = 2
ask_after_seconds = 1

[data_api] # the platform's own books, simulated at the Gate's address
base_url = "http://{gate}"
token_file = "data-api-token.txt"
key_file = "data-api-key.txt"
"#
    ))
}

/// A random secret of 32 hexadecimal digits.
fn random_text() -> anyhow::Result<String> {
    let (high, low) = (getrandom::u64()?, getrandom::u64()?);
    Ok(format!("{high:016x}{low:016x}\n"))
}

pub(super) fn customers() -> Vec<Customer> {
    let contract = |id: &str, number: &str, payment, status_code| Contract {
        id: ContractId::new(id).expect("a literal id"),
        number: number.to_owned(),
        payment: Some(payment),
        min_payment: None,
        as_of_seq: None,
        status_code,
        info: None,
    };
    let customer = |id: &str, contracts| Customer {
        customer_id: CustomerId::new(id).expect("a literal id"),
        additional_customer_id: None,
        contracts,
    };
    vec![
        customer(
            ANNA,
            vec![
                contract("12345", "1234_ABC/01", 100_000, 0),
                contract("67890", "5678_ABC/02", 0, 204),
            ],
        ),
        customer(BORIS, Vec::new()),
    ]
}
