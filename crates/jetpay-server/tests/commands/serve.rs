//! `jetpay serve` for its operator: one line a request, what SIGHUP takes, and what it tells the service manager.

use std::fs::File;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use actix_web::rt::{spawn, time::sleep};
use jetpay_core::signature::{self, Key};
use reqwest::Method;
use serde_json::{Value, json};

use crate::check::change;
use crate::raw::Raw;
use crate::running::{CUSTOMER, Folder, JETPAY, PROJECT, Running, SECRET, answer};

/// Starts the service with these lines added to its configuration. Its log is in the file `log`.
async fn serve(more: &str) -> Running {
    let folder = Folder::new();
    change(&folder, "[server]", &format!("{more}\n[server]"));
    let mut command = Command::new(JETPAY);
    command.args(["serve", "--config"]);
    command.arg(folder.path("jetpay.toml"));
    command.stderr(File::create(folder.path("log")).unwrap());
    let process = command.spawn().unwrap();
    folder.served_by(process).await
}

fn log(running: &Running) -> String {
    std::fs::read_to_string(running.folder.path("log")).unwrap()
}

/// Sends SIGHUP, and waits until the service has read its configuration again. Returns what it logged meanwhile.
async fn reload(running: &Running, outcome: &str) -> String {
    let before = log(running).len();
    let name = format!("jetpay_config_reloads_total{{outcome=\"{outcome}\"}} ");
    let count = |page: &str| {
        let line = page.lines().find_map(|line| line.strip_prefix(&name));
        line.map_or(0, |count| count.parse().unwrap())
    };
    let count_before: u64 = count(&running.metrics().await);
    running.signal("-HUP");
    for _ in 0..200 {
        if count(&running.metrics().await) > count_before {
            return log(running)[before..].to_owned();
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("SIGHUP did nothing:\n{}", log(running));
}

fn signed(body: &Value, secret: &str) -> Vec<u8> {
    let key = Key::new(secret).unwrap();
    signature::sign(body.to_string().as_bytes(), &key).unwrap()
}

fn verify(secret: &str) -> Vec<u8> {
    let body = json!({"project_id": PROJECT, "type": "verify", "customer_id": CUSTOMER});
    signed(&body, secret)
}

/// A connection to the platform's listener, which stays open.
struct Poster(Raw);

impl Poster {
    async fn new(running: &Running) -> Self {
        Self(Raw::connect(running.folder.listen).await.unwrap())
    }

    async fn post(&mut self, path: &str, body: &[u8]) -> (u16, Value) {
        self.0.post(path, body).await.answer()
    }

    /// The code with which a `verify` that is signed with this secret is answered.
    async fn code(&mut self, secret: &str) -> u64 {
        let (_, answer) = self.post("/kaspi", &verify(secret)).await;
        answer["code"].as_u64().unwrap()
    }
}

#[actix_web::test]
async fn secret_and_token_that_change_under_load_drop_no_request_and_the_old_ones_are_refused() {
    let running = serve("").await.with_customer().await;
    change(
        &running.folder,
        "secret_file = \"secret\"",
        "secret_file = [\"secret\", \"next\"]",
    );
    running.folder.write("next", "secret number 0");
    let token = |number: u32| format!("token number {number} of the tests");
    reload(&running, "taken").await;
    let (mut poster, ends) = (
        Poster::new(&running).await,
        Arc::new(AtomicBool::new(false)),
    );
    let port = running.folder.listen;
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let ends = Arc::clone(&ends);
            spawn(async move {
                let mut poster = Poster(Raw::connect(port).await.unwrap());
                let mut answered = 0;
                while !ends.load(Relaxed) {
                    assert_eq!(poster.code(SECRET).await, 0);
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    for number in 1..=8 {
        let (old, new) = (
            format!("secret number {}", number - 1),
            format!("secret number {number}"),
        );
        assert_eq!((poster.code(&old).await, poster.code(&new).await), (0, 400));
        running.folder.write("next", &new);
        running.folder.write("token", &token(number));
        let log = reload(&running, "taken").await;
        assert!(
            log.contains("SIGHUP: took the secrets, tokens and [log]"),
            "{log}"
        );
        assert_eq!((poster.code(&old).await, poster.code(&new).await), (400, 0));
        for (token, status) in [(token(number - 1), 401), (token(number), 200)] {
            let request = running.without_token(Method::GET, "/v1/entries");
            assert_eq!(answer(request.bearer_auth(token)).await.0, status);
        }
        let log = log.replace("secret_file", "");
        assert!(
            !log.contains("secret number") && !log.contains("token number"),
            "{log}"
        );
    }
    ends.store(true, Relaxed);
    for client in clients {
        assert!(client.await.unwrap() > 20, "there was no load");
    }
}

#[actix_web::test]
async fn wrong_file_leaves_the_configuration_in_force_and_is_named_as_check_does() {
    let running = serve("").await.with_customer().await;
    let mut poster = Poster::new(&running).await;
    let right = running.folder.path("jetpay.toml");
    let right = std::fs::read_to_string(right).unwrap();
    running.folder.write("secret", "another secret");
    running.folder.write("empty", "");
    for (from, to) in [
        ("secret_file = \"secret\"", "secret_file = \"none\""),
        ("secret_file = \"secret\"", "secret_file = \"empty\""),
        ("secret_file = \"secret\"", "secret_fil = \"secret\""),
        ("token_file = \"token\"", "token_file = \"empty\""),
        ("id = 1234", "id = "),
        ("[server]", "[log]\nlevel = \"loud\"\n[server]"),
    ] {
        running
            .folder
            .write("jetpay.toml", &right.replacen(from, to, 1));
        let log = reload(&running, "refused").await;
        let check = running.folder.run(&["check", "--config", "jetpay.toml"]);
        let problems = String::from_utf8(check.stderr).unwrap();
        assert_eq!(check.status.code(), Some(1), "{problems}");
        for problem in problems.lines() {
            let (_, problem) = problem.split_once("jetpay.toml").unwrap();
            assert!(log.contains(problem), "{problem} is not in\n{log}");
        }
        assert!(log.contains("is wrong, and changes nothing"), "{log}");
        assert_eq!(
            (
                poster.code(SECRET).await,
                poster.code("another secret").await
            ),
            (0, 400)
        );
        assert_eq!(running.get("/v1/entries").await.0, 200);
    }
    std::fs::remove_file(running.folder.path("jetpay.toml")).unwrap();
    assert!(
        reload(&running, "refused")
            .await
            .contains("there is no such file")
    );
    running.folder.write("jetpay.toml", &right);
    reload(&running, "taken").await;
    assert_eq!(
        (
            poster.code(SECRET).await,
            poster.code("another secret").await
        ),
        (400, 0)
    );
}

#[actix_web::test]
async fn change_that_needs_a_restart_is_named_and_not_taken() {
    let running = serve("").await.with_customer().await;
    let right = std::fs::read_to_string(running.folder.path("jetpay.toml")).unwrap();
    let listen = format!("\"127.0.0.1:{}\"", running.folder.listen);
    for (from, to, keys) in [
        (listen.as_str(), "\"127.0.0.1:1\"", "server.listen"),
        ("[server]", "[server]\nworkers = 1", "server.workers"),
        (
            "[server]",
            "[verify]\ndebts = \"as_given\"\n[server]",
            "verify.debts",
        ),
        ("sqlite://jetpay.db", "sqlite://other.db", "store.url"),
        ("\"kaspi\", ", "", "project 1234.methods"),
        (
            "[server]",
            "[gate]\nbase_url = \"https://gate.example\"\n[server]",
            "gate.base_url",
        ),
        (
            "id = 1234",
            "id = 35",
            "project 1234.id, project 1234.methods, project 35.id, project 35.methods",
        ),
        ("[server]", "[log]\nlevel = \"info\"\n[server]", ""),
        ("[admin]", "[admin] # a comment", ""),
        ("token_file = \"token\"", "token_env = \"A_TOKEN\"", ""),
    ] {
        running
            .folder
            .write("jetpay.toml", &right.replacen(from, to, 1));
        // The variable is not in the environment of the service.
        if to.contains("A_TOKEN") {
            let log = reload(&running, "refused").await;
            assert!(
                log.contains("the environment variable A_TOKEN is not set"),
                "{log}"
            );
            continue;
        }
        let log = reload(&running, "taken").await;
        let named = log.lines().filter_map(|line| {
            let (_, rest) = line.split_once("SIGHUP: ")?;
            rest.split_once(" differs from what").map(|(key, _)| key)
        });
        assert_eq!(named.collect::<Vec<_>>().join(", "), keys, "{log}");
        assert_eq!(Poster::new(&running).await.code(SECRET).await, 0, "{from}");
    }
}

/// The lines about requests: each without its time, its target and how long it took.
fn requests(log: &str) -> Vec<String> {
    let lines = log.lines().filter_map(|line| {
        let (head, rest) = line.split_once(" jetpay_server::telemetry::requests: ")?;
        let (rest, _) = rest.split_once(" took_us=")?;
        Some(format!("{} {rest}", head.split_whitespace().nth(1)?))
    });
    lines.collect()
}

const PAYER: &str = "Aliya-of-the-tests";

/// One request of each kind; returns the payment that was announced.
async fn one_of_each(running: &Running) -> String {
    let mut poster = Poster::new(running).await;
    let mut post = async |path: &str, body: Value| poster.post(path, &signed(&body, SECRET)).await;
    let deposit = |customer: &str| {
        json!({"project_id": PROJECT, "type": "check_deposit", "customer_id": customer,
            "amount": 90_000, "currency": "KZT", "payment_method": "qiwi-kz"})
    };
    let (_, announced) = post("/qiwi-kz", deposit(CUSTOMER)).await;
    let payment = announced["payment_id"].as_str().unwrap().to_owned();
    let callback = |id: &str| {
        json!({"project_id": PROJECT,
            "account": {"number": PAYER}, "customer": {"id": CUSTOMER, "name": PAYER},
            "payment": {"id": id, "type": "sale", "status": "success", "sum": {"amount": 90_000, "currency": "KZT"}},
            "operation": {"id": 7, "type": "sale", "status": "success",
                "sum_initial": {"amount": 90_000, "currency": "KZT"}}})
    };
    assert_eq!(post("/callback", callback(&payment)).await.0, 200);
    assert_eq!(post("/callback", callback("no = such")).await.0, 404);
    let good = json!({"project_id": PROJECT, "type": "verify", "customer_id": CUSTOMER});
    assert_eq!(post("/kaspi", good).await.1["code"], 0);
    assert_eq!(post("/qiwi-kz", deposit(PAYER)).await.1["code"], 404);
    let bare = json!({"project_id": PROJECT, "type": "verify"});
    assert_eq!(post("/kaspi", bare).await.1["code"], 500);
    assert_eq!(poster.code("a wrong secret").await, 400);
    for (path, status) in [
        (format!("customers/{CUSTOMER}"), 200),
        (format!("payments/{payment}?x={PAYER}"), 200),
        ("payments/none".to_owned(), 404),
    ] {
        assert_eq!(
            running.get(&format!("/v1/{path}")).await.0,
            status,
            "{path}"
        );
    }
    payment
}

#[actix_web::test]
async fn each_request_is_one_line_with_what_happened_the_peer_the_project_and_the_payment() {
    let running = serve("[log]\nlevel = \"debug\"")
        .await
        .with_customer()
        .await;
    let before = log(&running).len();
    let payment = one_of_each(&running).await;
    let log = log(&running)[before..].to_owned();
    let expected = format!(
        r#"
INFO check_deposit: answered endpoint="qiwi-kz" status=200 PEER project=1234 payment={payment}
INFO callback: acknowledged endpoint="callback" status=200 PEER project=1234 payment={payment} operation=7
WARN a callback names an unknown payment: stored, answered with 404 endpoint="callback" status=404 PEER project=1234 payment="no = such" operation=7
DEBUG verify: answered endpoint="kaspi" status=200 PEER project=1234
INFO check_deposit: not_found, code 404 endpoint="qiwi-kz" status=200 PEER project=1234
WARN rejected: the field `customer_id` is missing endpoint="kaspi" status=200 PEER project=1234
WARN rejected: the signature does not match; check the secret and the string that was signed endpoint="kaspi" status=200 PEER
INFO GET /v1/customers/{{customer_id}} status=200 PEER by="admin"
INFO GET /v1/payments/{{payment_id}} status=200 PEER by="admin" payment="{payment}"
INFO GET /v1/payments/{{payment_id}} status=404 PEER by="admin" payment="none"
"#
    );
    let expected = expected.replace("PEER", "peer=127.0.0.1");
    assert_eq!(requests(&log).join("\n"), expected.trim(), "{log}");
    for secret in [CUSTOMER, PAYER, SECRET, "90000", "signature\":"] {
        assert!(!log.contains(secret), "{secret} is in:\n{log}");
    }
}

#[actix_web::test]
async fn json_log_has_an_object_a_line_with_the_same_fields_whatever_a_message_holds() {
    let running = serve("[log]\nformat = \"json\"\nlevel = \"debug\"")
        .await
        .with_customer()
        .await;
    let payment = one_of_each(&running).await;
    let odd = "odd\u{9b}31m\u{202e}\u{1b}[2J\"\\\n";
    let body = json!({"project_id": PROJECT, "payment": {"id": "p", "status": odd}});
    let mut poster = Poster::new(&running).await;
    poster.post("/callback", &signed(&body, SECRET)).await;
    poster.post("/%22%0a", b"{}").await;
    let log = log(&running);
    assert!(!log.contains(['\u{9b}', '\u{202e}', '\u{1b}']), "{log}");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    for line in &lines {
        for name in ["time", "level", "target", "message"] {
            assert!(line[name].is_string(), "{line}");
        }
    }
    let with = |message: &str| {
        lines
            .iter()
            .find(|line| line["message"] == message)
            .expect(message)
    };
    let credit = with("callback: acknowledged");
    let fields = [
        &credit["level"],
        &credit["status"],
        &credit["project"],
        &credit["payment"],
        &credit["operation"],
        &credit["peer"],
    ];
    let expected = json!(["INFO", 200, "1234", payment, "7", "127.0.0.1"]);
    assert_eq!(json!(fields), expected);
    assert!(credit["took_us"].is_u64(), "{credit}");
    let unknown = with("unknown status or type: treated as not final");
    assert_eq!(unknown["status"], "odd\\u{9b}31m\\u{202e}\\u{1b}[2J\"\\\\n");
}

#[actix_web::test]
async fn log_of_the_default_level_has_no_good_verify_and_a_flood_of_one_message_is_a_few_lines() {
    let running = serve("").await.with_customer().await;
    let payment = one_of_each(&running).await;
    let mut poster = Poster::new(&running).await;
    let body = json!({"project_id": PROJECT, "payment": {"id": payment, "status": "success"}});
    for _ in 0..60 {
        poster.post("/callback", &signed(&body, SECRET)).await;
        assert_eq!(poster.code("a wrong secret").await, 400);
        assert_eq!(poster.code(SECRET).await, 0);
    }
    let log = log(&running);
    assert!(!log.contains("verify: answered"), "{log}");
    assert!(!log.contains("/readyz") && log.contains("INFO"), "{log}");
    let lines = requests(&log);
    let count = |part: &str| lines.iter().filter(|line| line.contains(part)).count();
    assert_eq!(
        (
            count("callback: acknowledged"),
            count("rejected: the signature")
        ),
        (6, 20),
        "{log}"
    );
}

#[actix_web::test]
async fn level_and_format_of_the_log_change_with_sighup() {
    let running = serve("").await.with_customer().await;
    let mut poster = Poster::new(&running).await;
    change(
        &running.folder,
        "[server]",
        "[log]\nlevel = \"debug\"\nformat = \"json\"\n[server]",
    );
    reload(&running, "taken").await;
    poster.code(SECRET).await;
    let shown = log(&running);
    let last = shown
        .lines()
        .rfind(|line| line.contains("verify: answered"));
    assert!(
        last.is_some_and(|line| line.starts_with("{\"time\":")),
        "{shown}"
    );
    change(
        &running.folder,
        "level = \"debug\"\nformat = \"json\"",
        "level = \"error\"",
    );
    reload(&running, "taken").await;
    let before = log(&running).len();
    one_of_each(&running).await;
    assert_eq!(&log(&running)[before..], "");
}

#[actix_web::test]
async fn service_manager_hears_when_the_service_is_ready_reloads_stops_and_is_alive() {
    let folder = Folder::new();
    let socket = UnixDatagram::bind(folder.path("notify")).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let next = || {
        let mut bytes = [0; 1024];
        let length = socket
            .recv(&mut bytes)
            .expect("the service tells something");
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    };
    // What is not the sign of life.
    let word = || {
        std::iter::repeat_with(next)
            .find(|text| text != "WATCHDOG=1\n")
            .unwrap()
    };
    let process = Command::new(JETPAY)
        .args(["serve", "--config"])
        .arg(folder.path("jetpay.toml"))
        .env("NOTIFY_SOCKET", folder.path("notify"))
        .env("WATCHDOG_USEC", "100000")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut running = folder.begun_by(process);
    assert_eq!(word(), "READY=1\nSTATUS=running\n");
    assert_eq!(
        running.readiness().await,
        Some(200),
        "it is ready when it says so"
    );
    for port in [running.folder.listen, running.folder.admin] {
        std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    }
    let alive = (0..20).filter(|_| next() == "WATCHDOG=1\n").count();
    assert_eq!(alive, 20);
    running.signal("-HUP");
    let reloading = word();
    let time = reloading
        .strip_prefix("RELOADING=1\nMONOTONIC_USEC=")
        .expect(&reloading);
    assert!(time.trim().parse::<u64>().unwrap() > 0);
    assert_eq!(
        word(),
        "READY=1\nSTATUS=running; took the configuration again\n"
    );
    running.folder.write("secret", "");
    running.signal("-HUP");
    assert!(word().starts_with("RELOADING=1\n"));
    assert!(word().starts_with("READY=1\nSTATUS=running; the configuration is wrong now"));
    running.signal("-TERM");
    assert!(word().starts_with("STOPPING=1\n"));
    assert!(running.ended().success());
}
