//! The trials of a release. Each does what an operator would do, where this machine can.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use jetpay_platform::Admin;
use jetpay_testing::{free_port, program};

use super::Trial;
use crate::service::{Process, TIMEOUT};
use crate::shell;

const UNIT: &str = "packaging/jetpay.service";
const CONFIG: &str = "/etc/jetpay/jetpay.toml";
const LEDGER: &str = "/var/lib/jetpay";

fn not_here(why: &str) -> Trial {
    Trial::NotHere(why.to_owned())
}

/// systemd's own judgement of the unit: 0 is locked in, 100 is free. Below 20 it says "OK".
pub(super) fn rights() -> Result<Trial> {
    if program("systemd-analyze").is_none() {
        return Ok(not_here("systemd-analyze is not in PATH"));
    }
    let mut analyze = Command::new("systemd-analyze");
    analyze
        .current_dir(shell::root())
        .args(["security", "--offline=true", "--threshold=20", UNIT]);
    let output = analyze
        .output()
        .context("systemd-analyze cannot be started")?;
    let shown = String::from_utf8_lossy(&output.stdout);
    let level = shown.lines().rfind(|line| line.contains("exposure level"));
    let level = level.unwrap_or_default().trim_start_matches('→').trim();
    ensure!(output.status.success(), "{level}");
    Ok(Trial::Done(level.to_owned()))
}

/// Whether nginx takes its file. The certificate is made here.
pub(super) fn nginx() -> Result<Trial> {
    if program("nginx").is_none() || program("openssl").is_none() {
        return Ok(not_here("nginx or openssl is not in PATH"));
    }
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (certificate, key) = (at("certificate.pem"), at("key.pem"));
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=pay.example.com",
    ]);
    shell::run(openssl.args(["-out", &certificate, "-keyout", &key]))?;
    let mut server = fs::read_to_string(shell::root().join("packaging/nginx.conf"))?;
    for name in ["pay", "desk"] {
        let of = |folder: &str, end: &str| format!("/etc/ssl/{folder}/{name}.example.com.{end}");
        server = server
            .replace(&of("certs", "pem"), &certificate)
            .replace(&of("private", "key"), &key)
            .replace("/var/log/nginx/jetpay-pages.log", &at("log"));
    }
    let whole = format!("pid {};\nevents {{}}\nhttp {{\n{server}}}\n", at("pid"));
    fs::write(folder.path().join("nginx.conf"), whole)?;
    shell::run(Command::new("nginx").args(["-t", "-c", &at("nginx.conf"), "-e", "stderr"]))?;
    Ok(Trial::Done("`nginx -t` takes it".to_owned()))
}

/// Installs the package, starts the service as its unit says, and removes both.
pub(super) fn package(package: &Path) -> Result<Trial> {
    if !rustix::process::geteuid().is_root() {
        return Ok(not_here("only root can install it"));
    }
    for needed in ["dpkg", "setpriv"] {
        if program(needed).is_none() {
            return Ok(not_here(&format!("{needed} is not in PATH")));
        }
    }
    if [CONFIG, LEDGER, "/usr/bin/jetpay"]
        .into_iter()
        .any(|file| Path::new(file).exists())
    {
        return Ok(not_here(
            "jetpay is installed on this machine, and stays as it is",
        ));
    }
    let _guard = Installed;
    shell::run(Command::new("dpkg").arg("--install").arg(package))?;
    verify_unit()?;
    let admin = free_port();
    let config = fs::read_to_string(CONFIG)?;
    let config = config
        .replace(
            "#listen = \"127.0.0.1:8080\"",
            &format!("listen = \"127.0.0.1:{}\"", free_port()),
        )
        .replace(
            "#listen = \"127.0.0.1:8081\"",
            &format!("listen = \"127.0.0.1:{admin}\""),
        );
    fs::write(CONFIG, config)?;
    let folder = tempfile::tempdir()?;
    for secret in ["admin.token", "jetpay.secret"] {
        let file = folder.path().join(secret);
        fs::write(&file, "secret-of-the-trial-of-a-release")?;
        let mut install = Command::new("install");
        install.args(["-m", "600", "-o", "jetpay"]).arg(&file);
        shell::run(install.arg("/etc/jetpay/"))?;
    }
    let checked = as_the_unit("/usr/bin/jetpay check --config /etc/jetpay/jetpay.toml").output()?;
    let said = String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
    let is_good = checked.status.success() && !said.contains("warning");
    ensure!(is_good, "`jetpay check` says:\n{said}");
    serve(admin)?;
    for remove in ["--remove", "--purge"] {
        shell::run(Command::new("dpkg").args([remove, "jetpay"]))?;
        ensure!(!Path::new("/usr/bin/jetpay").exists(), "the binary is left");
        let ledger = Path::new(LEDGER).join("jetpay.db");
        ensure!(ledger.exists(), "`dpkg {remove}` removes the ledger");
    }
    Ok(Trial::Done(
        "installed, checked, started as the unit's user, ready, healthy, reloaded, watched, stopped, removed, purged; the ledger stays"
            .to_owned(),
    ))
}

/// Removes what the trial left, also when it failed.
struct Installed;

impl Drop for Installed {
    fn drop(&mut self) {
        let remove = "dpkg --purge jetpay; userdel jetpay; rm -rf /etc/jetpay /var/lib/jetpay";
        let _ = Command::new("sh").args(["-c", remove]).output();
    }
}

fn verify_unit() -> Result<()> {
    if program("systemd-analyze").is_none() {
        return Ok(());
    }
    let mut analyze = Command::new("systemd-analyze");
    let output = analyze.args(["verify", "jetpay.service"]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let own = said.lines().find(|line| line.contains("jetpay"));
    ensure!(
        own.is_none(),
        "systemd-analyze: {}",
        own.unwrap_or_default()
    );
    Ok(())
}

/// A command of the unit's user, without rights.
fn as_the_unit(line: &str) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=jetpay",
            "--regid=jetpay",
            "--init-groups",
            "--no-new-privs",
        ])
        .args(["--inh-caps=-all", "--bounding-set=-all", "--"])
        .args(line.split(' '));
    command
}

/// Starts the service as the unit does, with a socket of our own in place of systemd's.
fn serve(admin: u16) -> Result<()> {
    let unit = fs::read_to_string(shell::root().join(UNIT))?;
    let line = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let folder = tempfile::tempdir()?;
    let socket = folder.path().join("notify");
    let notified = UnixDatagram::bind(&socket)?;
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    fs::set_permissions(&socket, Permissions::from_mode(0o666))?;
    notified.set_read_timeout(Some(TIMEOUT))?;
    let mut service = as_the_unit(line.context("the unit has no ExecStart")?);
    service.env("NOTIFY_SOCKET", &socket);
    service.env("WATCHDOG_USEC", "1000000");
    let mut service = Process::start(&mut service)?;
    expect(&notified, "READY=1")?;
    let runtime = tokio::runtime::Runtime::new()?;
    let admin = Admin::new(format!("http://127.0.0.1:{admin}"), "");
    let health = runtime.block_on(admin.call("GET", "/healthz", None))?;
    ensure!(health.status == 200, "/healthz does not answer 200");
    expect(&notified, "WATCHDOG=1")?;
    service.signal("HUP")?;
    expect(&notified, "RELOADING=1")?;
    expect(&notified, "READY=1")?;
    service.signal("TERM")?;
    expect(&notified, "STOPPING=1")?;
    service.ends()
}

/// Waits until the service says this to systemd.
fn expect(notified: &UnixDatagram, what: &str) -> Result<()> {
    let begun = Instant::now();
    let mut message = [0; 4096];
    while begun.elapsed() < TIMEOUT {
        let Ok(length) = notified.recv(&mut message) else {
            break;
        };
        let message = String::from_utf8_lossy(&message[..length]);
        if message.lines().any(|line| line == what) {
            return Ok(());
        }
    }
    bail!("the service does not tell systemd {what} within {TIMEOUT:?}")
}
