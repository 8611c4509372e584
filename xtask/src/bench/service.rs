//! The real service: `jetpay serve` with its store on disk and many customers in it.

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use jetpay_testing::SECRET;

use super::connection::Connection;
use super::messages::{PROJECT, contract, customer};
use super::process::{Process, free_address};
use crate::shell;

/// How many customers there are.
pub(super) const CUSTOMERS: usize = 100_000;
const TOKEN: &str = "token-of-the-benchmark";

pub(super) struct Service {
    pub(super) address: SocketAddr,
    admin: SocketAddr,
    process: Process,
    _folder: Folder,
}

impl Service {
    /// Builds it, imports the customers, and starts it.
    pub(super) fn start() -> Result<Self> {
        // As this program was built, which is for release unless somebody tries it out.
        let profile = if cfg!(debug_assertions) {
            "dev"
        } else {
            "release"
        };
        let package = ["--package", "jetpay-server"];
        shell::run_cargo(&[&["build", "--quiet", "--profile", profile], &package[..]].concat())?;
        let own = std::env::current_exe()?;
        let binary = own.with_file_name(format!("jetpay{}", std::env::consts::EXE_SUFFIX));
        ensure!(
            binary.is_file(),
            "{} is not there: jetpay-server must have a binary `jetpay`",
            binary.display()
        );

        let folder = Folder::beside(&own)?;
        let (address, admin) = (free_address()?, free_address()?);
        let config = folder.write("jetpay.toml", &configuration(address, admin))?;
        let customers = folder.write("customers.csv", &customers())?;
        let jetpay = || {
            let mut command = Command::new(&binary);
            command
                .env("JETPAY_BENCH_SECRET", SECRET)
                .env("JETPAY_BENCH_TOKEN", TOKEN)
                .env("RUST_LOG", "warn");
            command
        };
        shell::run(
            jetpay()
                .args(["customers", "import"])
                .arg(&customers)
                .arg("--config")
                .arg(&config),
        )?;
        let process = Process::start(jetpay().arg("serve").arg("--config").arg(&config), address)?;
        Ok(Self {
            address,
            admin,
            process,
            _folder: folder,
        })
    }

    /// The number of its process.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// How many credits the feed has: what the merchant's billing would read.
    pub(super) fn credits(&self) -> Result<usize> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let mut connection = Connection::to(self.admin).await?;
            let (mut after, mut credits) = (0, 0);
            loop {
                let request = format!(
                    "GET /v1/entries?after={after}&limit=1000 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
                );
                let answer = connection.exchange(request.as_bytes()).await?;
                ensure!(answer.status == 200, "the feed of entries answers {answer}");
                let page: serde_json::Value = serde_json::from_slice(answer.body)?;
                let entries = page["entries"].as_array().context("the feed has no `entries`")?.len();
                if entries == 0 {
                    return Ok(credits);
                }
                credits += entries;
                after = page["next"].as_u64().context("the feed has no `next`")?;
            }
        })
    }
}

fn configuration(address: SocketAddr, admin: SocketAddr) -> String {
    format!(
        r#"[server]
listen = "{address}"
max_connections = 15_000
[admin]
listen = "{admin}"
token_env = "JETPAY_BENCH_TOKEN"
[store]
url = "sqlite://jetpay.db"
[[project]]
id = {PROJECT}
methods = ["kaspi"]
currency = "KZT"
secret_env = "JETPAY_BENCH_SECRET"
"#
    )
}

fn customers() -> String {
    let columns = "customer_id,additional_customer_id,contract_id,contract_number,payment,min_payment,status_code";
    let mut text = format!("{columns}\n");
    for n in 0..CUSTOMERS {
        writeln!(
            text,
            "{},A{n},{},N-{n},100000,10000,0",
            customer(n),
            contract(n)
        )
        .expect("a String takes all");
    }
    text
}

/// A folder on the disk that builds use: a folder for temporary files may be memory, where a sync costs nothing.
struct Folder(PathBuf);

impl Folder {
    fn beside(file: &Path) -> Result<Self> {
        let path = file.with_file_name(format!("bench-{}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self(path))
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} is left over: {error}", self.0.display());
        }
    }
}
