//! The real service, with its store on disk and many customers in it.

use std::fmt::Write;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use jetpay_platform::Admin;
use jetpay_testing::SECRET;
use tempfile::TempDir;

use super::messages::{PROJECT, contract, customer};
use super::rounds::Side;
use crate::service::{self, Process};
use crate::shell;

/// The number of customers in the store.
pub(super) const CUSTOMERS: usize = 100_000;

/// The secret of webhooks.
pub(super) const WEBHOOK_SECRET: &str = "whsec_c2VjcmV0LW9mLXRoZS13ZWJob29rcy1vZi1hLWJlbmNo";

pub(super) struct Service {
    pub(super) address: SocketAddr,
    pub(super) process: Process,
    pub(super) admin: Admin,
    /// A folder on the disk of the store.
    pub(super) folder: TempDir,
}

impl Service {
    /// Builds the service, imports the customers and starts `jetpay serve`.
    pub(super) fn start() -> Result<Self> {
        Self::with("", &customer_rows())
    }

    /// Does so with more tables in the configuration, and these customers.
    pub(super) fn with(tables: &str, customer_rows: &str) -> Result<Self> {
        let binary = service::build(&service::own_profile()?)?;
        // Beside the build, which is on a disk. A folder for temporary files may be in memory, where a sync costs nothing.
        let folder = tempfile::tempdir_in(binary.with_file_name(""))?;
        let [name, customers] = ["jetpay", "customers.csv"].map(|it| folder.path().join(it));
        let environment = [
            ("JETPAY_SECRET", SECRET),
            ("JETPAY_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("JETPAY_LOG", "warn"),
        ];
        let store = "sqlite://jetpay.db";
        let service =
            service::Service::new(&binary, &name, store, &configuration(tables), &environment)?;
        fs::write(&customers, customer_rows)?;
        shell::run(service.jetpay(["customers", "import"]).arg(&customers))?;
        let address = (Ipv4Addr::LOCALHOST, service.listen).into();
        let process = Process::start(&mut service.jetpay(["serve"]))?.accepts(address)?;
        Ok(Self {
            address,
            process,
            admin: service.admin(),
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
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(runtime.block_on(self.admin.entries())?.len())
    }
}

fn configuration(tables: &str) -> String {
    format!(
        r#"max_connections = 15_000

[[project]]
id = {PROJECT}
methods = ["kaspi"]
currency = "KZT"
secret_env = "JETPAY_SECRET"
{tables}"#
    )
}

/// The columns of a customer with a contract.
pub(super) const COLUMNS: &str = "customer_id,additional_customer_id,contract_id,contract_number,payment,min_payment,status_code";

pub(super) fn customer_rows() -> String {
    let mut text = format!("{COLUMNS}\n");
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
