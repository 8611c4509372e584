//! How long the pages of the desk take over a ledger of 5,000,000 payments, on each store: one page at a time, as a browser on
//! this machine sees it, with a new connection for each. A page above its target is only shown.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use jetpay_testing::postgres::Cluster;
use jetpay_testing::{SECRET, free_port};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::messages::PROJECT;
use super::service::WEBHOOK_SECRET;
use crate::service::{self, Service, TOKEN};
use crate::shell;
use crate::stores::Stores;

const TARGET: Duration = Duration::from_millis(50);
const ZONE: &str = "Asia/Almaty";
/// So often is each page asked for.
const TIMES: usize = 15;
/// So many links to the next page lead to a deep one.
const DEEP: usize = 20;
/// A day is counted within this time.
const COUNTED_WITHIN: Duration = Duration::from_secs(120);

pub(super) fn measure(quick: bool) -> Result<()> {
    let payments: u64 = if quick { 500_000 } else { 5_000_000 };
    shell::heading(&format!("pages over {payments} payments"));
    let binary = service::build(&service::own_profile()?)?;
    // Beside the build, which is on a disk.
    let folder = tempfile::tempdir_in(binary.with_file_name(""))?;
    let file = folder.path().join("jetpay.db");
    let desk = Desk::open(&binary, folder.path(), &file.to_string_lossy(), payments)?;
    show("SQLite", &desk.measured()?);
    drop(desk);
    fs::remove_file(&file)?;
    let cluster = Stores::All.on_postgres("the benchmark of the pages", Cluster::start_fast)?;
    if let Some(cluster) = cluster {
        let database = cluster.database();
        let desk = Desk::open(&binary, folder.path(), database.url(), payments)?;
        show("PostgreSQL", &desk.measured()?);
    }
    Ok(())
}

/// A page to ask for: its name, its path with the words of the ledger in braces, and how many links to the next page to
/// follow first.
type Page = (&'static str, &'static str, usize);

#[rustfmt::skip] // A page a line.
const PAGES: &[Page] = &[
    ("search, without a word", "/", 0),
    ("search, receipt", "/?q={receipt}", 0),
    ("search, operation", "/?q={operation}", 0),
    ("search, payment", "/?q={payment}", 0),
    ("search, customer", "/?q={customer}", 0),
    ("search, customer with 100,000", "/?q={busy_customer}", 0),
    ("search, the same, a deep page", "/?q={busy_customer}", DEEP),
    ("search, contract number", "/?q={contract}", 0),
    ("search, pending", "/?state=payment-pending", 0),
    ("search, pending, a deep page", "/?state=payment-pending", DEEP),
    ("search, pending of 100,000", "/?q={busy_customer}&state=payment-pending", 0),
    ("search, not as it was sent", "/?q=%23{receipt}.", 0),
    ("search, inbox", "/?q={inbox}", 0),
    ("search, payout", "/?q={payout}", 0),
    ("search, nothing", "/?q=nothing", 0),
    ("payment", "/payments/{payment}", 0),
    ("payment, 1,000 callbacks", "/payments/{many_callbacks}", 0),
    ("payments of a customer", "/payments/{payment}/customer", 0),
    ("the same, 100,000 payments", "/payments/{busy_payment}/customer", 0),
    ("the same, a deep page", "/payments/{busy_payment}/customer", DEEP),
    ("payment of that customer", "/payments/{busy_payment}", 0),
    ("correction of an entry", "/entries/{entry}/correct", 0),
    ("correction of that customer's", "/entries/{busy_entry}/correct", 0),
    ("alarms", "/alarms", 0),
    ("alarms, a deep page", "/alarms", DEEP),
    ("alarms, newest first", "/alarms?order=newest", 0),
    ("alarms, largest first", "/alarms?order=amount", 0),
    ("alarms, a kind", "/alarms?kind=decline_after_credit", 0),
    ("alarms, resolved", "/alarms?state=resolved", 0),
    ("alarms, all, a deep page", "/alarms?state=all", DEEP),
    ("alarms, many at once", "/alarms/resolve?kind=decline_after_credit", 0),
    ("alarm", "/alarms/{alarm}", 0),
    ("inbox", "/inbox", 0),
    ("inbox, a deep page", "/inbox", DEEP),
    ("inbox, newest first", "/inbox?order=newest", 0),
    ("inbox, one payment", "/inbox/{inbox}", 0),
    ("payouts", "/payouts", 0),
    ("payouts, a deep page", "/payouts", DEEP),
    ("payouts, oldest first", "/payouts?order=oldest", 0),
    ("payouts, largest first", "/payouts?order=amount", 0),
    ("payouts, unknown", "/payouts?state=unknown", 0),
    ("payouts, paid", "/payouts?state=paid", 0),
    ("payout", "/payouts/{payout}", 0),
    ("reconciliations", "/reconciliations", 0),
    ("reconciliation", "/reconciliations/1", 0),
    ("reconciliation, a deep page", "/reconciliations/1", DEEP),
    ("deliveries", "/deliveries", 0),
    ("deliveries of a stream", "/deliveries/billing/entries", 0),
    ("the same, a deep page", "/deliveries/billing/entries", DEEP),
    ("deliveries, replay", "/deliveries/billing/entries/replay", 0),
    ("today", "/today", 0),
    ("today, as CSV", "/today?format=csv", 0),
];

/// How long a page took.
struct Measured {
    name: &'static str,
    /// The times in their order, or the status of a page that is not one.
    times: Result<Vec<Duration>, u16>,
    bytes: usize,
}

/// A running service over a full ledger, and a person who is signed in.
struct Desk {
    service: Service,
    port: u16,
    cookie: String,
    words: Value,
}

impl Desk {
    fn open(binary: &Path, folder: &Path, store: &str, payments: u64) -> Result<Self> {
        let begun = Instant::now();
        let words = fill(store, payments)?;
        println!("  filled in {:.0?}", begun.elapsed());
        let port = free_port();
        let url = match Path::new(store)
            .file_name()
            .filter(|_| store.starts_with('/'))
        {
            Some(file) => format!("sqlite://{}", file.to_string_lossy()),
            None => store.to_owned(),
        };
        let environment = [
            ("JETPAY_SECRET", SECRET),
            ("JETPAY_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("JETPAY_LOG", "warn"),
        ];
        let configuration = configuration(port);
        let name = folder.join("desk");
        let mut service = Service::new(binary, &name, &url, &configuration, &environment)?;
        service.start()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(service.ready())?;
        let cookie = sign_in(port)?;
        Ok(Self {
            service,
            port,
            cookie,
            words,
        })
    }

    fn measured(&self) -> Result<Vec<Measured>> {
        let mut all = vec![self.today_at_first()?];
        self.until_today_is_counted()?;
        for page in PAGES {
            all.push(self.page(page)?);
        }
        Ok(all)
    }

    /// The page of today right after the start, when nothing is counted.
    fn today_at_first(&self) -> Result<Measured> {
        let (took, status, text) = self.get("/today")?;
        Ok(Measured {
            name: "today, nothing is counted yet",
            times: if status == 200 {
                Ok(vec![took])
            } else {
                Err(status)
            },
            bytes: text.len(),
        })
    }

    fn until_today_is_counted(&self) -> Result<()> {
        let begun = Instant::now();
        while self.get("/today?lang=en")?.2.contains("Still counting") {
            ensure!(begun.elapsed() < COUNTED_WITHIN, "the day is not counted");
            std::thread::sleep(Duration::from_millis(100));
        }
        println!("  the day was counted in {:.1?}", begun.elapsed());
        Ok(())
    }

    fn page(&self, &(name, path, deep): &Page) -> Result<Measured> {
        let mut path = path.to_owned();
        for (word, value) in self.words.as_object().into_iter().flatten() {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned);
            path = path.replace(&format!("{{{word}}}"), &value);
        }
        for _ in 0..deep {
            let (_, _, text) = self.get(&path)?;
            let Some(next) = next_page(&text) else { break };
            path = next;
        }
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..TIMES {
            let (took, status, text) = self.get(&path)?;
            if status != 200 {
                return Ok(Measured {
                    name,
                    times: Err(status),
                    bytes,
                });
            }
            bytes = text.len();
            times.push(took);
        }
        times.sort();
        Ok(Measured {
            name,
            times: Ok(times),
            bytes,
        })
    }

    fn get(&self, path: &str) -> Result<(Duration, u16, String)> {
        let head = format!("GET {path} HTTP/1.1\r\nCookie: {}\r\n", self.cookie);
        let begun = Instant::now();
        let (status, answer) = exchange(self.port, &head, "")?;
        Ok((begun.elapsed(), status, answer))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // The store must be closed before its files are removed.
        if let Err(error) = self.service.stop() {
            println!("  {error:#}");
        }
    }
}

fn configuration(port: u16) -> String {
    format!(
        r#"
[[project]]
id = {PROJECT}
methods = ["kaspi", "kassa24", "cashin-kz", "qiwi-kz"]
currency = "KZT"
secret_env = "JETPAY_SECRET"

[pages]
listen = "127.0.0.1:{port}"
zone = "{ZONE}"

[[deliver]]
name = "billing"
kind = "webhook"
url = "http://127.0.0.1:9/"
secret_env = ["JETPAY_WEBHOOK_SECRET"]
"#
    )
}

/// Fills the store, and returns what to look for. An example of `jetpay-ledger` does it.
fn fill(store: &str, payments: u64) -> Result<Value> {
    let now: Zoned = Timestamp::now().to_zoned(TimeZone::get(ZONE)?);
    let began = now.start_of_day()?;
    let mut cargo = shell::cargo();
    cargo.args(["run", "--release", "--quiet", "--package", "jetpay-ledger"]);
    cargo.args(["--features", "postgres", "--example", "desk", "--", store]);
    cargo.arg(payments.to_string());
    for time in [began, now] {
        cargo.arg(time.timestamp().as_millisecond().to_string());
    }
    let output = cargo.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the ledger cannot be filled");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Signs in, and returns the cookie.
fn sign_in(port: u16) -> Result<String> {
    let head = "POST /sign-in HTTP/1.1\r\nSec-Fetch-Site: same-origin\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n";
    let (status, answer) = exchange(port, head, &format!("token={TOKEN}"))?;
    let cookie = answer.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_cookie = name.eq_ignore_ascii_case("set-cookie");
        is_cookie.then(|| value.split(';').next().unwrap_or_default().to_owned())
    });
    cookie.with_context(|| format!("the sign-in is answered with {status}"))
}

/// Sends a request on a connection of its own. Returns the status and the whole answer.
fn exchange(port: u16, head: &str, body: &str) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let length = body.len();
    let request = format!(
        "{head}Host: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    match status {
        Some(status) => Ok((status, answer)),
        None => bail!("no answer: {answer:?}"),
    }
}

/// Where the link to the next page leads.
fn next_page(text: &str) -> Option<String> {
    let (_, link) = text.split_once("rel=\"next\" href=\"")?;
    let link = link.split('"').next()?;
    Some(link.replace("&amp;", "&"))
}

fn show(store: &str, all: &[Measured]) {
    println!("  {store:<34} {:>9} {:>9} {:>8}", "median", "worst", "size");
    let mut above = 0;
    for Measured { name, times, bytes } in all {
        let Ok(times) = times else {
            above += 1;
            println!("✗ {name:<34} status {}", times.as_ref().err().unwrap_or(&0));
            continue;
        };
        let [median, worst] = [times.len() / 2, times.len() - 1].map(|at| times[at]);
        let is_met = worst <= TARGET;
        above += usize::from(!is_met);
        let mark = if is_met { '✓' } else { '✗' };
        let [median, worst] = [median, worst].map(|time| time.as_micros() / 100);
        let [median, worst] =
            [median, worst].map(|tenths| format!("{}.{} ms", tenths / 10, tenths % 10));
        println!(
            "{mark} {name:<34} {median:>9} {worst:>9} {:>5} kB",
            bytes / 1000
        );
    }
    println!("  {above} of {} pages above {TARGET:?}\n", all.len());
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn link_to_the_next_page_is_found_with_its_query() {
        let page = r#"<p><a rel="next" href="/?q=a&amp;after=1">Next</a> <a href="/x">CSV</a></p>"#;
        assert_eq!(next_page(page).as_deref(), Some("/?q=a&after=1"));
        assert_eq!(next_page("<a href=\"/x\">CSV</a>"), None);
    }
}
