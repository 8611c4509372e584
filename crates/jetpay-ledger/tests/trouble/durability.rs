//! What was acknowledged stays, also after a kill; and only one process opens a file.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{AMOUNT, CUSTOMER, NOW, TestLedger, payment, sale};
use jetpay_ledger::CallbackOutcome::Applied;
use jetpay_ledger::{Ledger, OpenError, Payment, PaymentFilter, PaymentState};

#[tokio::test]
async fn open_file_is_refused_under_every_name_it_has() {
    let test = TestLedger::open();
    let name = |name| test.directory().join(name);
    symlink(test.path(), name("symbolic")).unwrap();
    std::fs::hard_link(test.path(), name("hard")).unwrap();
    for name in [name("symbolic"), name("hard"), test.path()] {
        // This process knows that it has the file open, another one asks the file.
        let refusal = Ledger::open(&name).unwrap_err();
        assert!(matches!(refusal, OpenError::InUse { .. }), "{refusal}");
        assert!(refusal.to_string().contains("in use by another process"));
        let mut other = Command::new("flock");
        let other = other.args(["--nonblock", "--exclusive"]).arg(&name);
        assert!(!other.arg("true").status().unwrap().success(), "{name:?}");
    }
    test.pay("p1", 1).await;
    std::fs::remove_file(name("hard")).unwrap();
    test.ledger.clone().close().await;
    assert!(Ledger::open(&test.path()).is_ok());
}

/// What happens to the file `name` of an open ledger, and what brings it back.
type Accident = (&'static str, fn(&Path), Option<fn(&Path)>);

fn aside(path: &Path) -> std::path::PathBuf {
    path.with_extension("aside")
}

const ACCIDENTS: [Accident; 7] = [
    (
        "ledger.db",
        |path| {
            // The same file under another name: its log has another name after a restart.
            std::fs::rename(path, aside(path)).unwrap();
            symlink(aside(path), path).unwrap();
        },
        Some(|path| std::fs::rename(aside(path), path).unwrap()),
    ),
    (
        "ledger.db",
        |path| {
            std::fs::rename(path, aside(path)).unwrap();
            std::fs::hard_link(aside(path), path.with_extension("real")).unwrap();
            symlink(path.with_extension("real"), path).unwrap();
        },
        Some(|path| {
            std::fs::rename(aside(path), path).unwrap();
            std::fs::remove_file(path.with_extension("real")).unwrap();
        }),
    ),
    (
        "ledger.db",
        |path| std::fs::rename(path, aside(path)).unwrap(),
        Some(|path| std::fs::rename(aside(path), path).unwrap()),
    ),
    (
        "ledger.db",
        |path| {
            std::fs::rename(path, aside(path)).unwrap();
            // A restored copy.
            std::fs::copy(aside(path), path).unwrap();
        },
        Some(|path| std::fs::rename(aside(path), path).unwrap()),
    ),
    (
        "ledger.db",
        |path| std::fs::remove_file(path).unwrap(),
        None,
    ),
    (
        "ledger.db-wal",
        |path| std::fs::remove_file(path).unwrap(),
        None,
    ),
    (
        "ledger.db-wal",
        |path| std::fs::rename(path, aside(path)).unwrap(),
        Some(|path| std::fs::rename(aside(path), path).unwrap()),
    ),
];

#[tokio::test]
async fn nothing_is_acknowledged_while_the_file_is_moved_and_the_ledger_goes_on_when_it_is_back() {
    for (number, (name, happen, bring_back)) in ACCIDENTS.into_iter().enumerate() {
        let test = TestLedger::open();
        for id in ["p1", "p2"] {
            test.announce(id).await;
        }
        test.deliver(&sale("p1", 1)).await;
        let path = test.directory().join(name);
        happen(&path);
        let callback = || test.record_callback(sale("p2", 2).callback(), NOW);
        let refused = callback().await.unwrap_err().to_string();
        assert!(refused.contains("moved, removed or replaced"), "{refused}");
        let not_ready = test.ready().unwrap_err().to_string();
        assert!(not_ready.contains(name), "{not_ready}");
        assert!(not_ready.contains("stop the service"), "{not_ready}");
        let Some(bring_back) = bring_back else {
            continue;
        };
        bring_back(&path);
        assert_eq!(callback().await, Ok(Applied), "{number}");
        assert_eq!(test.ready(), Ok(()), "{number}");
        let test = test.reopen().await;
        assert_eq!(test.balance(CUSTOMER).await, Ok(2 * AMOUNT));
        test.check().await;
    }
}

#[tokio::test]
async fn nothing_is_acknowledged_while_the_symbolic_link_leads_to_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let name = |name: &str| folder.path().join(name);
    drop(Ledger::open(&name("real.db")).unwrap());
    symlink("real.db", name("link.db")).unwrap();
    let ledger = Ledger::open(&name("link.db")).unwrap();
    ledger.record_payment(payment("p1")).await.unwrap();
    let point_to = |target: &str| {
        std::fs::remove_file(name("link.db")).unwrap();
        symlink(target, name("link.db")).unwrap();
    };
    std::fs::rename(name("real.db"), name("moved.db")).unwrap();
    point_to("moved.db");
    let callback = || ledger.record_callback(sale("p1", 1).callback(), NOW);
    assert!(callback().await.is_err());
    assert!(ledger.ready().is_err());
    // The file is in its place, but the link leads elsewhere.
    std::fs::hard_link(name("moved.db"), name("real.db")).unwrap();
    assert!(callback().await.is_err());
    std::fs::remove_file(name("moved.db")).unwrap();
    assert!(callback().await.is_err());
    point_to("real.db");
    assert_eq!(callback().await, Ok(Applied));
    assert_eq!(ledger.ready(), Ok(()));
}

#[tokio::test]
async fn file_with_another_hard_link_is_refused_until_the_link_is_removed() {
    let test = TestLedger::open();
    test.announce("p1").await;
    let link = test.directory().join("link.db");
    std::fs::hard_link(test.path(), &link).unwrap();
    // A link that is made meanwhile does no harm.
    test.deliver(&sale("p1", 1)).await;
    // What a killed process leaves.
    let folder = tempfile::tempdir().unwrap();
    let name = |name| folder.path().join(name);
    for file in ["ledger.db", "ledger.db-wal"] {
        std::fs::copy(test.directory().join(file), name(file)).unwrap();
    }
    std::fs::hard_link(name("ledger.db"), name("link.db")).unwrap();
    for path in ["link.db", "ledger.db"].map(name) {
        for opened in [Ledger::open(&path), Ledger::open_to_read(&path)] {
            let refusal = opened.unwrap_err().to_string();
            assert!(refusal.contains("2 names (hard links)"), "{refusal}");
            assert!(refusal.contains("remove the others"), "{refusal}");
        }
    }
    assert!(Ledger::open_to_read(&link).is_err());
    std::fs::remove_file(name("link.db")).unwrap();
    let ledger = Ledger::open(&name("ledger.db")).unwrap();
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(AMOUNT));
}

/// What damages the content of the files of an open ledger, whose path this is.
type Damage = (&'static str, fn(&Path));

const DAMAGES: [Damage; 7] = [
    (
        "emptied when its log was copied, with the same time",
        |path| {
            let connection = rusqlite::Connection::open(path).unwrap();
            let copied = "PRAGMA wal_checkpoint(FULL)";
            connection.query_row(copied, (), |_| Ok(())).unwrap();
            let written = std::fs::metadata(path).unwrap().modified().unwrap();
            truncate(path, 0);
            let file = std::fs::File::options().write(true).open(path).unwrap();
            file.set_modified(written).unwrap();
        },
    ),
    ("emptied", |path| truncate(path, 0)),
    ("one page", |path| truncate(path, 4096)),
    ("an empty log", |path| truncate(&log_of(path), 0)),
    ("half a log", |path| {
        let length = std::fs::metadata(log_of(path)).unwrap().len();
        truncate(&log_of(path), length / 2);
    }),
    ("a backup", |path| {
        std::fs::copy(path.with_extension("backup"), path)
            .map(drop)
            .unwrap();
    }),
    ("itself, written again", |path| {
        let bytes = std::fs::read(path).unwrap();
        std::fs::write(path, bytes).unwrap();
    }),
];

fn log_of(path: &Path) -> std::path::PathBuf {
    path.with_extension("db-wal")
}

fn truncate(path: &Path, length: u64) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_len(length).unwrap();
}

/// Lets the writer empty the log, as it does after it was opened, and puts something into it.
async fn with_a_log(test: &TestLedger) {
    for id in ["in the database", "that, too", "in the log"] {
        test.announce(id).await;
        // The clock of the file system is coarse, too.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(std::fs::metadata(log_of(&test.path())).unwrap().len() > 0);
}

#[tokio::test]
async fn nothing_is_acknowledged_after_a_file_was_truncated_or_overwritten() {
    for (what, damage) in DAMAGES {
        let test = TestLedger::open();
        test.announce("p1").await;
        let backup = test.path().with_extension("backup");
        test.backup(&backup).await.unwrap();
        with_a_log(&test).await;
        damage(&test.path());
        let callback = || test.record_callback(sale("p1", 1).callback(), NOW);
        for _ in 0..3 {
            assert!(callback().await.is_err(), "{what}");
            let not_ready = test.ready().unwrap_err().to_string();
            for part in ["truncated or overwritten", "restore a backup"] {
                assert!(not_ready.contains(part), "{what}: {not_ready}");
            }
        }
        let refused = callback().await.unwrap_err().to_string();
        let says_why = refused.contains("truncated or overwritten");
        assert!(says_why, "{what}: {refused}");
    }
}

#[tokio::test]
async fn log_beside_an_emptied_database_is_kept_and_the_start_is_refused() {
    let test = TestLedger::open();
    with_a_log(&test).await;
    truncate(&test.path(), 0);
    assert!(test.ready().is_err());
    let log = std::fs::metadata(log_of(&test.path())).unwrap().len();
    let (path, folder) = (test.path(), tempfile::tempdir().unwrap());
    for file in ["ledger.db", "ledger.db-wal"] {
        std::fs::copy(path.with_file_name(file), folder.path().join(file)).unwrap();
    }
    drop(test);
    let path = folder.path().join("ledger.db");
    for opened in [Ledger::open(&path), Ledger::open_to_read(&path)] {
        let refusal = opened.unwrap_err().to_string();
        assert!(refusal.contains("it was emptied"), "{refusal}");
    }
    assert_eq!(std::fs::metadata(log_of(&path)).unwrap().len(), log);
}

/// An operator's `sqlite3` may change the lengths of both files, and when they were written.
#[tokio::test]
async fn callbacks_are_acknowledged_while_another_program_writes_with_sqlite() {
    if Command::new("sqlite3").arg("--version").output().is_err() {
        eprintln!("!!! NOT RUN: another program that writes: it needs sqlite3");
        return;
    }
    let test = TestLedger::open();
    let ids: [&'static str; 8] = ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"];
    for id in ids {
        test.announce(id).await;
    }
    let fill = "CREATE TABLE notes AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000)
        SELECT x, hex(randomblob(1000)) AS text FROM n";
    for (id, (number, sql)) in ids.into_iter().zip((1..).zip([
        "SELECT 1",
        "PRAGMA wal_checkpoint(PASSIVE)",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        fill,
        "PRAGMA wal_checkpoint(RESTART)",
        "DELETE FROM notes",
        "VACUUM",
        "PRAGMA wal_checkpoint(TRUNCATE)",
    ])) {
        let mut program = Command::new("sqlite3");
        let ran = program
            .arg(test.path())
            .arg(sql)
            .stdout(Stdio::null())
            .status();
        assert!(ran.unwrap().success(), "{sql}");
        assert_eq!(test.ready(), Ok(()), "{sql}");
        let applied = test.deliver(&sale(id, number)).await;
        assert_eq!(applied, Applied, "{sql}");
    }
    // And at the same time.
    let path = test.path();
    let operator = std::thread::spawn(move || {
        let sql = "PRAGMA busy_timeout = 10000; CREATE TABLE IF NOT EXISTS more (x); PRAGMA wal_checkpoint(PASSIVE);
            INSERT INTO more VALUES (randomblob(200000)); PRAGMA wal_checkpoint(TRUNCATE); DELETE FROM more";
        for _ in 0..20 {
            let mut program = Command::new("sqlite3");
            let ran = program.arg(&path).arg(sql).stdout(Stdio::null()).status();
            assert!(ran.unwrap().success());
        }
    });
    for number in 0.. {
        let id: &'static str = format!("more{number}").leak();
        test.announce(id).await;
        assert_eq!(test.ready(), Ok(()));
        if operator.is_finished() {
            break;
        }
    }
    operator.join().unwrap();
    let test = test.reopen().await;
    assert_eq!(test.balance(CUSTOMER).await, Ok(8 * AMOUNT));
}

#[test]
fn file_that_a_process_of_the_version_before_has_open_is_refused_and_the_other_way_round() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let lock = std::fs::File::create(folder.path().join("ledger.db.lock")).unwrap();
    lock.lock().unwrap();
    let refusal = Ledger::open(&path).unwrap_err().to_string();
    assert!(
        refusal.contains("ledger.db.lock: a process of an older version"),
        "{refusal}"
    );
    lock.unlock().unwrap();
    let ledger = Ledger::open(&path).unwrap();
    assert!(lock.try_lock().is_err());
    drop(ledger);
    assert!(lock.try_lock().is_ok());
}

/// The process may be killed afterwards, so the database alone must be complete.
#[tokio::test]
async fn what_was_acknowledged_is_in_the_database_after_its_log_was_removed() {
    let test = TestLedger::open();
    test.pay("p1", 1).await;
    std::fs::remove_file(test.directory().join("ledger.db-wal")).unwrap();
    let refused = test.record_payment(payment("p2")).await;
    assert!(refused.is_err());
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("ledger.db");
    std::fs::copy(test.path(), &copy).unwrap();
    let copy = Ledger::open(&copy).unwrap();
    assert_eq!(copy.balance(CUSTOMER).await, Ok(AMOUNT));
}

#[tokio::test]
async fn new_files_are_for_their_owner_alone_and_an_old_one_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let test = TestLedger::open();
    test.announce("p1").await;
    let backup = test.directory().join("backup.db");
    test.backup(&backup).await.unwrap();
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "backup.db"] {
        assert_eq!(mode(&test.directory().join(name)), 0o600, "{name}");
    }
    let old = test.path();
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o640)).unwrap();
    let test = test.reopen().await;
    assert_eq!(mode(&test.path()), 0o640);
}

#[test]
fn newer_schema_is_refused_and_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    drop(Ledger::open(&path).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let error = Ledger::open(&path).unwrap_err();
    assert!(matches!(error, OpenError::NewerSchema { found: 99, .. }));
    assert!(error.to_string().contains("use a newer program"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn file_that_is_not_a_database_is_refused_and_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let letter = "Dear sir or madam, this is no database at all. ".repeat(20);
    std::fs::write(&path, &letter).unwrap();
    assert!(matches!(Ledger::open(&path), Err(OpenError::Store { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), letter);
    assert!(matches!(
        Ledger::open(&folder.path().join("no/such/ledger.db")),
        Err(OpenError::Store { .. })
    ));
}

const DIRECTORY: &str = "JETPAY_LEDGER_KILL_TEST";

/// The process that the test below kills. Four tasks write without end and print what was acknowledged.
#[test]
#[ignore = "started and killed by the test below"]
fn victim() {
    let Some(folder) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let ledger = Ledger::open(&Path::new(&folder).join("ledger.db")).unwrap();
    // Each process has its own ids.
    let first = std::process::id() as usize * 100_000;
    for task in 0..4 {
        let ledger = ledger.clone();
        runtime.spawn(async move {
            for number in (first + task..).step_by(4) {
                let id: &'static str = format!("p{number:012}").leak();
                ledger.record_payment(payment(id)).await.unwrap();
                let callback = sale(id, number as u64).callback();
                assert_eq!(ledger.record_callback(callback, NOW).await, Ok(Applied));
                println!("acknowledged {id}");
            }
        });
    }
    std::thread::sleep(std::time::Duration::from_mins(1));
}

#[tokio::test]
async fn everything_a_killed_process_acknowledged_is_credited_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for lines in [1, 40, 150] {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["durability::victim", "--exact", "--ignored", "--nocapture"])
            .env(DIRECTORY, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(victim.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut hear = |line: String| {
            line.strip_prefix("acknowledged ")
                .map(|id| acknowledged.push(id.to_owned()))
        };
        said.by_ref()
            .filter_map(&mut hear)
            .take(lines)
            .for_each(drop);
        victim.kill().unwrap();
        // The output that the test had not read before the kill.
        said.filter_map(hear).for_each(drop);
        victim.wait().unwrap();
    }
    let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
    assert!(acknowledged.len() >= 191);
    for id in &acknowledged {
        let payment = ledger.payment(id).await.unwrap().unwrap();
        assert_eq!(payment.state, PaymentState::Credited, "{id}");
    }
    let every = PaymentFilter {
        limit: usize::MAX,
        ..PaymentFilter::default()
    };
    let all = ledger.payments(&every).await.unwrap();
    let is_credited = |payment: &&Payment| payment.state == PaymentState::Credited;
    let credited = all.iter().filter(is_credited).count();
    assert_eq!(ledger.entries(0, usize::MAX).await.unwrap().len(), credited);
    let number = |count: usize| i64::try_from(count).unwrap();
    let balance = ledger.balance(CUSTOMER).await;
    assert_eq!(balance, Ok(number(credited) * AMOUNT));
    let pending = ledger.counts().await.unwrap().pending;
    assert_eq!(pending, number(all.len() - credited));
}
