//! Where a demo lives: its folder, its configuration, its secrets and its customers.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
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

/// A folder that holds all of a demo.
pub(super) struct Place {
    folder: PathBuf,
    /// Removes the folder with the demo, unless the user named it.
    _temporary: Option<TempDir>,
}

impl Place {
    /// Makes the folder and what belongs in it; what is there already stays.
    pub(super) fn prepare(named: Option<&Path>) -> anyhow::Result<Self> {
        let place = if let Some(folder) = named {
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
        fs::create_dir_all(&place.folder)
            .with_context(|| format!("cannot make {}", place.folder.display()))?;
        place.write("secret.txt", &random_text()?)?;
        place.write("token.txt", &random_text()?)?;
        place.write("jetpay.toml", &configuration()?)?;
        Ok(place)
    }

    pub(super) fn config(&self) -> PathBuf {
        self.folder.join("jetpay.toml")
    }

    pub(super) fn secret(&self) -> anyhow::Result<Zeroizing<String>> {
        let text = Zeroizing::new(fs::read_to_string(self.folder.join("secret.txt"))?);
        ensure!(
            !text.trim().is_empty(),
            "{} is empty; remove it",
            self.folder.join("secret.txt").display()
        );
        Ok(Zeroizing::new(text.trim().to_owned()))
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        if path.exists() {
            return Ok(());
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    pub(super) fn introduce(&self, listen: SocketAddr, admin: SocketAddr) {
        heading("JetPay demo");
        anstream::println!(
            "  configuration, secrets, database   {}",
            self.folder.display()
        );
        anstream::println!("  the platform calls                 http://{listen}");
        anstream::println!("  the merchant calls                 http://{admin}");
    }

    pub(super) fn invite(&self, listen: SocketAddr, admin: SocketAddr) {
        heading("Still serving: try it, and end it with Ctrl-C");
        let token = self.folder.join("token.txt");
        let secret = self.folder.join("secret.txt");
        anstream::println!(
            "  export TOKEN=$(cat {}) SECRET=$(cat {})",
            token.display(),
            secret.display()
        );
        anstream::println!(
            "  curl -H \"Authorization: Bearer $TOKEN\" http://{admin}/v1/customers/{ANNA}"
        );
        anstream::println!("  curl -H \"Authorization: Bearer $TOKEN\" http://{admin}/v1/entries");
        anstream::println!(
            "  echo '{{\"type\":\"verify\",\"project_id\":{PROJECT},\"customer_id\":\"{ANNA}\"}}' \
             | {} sign --secret-env SECRET | curl -d @- http://{listen}/kaspi",
            // After `cargo run` no `jetpay` is on the path.
            std::env::current_exe()
                .unwrap_or_else(|_| "jetpay".into())
                .display()
        );
    }
}

/// The usual ports when they are free, else any.
fn configuration() -> anyhow::Result<String> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let free = |port| bind(port).is_ok();
    let (listen, admin) = if free(8080) && free(8081) {
        (8080, 8081)
    } else {
        (0, 0)
    };
    // The service must be told the Gate's before it is opened.
    let gate = bind(9090).or_else(|_| bind(0))?.local_addr()?;
    Ok(format!(
        r#"# Written by `jetpay demo`. `jetpay check` says what it means.

[server]
listen = "127.0.0.1:{listen}"

[admin]
listen = "127.0.0.1:{admin}"
token_file = "token.txt"

[store]
url = "sqlite://jetpay.db"

[[project]]
id = {PROJECT}
methods = ["kaspi", "kassa24", "kassa24-bvu", "cashin-kz", "qiwi-kz"]
secret_file = "secret.txt"

[gate] # a simulated one, which the demo plays
base_url = "http://{gate}"
answer_within_seconds = 2
ask_after_seconds = 1
"#
    ))
}

/// 32 hexadecimal digits of the system's randomness.
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
