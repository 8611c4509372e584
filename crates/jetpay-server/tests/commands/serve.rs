//! `jetpay serve` for its operator: one line a request, what SIGHUP takes, and what it tells the service manager.

use std::os::unix::net::UnixDatagram;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use actix_web::rt::{spawn, time::sleep};
use jetpay_core::signature::{self, Key};
use jetpay_core::{Currency, Money};
use jetpay_platform::{METHODS, TopUp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::raw::Raw;
use crate::support::{CUSTOMER, Folder, PROJECT, Running, SECRET, answer};

/// Starts the service with these lines added to its configuration.
async fn serve(more: &str) -> Running {
    let folder = Folder::new();
    folder.change("[server]", &format!("{more}\n[server]"));
    folder.serve().await
}

/// Sends SIGHUP, and waits until the service has read its configuration again. Returns what it logged meanwhile.
async fn reload(running: &Running, outcome: &str) -> String {
    let before = running.log().len();
    let name = format!("jetpay_config_reloads_total{{outcome=\"{outcome}\"}} ");
    let count = |page: &str| {
        let line = page.lines().find_map(|line| line.strip_prefix(&name));
        line.map_or(0, |count| count.parse().unwrap())
    };
    let count_before: u64 = count(&running.metrics().await);
    running.signal("-HUP");
    for _ in 0..200 {
        if count(&running.metrics().await) > count_before {
            return running.log()[before..].to_owned();
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("SIGHUP did nothing:\n{}", running.log());
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

    /// The codes with which `verify`s that are signed with these secrets are answered.
    async fn codes<const N: usize>(&mut self, secrets: [&str; N]) -> [u64; N] {
        let mut codes = [0; N];
        for (code, secret) in codes.iter_mut().zip(secrets) {
            let (_, answer) = self.post("/kaspi", &verify(secret)).await;
            *code = answer["code"].as_u64().unwrap();
        }
        codes
    }
}

#[actix_web::test]
async fn secret_and_token_that_change_under_load_drop_no_request_and_the_old_ones_are_refused() {
    let running = serve("").await.with_customer().await;
    let (one, list) = (
        "secret_file = \"secret\"",
        "secret_file = [\"secret\", \"next\"]",
    );
    running.folder.change(one, list);
    running.folder.write("next", "secret number 0");
    reload(&running, "taken").await;
    let ends = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (port, ends) = (running.folder.listen, Arc::clone(&ends));
            spawn(async move {
                let mut poster = Poster(Raw::connect(port).await.unwrap());
                let mut answered = 0;
                while !ends.load(Relaxed) {
                    assert_eq!(poster.codes([SECRET]).await, [0]);
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    let mut poster = Poster::new(&running).await;
    for number in 1..=8 {
        let secrets = [number - 1, number].map(|number| format!("secret number {number}"));
        let tokens =
            [number - 1, number].map(|number| format!("token number {number} of the tests"));
        let secrets = secrets.each_ref().map(String::as_str);
        assert_eq!(poster.codes(secrets).await, [0, 400]);
        running.folder.write("next", secrets[1]);
        running.folder.write("token", &tokens[1]);
        let log = reload(&running, "taken").await;
        assert!(
            log.contains("SIGHUP: took the secrets, tokens and [log]"),
            "{log}"
        );
        assert!(
            !log.contains("secret number") && !log.contains("token number"),
            "{log}"
        );
        assert_eq!(poster.codes(secrets).await, [400, 0]);
        for (token, status) in tokens.iter().zip([401, 200]) {
            let request = running.without_token(Method::GET, "/v1/entries");
            assert_eq!(answer(request.bearer_auth(token)).await.0, status);
        }
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
    let path = running.folder.path("jetpay.toml");
    let right = std::fs::read_to_string(&path).unwrap();
    let secrets = [SECRET, "another secret"];
    running.folder.write("secret", secrets[1]);
    running.folder.write("empty", "");
    for (from, to) in [
        ("secret_file = \"secret\"", "secret_file = \"none\""),
        ("secret_file = \"secret\"", "secret_file = \"empty\""),
        ("secret_file = \"secret\"", "secret_fil = \"secret\""),
        // A variable that is not in the environment of the service.
        ("token_file = \"token\"", "token_env = \"A_TOKEN\""),
        ("id = 1234", "id = "),
        ("[server]", "[log]\nlevel = \"loud\"\n[server]"),
    ] {
        std::fs::write(&path, right.replacen(from, to, 1)).unwrap();
        let log = reload(&running, "refused").await;
        let problems = running.run("check").bad();
        for problem in problems.lines() {
            let (_, problem) = problem.split_once("jetpay.toml").unwrap();
            assert!(log.contains(problem), "{problem} is not in\n{log}");
        }
        assert!(log.contains("is wrong, and changes nothing"), "{log}");
        assert_eq!(poster.codes(secrets).await, [0, 400]);
        assert_eq!(running.get("/v1/entries").await.0, 200);
    }
    std::fs::remove_file(&path).unwrap();
    let log = reload(&running, "refused").await;
    assert!(log.contains("there is no such file"), "{log}");
    std::fs::write(&path, right).unwrap();
    reload(&running, "taken").await;
    assert_eq!(poster.codes(secrets).await, [400, 0]);
}

#[actix_web::test]
async fn change_that_needs_a_restart_is_named_and_not_taken() {
    let running = serve("").await.with_customer().await;
    let path = running.folder.path("jetpay.toml");
    let right = std::fs::read_to_string(&path).unwrap();
    let rows = r#"
listen = "127.0.0.1: => listen = "127.0.0.2: => server.listen
[server] => [server] | workers = 1 => server.workers
[server] => [verify] | debts = "as_given" | [server] => verify.debts
sqlite://jetpay.db => sqlite://other.db => store.url
"kaspi",  =>  => project 1234.methods
[server] => [gate] | base_url = "https://gate.example" | [server] => gate.base_url
id = 1234 => id = 35 => project 1234.id, project 1234.methods, project 35.id, project 35.methods
[server] => [log] | level = "info" | [server] =>
[admin] => [admin] # a comment =>
"#;
    for row in rows.lines().skip(1) {
        let cells: Vec<_> = row.split(" =>").map(str::trim).collect();
        let to = cells[1].replace(" | ", "\n");
        std::fs::write(&path, right.replacen(cells[0], &to, 1)).unwrap();
        let log = reload(&running, "taken").await;
        let named = log.lines().filter_map(|line| {
            let (_, rest) = line.split_once("SIGHUP: ")?;
            rest.split_once(" differs from what").map(|(key, _)| key)
        });
        assert_eq!(named.collect::<Vec<_>>().join(", "), cells[2], "{log}");
        assert_eq!(
            Poster::new(&running).await.codes([SECRET]).await,
            [0],
            "{row}"
        );
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
    assert_eq!(poster.codes(["a wrong secret"]).await, [400]);
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
    let before = running.log().len();
    let payment = one_of_each(&running).await;
    let log = running.log()[before..].to_owned();
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
INFO GET /v1/payments/{{payment_id}} status=404 PEER by="admin"
"#
    );
    let expected = expected.replace("PEER", "peer=127.0.0.1");
    assert_eq!(requests(&log).join("\n"), expected.trim(), "{log}");
    for method in &METHODS {
        let top_up = TopUp::new(method, CUSTOMER, Money::new(100_000, Currency::KZT));
        let steps = jetpay_platform::top_up(&running.platform(), &top_up, |_| {}).await;
        let answer = steps.unwrap().pop().unwrap().exchange.json.unwrap();
        let payment = answer["payment_id"].as_str().unwrap();
        let line = format!("project=1234 payment={payment} took_us=");
        assert_eq!(running.log().matches(&line).count(), 1, "{}", method.name);
    }
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
    let log = running.log();
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
        assert_eq!(poster.codes(["a wrong secret"]).await, [400]);
        assert_eq!(poster.codes([SECRET]).await, [0]);
    }
    let log = running.log();
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
    running.folder.change(
        "[server]",
        "[log]\nlevel = \"debug\"\nformat = \"json\"\n[server]",
    );
    reload(&running, "taken").await;
    poster.codes([SECRET]).await;
    let shown = running.log();
    let last = shown
        .lines()
        .rfind(|line| line.contains("verify: answered"));
    assert!(
        last.is_some_and(|line| line.starts_with("{\"time\":")),
        "{shown}"
    );
    running
        .folder
        .change("level = \"debug\"\nformat = \"json\"", "level = \"error\"");
    reload(&running, "taken").await;
    let before = running.log().len();
    one_of_each(&running).await;
    assert_eq!(&running.log()[before..], "");
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
    let mut command = folder.command("serve");
    command
        .env("NOTIFY_SOCKET", folder.path("notify"))
        .env("WATCHDOG_USEC", "100000")
        .stderr(Stdio::null());
    let process = command.spawn().unwrap();
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

#[actix_web::test]
async fn service_with_mail_begins_with_the_alarms_after_its_first_start_and_ends_at_once() {
    let running = serve(
        "[mail]\nurl = \"smtp://127.0.0.1:9\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]",
    )
    .await;
    let database = running.folder.database();
    let begun = "SELECT count(*) FROM delivery_streams WHERE name = 'mail' AND feed = 'alarms' AND cursor = 0";
    let mut streams = 0;
    for _ in 0..100 {
        streams = database.query_row(begun, [], |row| row.get(0)).unwrap();
        if streams == 1 {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(streams, 1);
    drop(database);
    let asked = std::time::Instant::now();
    running.stop();
    assert!(asked.elapsed() < Duration::from_secs(5));
}
