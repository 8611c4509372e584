//! The service `jetpay` on a fresh folder, in a thread of the test program. Checks meet it over HTTP only.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::mpsc;
use std::{fs, thread};

use actix_web::rt::System;
use jetpay_platform::Admin;
use jetpay_server::config::Config;
use jetpay_server::service::Service;
use serde_json::json;
use tempfile::TempDir;

const JETPAY_CONFORMANCE: &str = env!("CARGO_BIN_EXE_jetpay-conformance");
pub(crate) const SECRET: &str = "a secret of tests";
pub(crate) const TOKEN: &str = "a token of tests, and long";
pub(crate) const CUSTOMER: &str = "7123456789";

/// The ports are chosen by the system.
const CONFIGURATION: &str = r#"
[server]
listen = "127.0.0.1:0"
[admin]
listen = "127.0.0.1:0"
token_file = "token"
[store]
url = "sqlite://jetpay.db"
[[project]]
id = 1234
secret_file = "secret"
methods = ["kaspi", "kassa24", "kassa24-bvu", "cashin-kz", "qiwi-kz"]
"#;

/// A service that runs until the test program ends.
pub(crate) struct Running {
    folder: TempDir,
    pub(crate) listen: SocketAddr,
    admin_listen: SocketAddr,
}

impl Running {
    /// Starts the service, with one customer who has a contract.
    pub(crate) async fn with_customer() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("secret", SECRET),
            ("token", TOKEN),
            ("jetpay.toml", CONFIGURATION),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let (listen, admin_listen) = serve(folder.path().join("jetpay.toml"));
        let running = Self {
            folder,
            listen,
            admin_listen,
        };
        let contract = json!({"id": "12345", "number": "1234_ABC", "payment": 100_000});
        let customer = json!({"contracts": [contract]});
        running
            .admin()
            .put_customer(CUSTOMER, &customer)
            .await
            .unwrap();
        running
    }

    pub(crate) fn admin(&self) -> Admin {
        Admin::new(format!("http://{}", self.admin_listen), TOKEN)
    }

    /// The URL of the method Kaspi.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/kaspi", self.listen)
    }

    /// The URL for `--observe`.
    pub(crate) fn observe_url(&self) -> String {
        format!("http://{}/v1/payments/{{payment_id}}", self.admin_listen)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }
}

fn serve(config: PathBuf) -> (SocketAddr, SocketAddr) {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        System::new().block_on(async {
            let config = Config::read(&config).unwrap();
            let ledger = config.store.open().await.unwrap();
            let service = Service::bind(&config, ledger).unwrap();
            tell.send((service.listen, service.admin_listen)).unwrap();
            service.serve().await.unwrap();
        });
    });
    told.recv().unwrap()
}

/// Runs `jetpay-conformance` for the project of the service. Its secret is in the variable `S`.
pub(crate) fn conformance(secret_env: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(JETPAY_CONFORMANCE);
    command
        .args(["--project", "1234", "--secret-env", secret_env])
        .args(arguments)
        .envs([("S", SECRET), ("OTHER", "another secret"), ("TOKEN", TOKEN)])
        .env("SHORT", "seven77");
    command
}

/// What a program printed and how it ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}
