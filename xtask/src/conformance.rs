//! `cargo xtask conformance`: starts the real service on a fresh store and runs the conformance checks against it over
//! HTTP. Each store gets the same checks.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use jetpay_conformance::{ALARM_KINDS, Kassa24Answers, Project, Report, Target, run_all};
use jetpay_platform::{Admin, KASPI, KASSA24, QIWI_KZ};
use jetpay_testing::{free_port, postgres};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::shell;
use crate::stores::Stores;

#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// The store of the service
    #[arg(long, value_enum, default_value_t)]
    store: Stores,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut build = vec![
        "build",
        "--quiet",
        "--package",
        "jetpay-server",
        "--bin",
        "jetpay",
    ];
    // `Service::start` expects the binary beside this program, so it is built with the same profile.
    if !cfg!(debug_assertions) {
        build.push("--release");
    }
    shell::run_cargo(&build)?;
    let database = arguments
        .store
        .on_postgres("conformance", postgres::database)?;
    let sqlite = arguments.store.has_sqlite();
    let sqlite = sqlite.then_some(("SQLite", "sqlite://jetpay.db"));
    let postgres = database.as_ref().map(|it| ("PostgreSQL", it.url()));
    let stores: Vec<_> = sqlite.into_iter().chain(postgres).collect();
    let failed: Vec<String> = check_all(&stores)
        .into_iter()
        .filter_map(|(name, report)| {
            shell::heading(&format!("conformance on {name}"));
            let error = report.and_then(|report| judge(&report)).err()?;
            println!("✗ {error:#}");
            Some(format!("on {name} {error:#}"))
        })
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("conformance: {}", failed.join("; "))
}

type OnStore<'a, T> = (&'a str, T);

/// Checks a service on each store, all at the same time: the checks mostly wait.
fn check_all<'a>(stores: &[OnStore<'a, &str>]) -> Vec<OnStore<'a, Result<Report>>> {
    thread::scope(|scope| {
        let runs: Vec<_> = stores
            .iter()
            .map(|&(name, url)| (name, scope.spawn(move || check(url))))
            .collect();
        runs.into_iter()
            .map(|(name, run)| {
                let panicked = |_| Err(anyhow!("the checks panicked"));
                (name, run.join().unwrap_or_else(panicked))
            })
            .collect()
    })
}

fn check(store: &str) -> Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut service = Service::start(store)?;
        let target = service.target()?;
        service.ready().await?;
        target.customers.put(&service.admin()).await?;
        let report = run_all(&target, |_| ()).await;
        let alarms = service.open_alarms().await?;
        let said: Vec<_> = ALARM_KINDS.map(Value::from).into();
        ensure!(
            alarms == said,
            "the checks left alarms of the kinds {alarms:?}, and say that they leave {said:?}"
        );
        service.resolve_alarms().await?;
        service.stop()?;
        service
            .expect_clean_log(&target)
            .with_context(|| format!("the checks gave: {}", report.summary()))?;
        Ok(report)
    })
}

fn judge(report: &Report) -> Result<()> {
    print!("{report}");
    let summary = report.summary();
    ensure!(report.is_good(), "{summary}");
    // Our own service has everything that a check may need, so every check must have run.
    ensure!(summary.not_run + summary.not_observed == 0, "{summary}");
    Ok(())
}

/// The service must be ready within this time, and must end within this time.
const TIMEOUT: Duration = Duration::from_secs(30);
const TOKEN: &str = "token-of-the-conformance-run";
const SECRET: &str = "secret-of-the-conformance-run";
const NEXT_SECRET: &str = "next-secret-of-the-conformance-run";
const OTHER_SECRET: &str = "other-secret-of-the-conformance-run";

/// The real service, with a configuration and a store of its own.
struct Service {
    child: Child,
    listen: String,
    admin: String,
    log: PathBuf,
    /// The password of the database, if there is one.
    password: Option<String>,
    /// Dropping the service removes this folder.
    _folder: TempDir,
}

impl Service {
    /// Starts `jetpay serve`. The binary is beside this program.
    fn start(store: &str) -> Result<Self> {
        let binary = std::env::current_exe()?
            .with_file_name(format!("jetpay{}", std::env::consts::EXE_SUFFIX));
        let folder = tempfile::tempdir()?;
        let [listen, admin] = [free_port(), free_port()].map(|port| format!("127.0.0.1:{port}"));
        let config = folder.path().join("jetpay.toml");
        let log = folder.path().join("jetpay.log");
        fs::write(&config, configuration(&listen, &admin, store))?;
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

    /// Describes the configuration to the checks.
    fn target(&self) -> Result<Target> {
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

    fn admin(&self) -> Admin {
        Admin::new(format!("http://{}", self.admin), TOKEN)
    }

    /// The kinds of the open alarms, each once.
    async fn open_alarms(&self) -> Result<Vec<Value>> {
        let (mut kinds, mut before) = (Vec::new(), i64::MAX);
        loop {
            let path = format!("/v1/alarms?resolved=false&limit=1000&before={before}");
            let page = self.admin().call("GET", &path, None).await?;
            let page = page.json.context("the alarms are not shown as JSON")?;
            let alarms = page["alarms"].as_array().into_iter().flatten();
            kinds.extend(alarms.map(|alarm| alarm["kind"].clone()));
            kinds.sort_by_key(Value::to_string);
            kinds.dedup();
            match page["next"].as_i64() {
                Some(next) => before = next,
                None => return Ok(kinds),
            }
        }
    }

    /// Resolves all alarms of the checks at once, as the command does that the checks name. None may be left.
    async fn resolve_alarms(&self) -> Result<()> {
        let decision = json!({
            "kind": ALARM_KINDS.join(","), "verdict": "dismiss", "reason": "conformance checks",
        });
        let mut more = true;
        while more {
            let path = "/v1/alarms:resolve";
            let answer = self.admin().call("POST", path, Some(&decision)).await?;
            ensure!(
                answer.status == 200,
                "alarms are not resolved: {}",
                answer.text()
            );
            more = answer.json.is_some_and(|it| it["more"] == true);
        }
        let left = self.open_alarms().await?;
        ensure!(left.is_empty(), "alarms are left: {left:?}");
        Ok(())
    }

    /// Waits until the service is ready.
    async fn ready(&self) -> Result<()> {
        let begun = Instant::now();
        loop {
            match self.admin().call("GET", "/readyz", None).await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                _ if begun.elapsed() > TIMEOUT => {
                    bail!("the service is not ready after {TIMEOUT:?}")
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Sends SIGTERM, as an operator would, and expects that the service ends with status 0.
    fn stop(&mut self) -> Result<()> {
        // The standard library cannot send a signal.
        let sent = Command::new("kill")
            .args(["-s", "TERM", &self.child.id().to_string()])
            .status();
        ensure!(
            sent.context("`kill` cannot be started")?.success(),
            "the service ended before SIGTERM was sent"
        );
        let begun = Instant::now();
        while begun.elapsed() < TIMEOUT {
            if let Some(status) = self.child.try_wait()? {
                ensure!(
                    status.success(),
                    "the service ended with {status} after SIGTERM; it must end with 0"
                );
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("the service did not end within {TIMEOUT:?} after SIGTERM")
    }

    /// Checks that the log names no secret and no customer, and that nothing panicked.
    fn expect_clean_log(&self, target: &Target) -> Result<()> {
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
                bail!("the log contains `{word}`: {line}");
            }
        }
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // After `stop` the process has ended, and both calls fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The password in `postgres://user:password@host`.
fn password(url: &str) -> Option<&str> {
    let (user, _) = url.split_once("://")?.1.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

fn configuration(listen: &str, admin: &str, store: &str) -> String {
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
