//! The real service, with its store on disk and many customers in it.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use jetpay_platform::Admin;
use jetpay_testing::SECRET;
use tempfile::TempDir;

use super::messages::{PROJECT, contract, customer};
use super::process::{Process, free_address};
use super::rounds::Side;
use crate::shell;

/// The number of customers in the store.
pub(super) const CUSTOMERS: usize = 100_000;
const TOKEN: &str = "token-of-the-benchmark-run";

pub(super) struct Service {
    pub(super) address: SocketAddr,
    pub(super) process: Process,
    admin: SocketAddr,
    /// A folder on the disk of the store.
    pub(super) folder: TempDir,
}

impl Service {
    /// Builds the service, imports the customers and starts `jetpay serve`.
    pub(super) fn start() -> Result<Self> {
        // In the profile of this program, whose folder has its name.
        let own = std::env::current_exe()?;
        let folder = own.parent().and_then(Path::file_name);
        let profile = match folder.and_then(OsStr::to_str) {
            Some("debug") | None => "dev",
            Some(profile) => profile,
        };
        let package = ["--package", "jetpay-server"];
        shell::run_cargo(&[&["build", "--quiet", "--profile", profile], &package[..]].concat())?;
        let binary = own.with_file_name(format!("jetpay{}", std::env::consts::EXE_SUFFIX));
        ensure!(
            binary.is_file(),
            "{} is missing: jetpay-server must have a binary `jetpay`",
            binary.display()
        );

        // Beside the build, which is on a disk. A folder for temporary files may be in memory, where a sync costs nothing.
        let folder = tempfile::tempdir_in(binary.with_file_name(""))?;
        let (address, admin) = (free_address()?, free_address()?);
        let [config, customers] = ["jetpay.toml", "customers.csv"].map(|it| folder.path().join(it));
        fs::write(&config, configuration(address, admin))?;
        fs::write(&customers, customer_rows())?;
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
            process,
            admin,
            folder,
        })
    }

    pub(super) fn side(&self) -> Side<'_> {
        Side {
            name: "the service",
            address: self.address,
            process: &self.process,
        }
    }

    /// The number of credits in the feed, read as a merchant's billing reads it.
    pub(super) fn credits(&self) -> Result<usize> {
        let admin = Admin::new(format!("http://{}", self.admin), TOKEN);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (mut after, mut credits) = (0, 0);
        loop {
            let path = format!("/v1/entries?after={after}&limit=1000");
            let page = runtime.block_on(admin.call("GET", &path, None))?;
            let json = page.json.filter(|_| page.status == 200);
            let json = json.context("the feed of entries is not answered")?;
            let entries = json["entries"]
                .as_array()
                .context("the feed has no `entries`")?;
            if entries.is_empty() {
                return Ok(credits);
            }
            credits += entries.len();
            after = json["next"].as_u64().context("the feed has no `next`")?;
        }
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

fn customer_rows() -> String {
    let columns = "customer_id,additional_customer_id,contract_id,contract_number,payment,min_payment,status_code";
    let mut text = format!("{columns}\n");
    for n in 0..CUSTOMERS {
        writeln!(
            text,
            "{},A{n},{},N-{n},100000,10000,0",
            customer(n),
            contract(n)
        )
        .expect("writing to a String cannot fail");
    }
    text
}
