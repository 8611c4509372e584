//! What all runs share: the service's configuration, its projects and its customers.

use std::fs;
use std::path::Path;
use std::pin::pin;

use anyhow::Context;
use jetpay_core::Keyring;
use jetpay_core::id::{ContractId, CustomerId};
use jetpay_core::signature::Key;
use jetpay_ledger::sim::{Fault, SimStore};
use jetpay_ledger::{Contract, Customer, Ledger};
use jetpay_server::config::Config;

use crate::deterministic::poll_once;

/// The merchant's projects. Top-ups of both go into one ledger.
pub(crate) const PROJECTS: [u64; 2] = [1234, 4321];
/// The number of customers.
pub(crate) const CUSTOMERS: usize = 40;

const SECRETS: [&str; 2] = ["secret-of-the-first", "secret-of-the-second"];
const WRONG_SECRET: &str = "secret-of-no-project";

/// The configuration of the service. All runs share it.
pub struct Setup {
    pub(crate) config: Config,
    /// The same, with a billing of the merchant's.
    with_billing: Config,
    pub(crate) keyring: Keyring,
    keys: [Key; 2],
    wrong_key: Key,
}

impl Setup {
    /// Writes a configuration into a temporary folder and lets the service read it.
    ///
    /// # Errors
    /// The folder cannot be written, or the service refuses the configuration.
    pub fn prepare() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
        let config = configure(folder.path(), "")?;
        let with_billing = configure(folder.path(), BILLING)?;
        let [first, second] = SECRETS;
        Ok(Self {
            keyring: config.keyring(),
            config,
            with_billing,
            keys: [Key::new(first)?, Key::new(second)?],
            wrong_key: Key::new(WRONG_SECRET)?,
        })
    }

    /// The configuration, with the merchant's billing or without.
    pub(crate) fn config(&self, has_billing: bool) -> &Config {
        if has_billing {
            &self.with_billing
        } else {
            &self.config
        }
    }

    /// The key of a project; with `right` false, a key of no project.
    pub(crate) fn key(&self, project: u64, right: bool) -> &Key {
        match PROJECTS.iter().position(|known| *known == project) {
            Some(index) if right => &self.keys[index],
            _ => &self.wrong_key,
        }
    }
}

/// The look-up in the merchant's billing. Nothing listens at its address.
const BILLING: &str = "[lookup]\nkind = \"osmp\"\nurl = \"http://127.0.0.1:9/payments\"\n";

fn configure(folder: &Path, more: &str) -> anyhow::Result<Config> {
    let methods = jetpay_platform::METHODS
        .each_ref()
        .map(|method| method.name);
    let mut text =
        "[admin]\ntoken_file = \"token\"\n[store]\nurl = \"sqlite://none.db\"\n".to_owned();
    fs::write(folder.join("token"), "token of the simulation, never used")?;
    for (project, secret) in PROJECTS.iter().zip(SECRETS) {
        fs::write(folder.join(project.to_string()), secret)?;
        let table = format!(
            "[[project]]\nid = {project}\nmethods = {methods:?}\nsecret_file = \"{project}\"\n"
        );
        text.push_str(&table);
    }
    text.push_str(more);
    let path = folder.join("jetpay.toml");
    fs::write(&path, text)?;
    Config::read(&path).context("the service refuses its configuration")
}

/// The id of the customer with this number.
pub(crate) fn customer_id(number: usize) -> CustomerId {
    CustomerId::new(format!("customer-{number:03}")).expect("an id")
}

/// The customers. Every second one has a contract.
fn customers() -> Vec<Customer> {
    let customer = |number: usize| {
        let contract = Contract {
            id: ContractId::new(CONTRACT).expect("an id"),
            number: CONTRACT.into(),
            payment: Some(100_000),
            min_payment: None,
            as_of_seq: None,
            status_code: 0,
            info: None,
        };
        Customer {
            customer_id: customer_id(number),
            additional_customer_id: None,
            contracts: if number.is_multiple_of(2) {
                Vec::new()
            } else {
                vec![contract]
            },
        }
    };
    (0..CUSTOMERS).map(customer).collect()
}

/// The id and number of every contract.
pub(crate) const CONTRACT: &str = "contract-1";

/// Imports the customers before any fault can occur.
pub(crate) fn import_customers(ledger: &Ledger, store: &SimStore) {
    let mut put = pin!(ledger.import_customers(customers()));
    let _ = poll_once(put.as_mut());
    store.step(Fault::Commits);
    let _ = poll_once(put.as_mut());
}
