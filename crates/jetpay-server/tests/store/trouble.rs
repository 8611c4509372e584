//! An SQLite file that cannot be written: the service says why, and nothing is lost.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::TopUps;
use crate::support::{Folder, JETPAY, Said, assert_has};

/// The user and the group `nobody`. Root may write every file; tests that run as root start the service as this user.
const NOBODY: u32 = 65_534;

/// A folder with a database that holds one credit, and that top-up.
async fn used_folder() -> (Folder, TopUps) {
    let running = Folder::new().serve().await.with_customer().await;
    let mut top_ups = TopUps::default();
    assert_eq!(top_ups.one(&running.platform()).await, 200);
    (running.stop(), top_ups)
}

/// Runs `jetpay serve` as a user without the rights of root. It must fail; returns what it says.
fn refused(folder: &Folder) -> String {
    // Other users may not be able to read the build folder and the files of this test.
    let place = tempfile::tempdir().unwrap();
    let program = place.path().join("jetpay");
    // Another process copies the program: a file that this process, or a child that it just forked, has open for writing
    // cannot be executed.
    let copied = Command::new("cp").arg(JETPAY).arg(&program).status();
    assert!(copied.unwrap().success());
    mode(place.path(), 0o755);
    mode(&program, 0o755);
    for name in ["jetpay.toml", "secret", "token"] {
        mode(&folder.path(name), 0o644);
    }
    let mut command = Command::new(&program);
    command
        .args(["serve", "--config"])
        .arg(folder.path("jetpay.toml"));
    if is_root(folder) {
        command.uid(NOBODY).gid(NOBODY);
    }
    ended(&mut command).bad()
}

/// Whether the tests run as root.
fn is_root(folder: &Folder) -> bool {
    fs::metadata(folder.path("secret")).unwrap().uid() == 0
}

/// Waits for the end of a service that must not keep running.
fn ended(command: &mut Command) -> Said {
    let piped = command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = piped.spawn().unwrap();
    let start = Instant::now();
    while process.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(10) {
            process.kill().unwrap();
            panic!("the service runs, but must not");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Said::of(process.wait_with_output().unwrap())
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The log belongs to another user when root opens the database while the service does not run. SQLite writes it beside the
/// database, so that a writable database is not enough.
#[tokio::test]
async fn database_log_or_folder_that_may_not_be_written_is_refused_at_the_start_and_not_changed() {
    let write = "must be able to write to it";
    for (name, modes, parts) in [
        (
            "jetpay.db",
            (0o444, 0o644),
            ["jetpay.db: it may not be written; ", write],
        ),
        ("jetpay.db-wal", (0o444, 0o644), ["the files beside it", ""]),
        ("", (0o555, 0o755), [write, "and to their folder"]),
    ] {
        let (folder, top_ups) = used_folder().await;
        if is_root(&folder) && !name.is_empty() {
            let own: &[&str] = if name == "jetpay.db" {
                &[""]
            } else {
                &["", "jetpay.db"]
            };
            for own in own {
                chown(folder.path(own), Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        if name.is_empty() {
            mode(&folder.path("jetpay.db"), 0o666);
        }
        mode(&folder.path(name), modes.0);
        let files = ["jetpay.db", "jetpay.db-wal"].map(|name| folder.path(name));
        let content = || {
            files
                .each_ref()
                .map(|path| fs::read(path).unwrap_or_default())
        };
        let before = content();
        let error = refused(&folder);
        assert_has(&error, &["cannot open the store: "]);
        assert_has(&error, &parts);
        assert!(content() == before, "{name} was changed");
        mode(&folder.path(name), modes.1);
        mode(&folder.path("jetpay.db"), 0o644);
        top_ups.are_in_the_ledger_of(&folder.serve().await).await;
    }
}

#[tokio::test]
async fn second_process_on_a_file_is_refused_and_the_first_continues() {
    let running = Folder::new().serve().await.with_customer().await;
    let mut top_ups = TopUps::default();
    assert_eq!(top_ups.one(&running.platform()).await, 200);
    let name = |name| running.folder.path(name);
    std::os::unix::fs::symlink(name("jetpay.db"), name("symbolic.db")).unwrap();
    fs::hard_link(name("jetpay.db"), name("hard.db")).unwrap();
    for path in ["jetpay.db", "symbolic.db", "hard.db"] {
        let second = Folder::with_store(&format!("sqlite://{}", name(path).display()));
        let error = ended(&mut second.command("serve")).bad();
        let in_use = format!("{path} is in use by another process");
        assert_has(
            &error,
            &[&in_use, "stop that process, or name another database"],
        );
    }
    assert_eq!(top_ups.one(&running.platform()).await, 200);
    top_ups.are_in_the_ledger_of(&running).await;
}

#[tokio::test]
async fn requests_get_503_while_the_file_is_moved_and_the_log_says_so_once() {
    let (folder, mut top_ups) = used_folder().await;
    mode(&folder.path("jetpay.db"), 0o644);
    fs::remove_file(folder.path("log")).unwrap();
    let running = folder.serve().await;
    let platform = running.platform();
    let waiting = top_ups.announce(&platform).await.unwrap();
    let [database, aside] = ["jetpay.db", "aside"].map(|name| running.folder.path(name));
    fs::rename(&database, &aside).unwrap();
    assert_eq!(running.readiness().await, Some(503));
    assert_eq!(top_ups.send_callback(&platform, &waiting).await, 503);
    assert_eq!(top_ups.one(&platform).await, 503);
    // A copy in its place is another file, whatever it holds.
    fs::copy(&aside, &database).unwrap();
    assert_eq!(top_ups.send_callback(&platform, &waiting).await, 503);
    let said = || running.log();
    let begun = Instant::now();
    while !said().contains("put the right database there") {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", said());
        assert_eq!(running.readiness().await, Some(503));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The next look of the service.
    tokio::time::sleep(Duration::from_secs(6)).await;
    fs::rename(&aside, &database).unwrap();
    running.wait_until_ready().await;
    top_ups.repeat_unacknowledged(&platform).await;
    top_ups.are_in_the_ledger_of(&running).await;
    let said = said();
    let advice = "stop the service, put the right database there";
    assert_eq!(said.matches(advice).count(), 1, "{said}");
    assert!(said.contains("other users can read"), "{said}");
}

/// The shell's limit on file sizes simulates a full disk: a write beyond it fails.
#[tokio::test]
async fn requests_get_503_while_the_disk_is_full_and_work_when_it_has_room_again() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        eprintln!("!!! NOT RUN: a full disk: it needs prlimit (util-linux)");
        return;
    }
    let folder = Folder::new();
    // The limit counts blocks of 512 bytes.
    let script = "trap '' XFSZ; ulimit -S -f 4096; exec \"$0\" serve --config \"$1\"";
    let mut limited = Command::new("sh");
    limited
        .args(["-c", script, JETPAY])
        .arg(folder.path("jetpay.toml"));
    let process = folder.logged(&mut limited);
    let running = folder.begun_by(process);
    running.wait_until_ready().await;
    let mut running = running.with_customer().await;
    let mut top_ups = TopUps::default();
    let (mut done, mut refused) = (0, 0);
    let waiting = top_ups.announce(&running.platform()).await.unwrap();
    // At the limit a small write may still fit after a larger one failed.
    while refused < 30 {
        match top_ups.one(&running.platform()).await {
            200 => (done, refused) = (done + 1, 0),
            _ => refused += 1,
        }
        assert!(done < 5_000, "the disk is never full");
    }
    let unstored = top_ups.send_callback(&running.platform(), &waiting).await;
    assert_eq!(unstored, 503);
    assert!(done > 10 && top_ups.unacknowledged() > 0, "{done}");
    assert_eq!(running.readiness().await, Some(503));
    // Reads still work.
    top_ups.are_in_the_ledger_of(&running).await;
    let id = running.id().to_string();
    let room = ["--pid", &id, "--fsize=unlimited"];
    let made = Command::new("prlimit").args(room).status();
    assert!(made.unwrap().success());
    running.wait_until_ready().await;
    assert_eq!(top_ups.one(&running.platform()).await, 200);
    top_ups.repeat_unacknowledged(&running.platform()).await;
    top_ups.are_in_the_ledger_of(&running).await;
    running.while_stopped(|_| ()).await;
    top_ups.are_in_the_ledger_of(&running).await;
}

#[test]
fn backup_that_the_disk_has_no_room_for_names_the_file_and_leaves_nothing() {
    let folder = Folder::new();
    let customers = (0..2_000).map(|id| format!("{{\"customer_id\":\"{id}\"}}\n"));
    folder.write("many.jsonl", customers.collect::<String>());
    folder.run("customers import many.jsonl").good();
    // More blocks than the -shm file has.
    let script = "trap '' XFSZ; ulimit -S -f 128; exec \"$0\" store backup copy.db";
    let mut limited = Command::new("sh");
    limited
        .args(["-c", script, JETPAY])
        .current_dir(folder.path(""));
    let error = Said::of(limited.output().unwrap()).bad();
    assert_has(&error, &["cannot write copy.db: ", "is the disk full"]);
    let left = fs::read_dir(folder.path("")).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = left.filter(|name| name.starts_with("copy")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Else they would read the database without its log.
#[tokio::test]
async fn every_command_refuses_a_database_with_another_hard_link() {
    let (folder, top_ups) = used_folder().await;
    fs::hard_link(folder.path("jetpay.db"), folder.path("link.db")).unwrap();
    folder.write("one.jsonl", "{\"customer_id\":\"1\"}");
    let payment = "{\"payment_id\":\"p\",\"project_id\":1234,\"method\":\"kaspi\",\"customer_id\":\"1\",\"amount\":1,\"currency\":\"KZT\"}";
    folder.write("payments.jsonl", payment);
    folder.write("link.toml", folder.config().replace("jetpay.db", "link.db"));
    for command in [
        "serve",
        "ledger check",
        "ledger export",
        "store backup backup.db",
        "customers import one.jsonl",
        "payments import payments.jsonl",
    ] {
        for config in ["link.toml", "jetpay.toml"] {
            let line = format!("{command} --config {config}");
            let error = ended(&mut folder.command(&line)).bad();
            assert_has(&error, &["2 names (hard links)"]);
        }
    }
    let copy = "store copy --from sqlite://link.db --to postgres://user@127.0.0.1:1/none";
    assert_has(&folder.run(copy).bad(), &["2 names (hard links)"]);
    fs::remove_file(folder.path("link.db")).unwrap();
    top_ups.are_in_the_ledger_of(&folder.serve().await).await;
}
