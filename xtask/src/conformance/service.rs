//! The service that is checked: the real binary with a configuration and a store of its own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use jetpay_conformance::{Kassa24Answers, Project, Target};
use jetpay_platform::{Admin, KASPI, KASSA24, QIWI_KZ};
use tempfile::TempDir;

/// How long it may take to begin, and to end.
const PATIENCE: Duration = Duration::from_secs(30);
const TOKEN: &str = "token-of-the-conformance-run";
const SECRET: &str = "secret-of-the-conformance-run";
const NEXT_SECRET: &str = "next-secret-of-the-conformance-run";
const OTHER_SECRET: &str = "other-secret-of-the-conformance-run";

pub(super) struct Service {
    child: Child,
    listen: SocketAddr,
    admin: SocketAddr,
    log: PathBuf,
    /// The password of its database, if it has one.
    password: Option<String>,
    /// Removed with everything in it when the service is dropped.
    _folder: TempDir,
}

impl Service {
    /// Starts `jetpay serve`, which stands beside this program.
    pub(super) fn start(store: &str) -> Result<Self> {
        let binary = std::env::current_exe()?
            .with_file_name(format!("jetpay{}", std::env::consts::EXE_SUFFIX));
        let folder = tempfile::tempdir()?;
        let [listen, admin] = free_addresses()?;
        let config = folder.path().join("jetpay.toml");
        let log = folder.path().join("jetpay.log");
        fs::write(&config, configuration(listen, admin, store))?;
        let child = Command::new(&binary)
            .arg("serve")
            .arg("--config")
            .arg(&config)
            .env("JETPAY_TOKEN", TOKEN)
            .env("JETPAY_SECRET", SECRET)
            .env("JETPAY_NEXT_SECRET", NEXT_SECRET)
            .env("JETPAY_OTHER_SECRET", OTHER_SECRET)
            .stderr(fs::File::create(&log)?)
            .spawn()
            .with_context(|| format!("{} cannot be started", binary.display()))?;
        Ok(Self {
            child,
            listen,
            admin,
            log,
            password: password(store).map(str::to_owned),
            _folder: folder,
        })
    }

    /// What the configuration says, told to the checks.
    pub(super) fn target(&self) -> Result<Target> {
        let several = Project::new(1234, SECRET)?.with_secret(NEXT_SECRET)?;
        let account = Project::new(1235, OTHER_SECRET)?
            .with_methods([&KASSA24])
            .with_kassa24_answers(Kassa24Answers::Account);
        let strict = Project::new(1236, OTHER_SECRET)?
            .with_methods([&KASPI, &KASSA24])
            .with_strict_contracts();
        let qiwi = Project::new(1237, OTHER_SECRET)?.with_methods([&QIWI_KZ]);
        Ok(Target::service(&format!("http://{}", self.listen), several)
            .with_project(account)
            .with_project(strict)
            .with_project(qiwi)
            .with_observer(self.admin()))
    }

    pub(super) fn admin(&self) -> Admin {
        Admin::new(format!("http://{}", self.admin), TOKEN)
    }

    /// Waits until it can take messages.
    pub(super) async fn ready(&self) -> Result<()> {
        let begun = Instant::now();
        loop {
            match self.admin().call("GET", "/readyz", None).await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                _ if begun.elapsed() > PATIENCE => {
                    bail!("the service is not ready after {PATIENCE:?}")
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Asks it to end, as an operator would, and expects that it ends well.
    pub(super) fn stop(&mut self) -> Result<()> {
        // The standard library cannot send a signal.
        let asked = Command::new("kill")
            .args(["-s", "TERM", &self.child.id().to_string()])
            .status();
        ensure!(
            asked.context("`kill` cannot be started")?.success(),
            "the service has ended before it was asked to"
        );
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                ensure!(
                    status.success(),
                    "the service ended with {status} after SIGTERM, and not with 0"
                );
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("the service still runs {PATIENCE:?} after SIGTERM")
    }
}

impl Service {
    /// What it logged names no secret and no customer, and nothing panicked.
    pub(super) fn expect_clean_log(&self, target: &Target) -> Result<()> {
        let log = fs::read_to_string(&self.log).context("the log cannot be read")?;
        let customers = &target.customers;
        let contracts = [&customers.contract, &customers.closed]
            .into_iter()
            .flatten();
        let known = [
            Some(&customers.payer),
            customers.owes_nothing.as_ref(),
            customers.plain.as_ref(),
        ];
        let private = contracts
            .map(|contract| &contract.number)
            .chain(known.into_iter().flatten())
            .chain([&customers.unknown]);
        let words = [TOKEN, SECRET, NEXT_SECRET, OTHER_SECRET, "panicked"];
        let password = self.password.as_deref();
        let words = words.into_iter().chain(password);
        for word in words.chain(private.map(String::as_str)) {
            if let Some(line) = log.lines().find(|line| line.contains(word)) {
                bail!("the log says `{word}`: {line}");
            }
        }
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // As a rule it has ended by then, and both fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Addresses on loopback that nobody listens on now; both are held until both are known.
fn free_addresses() -> Result<[SocketAddr; 2]> {
    let bound = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let (first, second) = (bound()?, bound()?);
    Ok([first.local_addr()?, second.local_addr()?])
}

/// `postgres://user:password@host`.
fn password(url: &str) -> Option<&str> {
    let (user, _) = url.split_once("://")?.1.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

fn configuration(listen: SocketAddr, admin: SocketAddr, store: &str) -> String {
    format!(
        r#"[server]
listen = "{listen}"

[admin]
listen = "{admin}"
token_env = "JETPAY_TOKEN"

[store]
url = "{store}"

[[project]]
id = 1234
methods = ["kaspi", "kassa24", "kassa24-bvu", "cashin-kz", "qiwi-kz"]
currency = "KZT"
secret_env = ["JETPAY_SECRET", "JETPAY_NEXT_SECRET"]
kassa24_answers = "contracts"

[[project]]
id = 1235
methods = ["kassa24"]
secret_env = "JETPAY_OTHER_SECRET"
kassa24_answers = "account"

[[project]]
id = 1236
methods = ["kaspi", "kassa24"]
secret_env = "JETPAY_OTHER_SECRET"
strict_contracts = true

[[project]]
id = 1237
methods = ["qiwi-kz"]
secret_env = "JETPAY_OTHER_SECRET"
"#
    )
}
