//! `cargo xtask conformance`: starts the real service on a fresh store and runs the conformance checks against it over
//! HTTP. Each store gets the same checks.

use std::fs;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow, bail, ensure};
use jetpay_conformance::{ALARM_KINDS, Kassa24Answers, Project, Report, Target, run_all};
use jetpay_platform::{Admin, KASPI, KASSA24, QIWI_KZ};
use jetpay_testing::postgres;
use serde_json::{Value, json};

use crate::service::{self, Service, TOKEN};
use crate::shell;
use crate::stores::Stores;

#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// The store of the service
    #[arg(long, value_enum, default_value_t)]
    store: Stores,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let binary = service::build(&service::own_profile()?)?;
    let database = arguments
        .store
        .on_postgres("conformance", postgres::database)?;
    let sqlite = arguments.store.has_sqlite();
    let sqlite = sqlite.then_some(("SQLite", "sqlite://jetpay.db"));
    let postgres = database.as_ref().map(|it| ("PostgreSQL", it.url()));
    let stores: Vec<_> = sqlite.into_iter().chain(postgres).collect();
    let failed: Vec<String> = check_all(&binary, &stores)
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
fn check_all<'a>(binary: &Path, stores: &[OnStore<'a, &str>]) -> Vec<OnStore<'a, Result<Report>>> {
    thread::scope(|scope| {
        let runs: Vec<_> = stores
            .iter()
            .map(|&(name, url)| (name, scope.spawn(move || check(binary, url))))
            .collect();
        runs.into_iter()
            .map(|(name, run)| {
                let panicked = |_| Err(anyhow!("the checks panicked"));
                (name, run.join().unwrap_or_else(panicked))
            })
            .collect()
    })
}

fn check(binary: &Path, store: &str) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let name = folder.path().join("jetpay");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut service = Service::new(binary, &name, store, PROJECTS, &SECRETS)?;
        service.start()?;
        let (target, admin) = (target(&service)?, service.admin());
        service.ready().await?;
        target.customers.put(&admin).await?;
        let report = run_all(&target, |_| ()).await;
        let alarms = open_alarms(&admin).await?;
        let said: Vec<_> = ALARM_KINDS.map(Value::from).into();
        ensure!(
            alarms == said,
            "the checks left alarms of the kinds {alarms:?}, and say that they leave {said:?}"
        );
        resolve_alarms(&admin).await?;
        service.stop()?;
        let log = fs::read_to_string(&service.log).context("the log cannot be read")?;
        expect_clean(&log, &target, password(store))
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

const SECRET: &str = "secret-of-the-conformance-run";
const NEXT_SECRET: &str = "next-secret-of-the-conformance-run";
const OTHER_SECRET: &str = "other-secret-of-the-conformance-run";
const SECRETS: [(&str, &str); 3] = [
    ("JETPAY_SECRET", SECRET),
    ("JETPAY_NEXT_SECRET", NEXT_SECRET),
    ("JETPAY_OTHER_SECRET", OTHER_SECRET),
];

/// Describes the configuration to the checks.
fn target(service: &Service) -> Result<Target> {
    let several = Project::new(1234, SECRET)?.with_secret(NEXT_SECRET)?;
    let account = Project::new(1235, OTHER_SECRET)?
        .with_methods([&KASSA24])
        .with_kassa24_answers(Kassa24Answers::Account);
    let strict = Project::new(1236, OTHER_SECRET)?
        .with_methods([&KASPI, &KASSA24])
        .with_strict_contracts();
    let qiwi = Project::new(1237, OTHER_SECRET)?.with_methods([&QIWI_KZ]);
    Ok(
        Target::service(&format!("http://127.0.0.1:{}", service.listen), several)
            .with_project(account)
            .with_project(strict)
            .with_project(qiwi)
            .with_observer(service.admin()),
    )
}

/// The kinds of the open alarms, each once.
async fn open_alarms(admin: &Admin) -> Result<Vec<Value>> {
    let (mut kinds, mut before) = (Vec::new(), i64::MAX);
    loop {
        let path = format!("/v1/alarms?resolved=false&limit=1000&before={before}");
        let page = admin.call("GET", &path, None).await?;
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
async fn resolve_alarms(admin: &Admin) -> Result<()> {
    let decision = json!({
        "kind": ALARM_KINDS.join(","), "verdict": "dismiss", "reason": "conformance checks",
    });
    let mut more = true;
    while more {
        let path = "/v1/alarms:resolve";
        let answer = admin.call("POST", path, Some(&decision)).await?;
        ensure!(
            answer.status == 200,
            "alarms are not resolved: {}",
            answer.text()
        );
        more = answer.json.is_some_and(|it| it["more"] == true);
    }
    let left = open_alarms(admin).await?;
    ensure!(left.is_empty(), "alarms are left: {left:?}");
    Ok(())
}

/// Checks that the log names no secret and no customer, and that nothing panicked.
fn expect_clean(log: &str, target: &Target, password: Option<&str>) -> Result<()> {
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
    let words = words.into_iter().chain(password);
    for word in words.chain(private.map(String::as_str)) {
        if let Some(line) = log.lines().find(|line| line.contains(word)) {
            bail!("the log contains `{word}`: {line}");
        }
    }
    Ok(())
}

/// The password in `postgres://user:password@host`.
fn password(url: &str) -> Option<&str> {
    let (user, _) = url.split_once("://")?.1.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

/// What is configured besides the listeners and the store.
const PROJECTS: &str = r#"
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
"#;
