//! The samples of `docs/billing.md`: those that verify a signature, each run where its language is installed; and the commands that
//! try the service without a billing.

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use jetpay_billing::webhook::Secrets;
use jetpay_testing::free_port;
use serde_json::json;

use crate::support::{JETPAY, Said, assert_has};

const PAGE: &str = include_str!("../../../../docs/billing.md");

/// The secrets are the base64 of 24 and 25 bytes.
const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
const OTHER: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNA==";

/// Each reads `[headers, body, secret]` from its only argument, and prints `yes` or `no`.
const LANGUAGES: [(&str, [&str; 2], &str); 3] = [
    (
        "python",
        ["python3", "-c"],
        "import json, sys\nheaders, body, secret = json.loads(sys.argv[1])\n\
         print('yes' if is_signed(headers, body.encode(), secret) else 'no')\n",
    ),
    (
        "php",
        ["php", "-r"],
        "[$headers, $body, $secret] = json_decode($argv[1], true);\n\
         echo is_signed($headers, $body, $secret) ? 'yes' : 'no';\n",
    ),
    (
        "javascript",
        ["node", "-e"],
        "const [headers, body, secret] = JSON.parse(process.argv[1]);\n\
         console.log(isSigned(headers, Buffer.from(body), secret) ? 'yes' : 'no');\n",
    ),
];

#[test]
fn sample_accepts_a_fresh_message_of_either_secret_and_nothing_else() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_secs()).unwrap();
    let body = "{\"type\":\"entry.credit\",\"data\":{\"customer_id\":\"Ә\"}}";
    let signed = |time: i64, secrets: &[&str]| {
        let secrets = Secrets::parse(secrets.iter().copied()).unwrap();
        let signature = secrets.sign("entry_1234_77_credit", time, body.as_bytes());
        json!({
            "webhook-id": "entry_1234_77_credit", "webhook-timestamp": time.to_string(), "webhook-signature": signature,
        })
    };
    let other_id = {
        let mut headers = signed(now, &[SECRET]);
        headers["webhook-id"] = json!("entry_1234_78_credit");
        headers
    };
    let rows = [
        ("fresh", signed(now, &[SECRET]), body, "yes"),
        ("both secrets", signed(now, &[OTHER, SECRET]), body, "yes"),
        ("another secret", signed(now, &[OTHER]), body, "no"),
        ("ten minutes old", signed(now - 600, &[SECRET]), body, "no"),
        ("ahead", signed(now + 600, &[SECRET]), body, "no"),
        ("another body", signed(now, &[SECRET]), "{}", "no"),
        ("another id", other_id, body, "no"),
    ];
    for (language, [program, option], after) in LANGUAGES {
        let (_, sample) = PAGE.split_once(&format!("```{language}\n")).unwrap();
        let (sample, _) = sample.split_once("```").unwrap();
        if jetpay_testing::program(program).is_none() {
            println!("{program} is not installed: its sample did not run");
            continue;
        }
        for (what, headers, body, expected) in &rows {
            let message = json!([headers, body, SECRET]).to_string();
            let run = Command::new(program)
                .arg(option)
                .arg(format!("{sample}\n{after}"))
                .arg(message)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&run.stdout).trim().to_owned();
            let error = String::from_utf8_lossy(&run.stderr).into_owned();
            assert_eq!(said, *expected, "{language}, {what}: {error}");
        }
    }
}

/// Carries out the commands of a case of the page, with ports that are free, and checks that the books have every entry. The rows of
/// the books about entries have `word` in them; `before` of them come from the probe.
fn try_case(case: usize, change: [&str; 2], endpoint: &str, word: &str, before: usize) {
    let (_, section) = PAGE.split_once("## Try it without your billing\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let block = |block: &str| block.split_once("```").unwrap().0.to_owned();
    let blocks: Vec<_> = section.split("```sh\n").skip(1).map(block).collect();
    assert_eq!(blocks.len(), 4, "the files, two cases, and the service");
    // The machine may be busy, so each pause is longer than on the page.
    let mut script = [
        "set -e\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\nsleep() { command sleep $((2 * $1)); }\n",
        &blocks[0],
        &blocks[case],
        &blocks[3],
    ]
    .concat();
    assert!(script.contains(change[0]));
    script = script.replace(change[0], change[1]);
    for port in [":8080", ":8081", ":9092"] {
        script = script.replace(port, &format!(":{}", free_port()));
    }
    let folder = tempfile::tempdir().unwrap();
    let binaries = Path::new(JETPAY).parent().unwrap().display().to_string();
    let path = format!("{binaries}:{}", std::env::var("PATH").unwrap());
    let run = Command::new("timeout")
        .args(["120", "bash", "-c", &script])
        .current_dir(folder.path())
        .env("PATH", path)
        .output();
    let out = Said::of(run.unwrap()).good();
    let mut statuses = out.lines().filter(|line| line.starts_with(endpoint));
    let words: Vec<_> = statuses.next_back().unwrap().split_whitespace().collect();
    assert_eq!(words[4], "of", "{out}");
    assert_eq!((words[3], words[6]), (words[5], "0"), "{out}");
    let delivered: usize = words[5].parse().unwrap();
    assert!(delivered > 0, "{out}");
    let (_, books) = out.rsplit_once("MINOR UNITS)").unwrap();
    let credits = books.lines().skip(1).filter(|line| line.contains(word));
    assert_eq!(credits.count(), before + delivered, "{out}");
    assert_has(&out, &["A payer sees the account 7123456789", "ready"]);
}

#[test]
fn commands_of_the_page_try_a_web_service() {
    try_case(1, ["", ""], "shop ", "entry.", 0);
}

#[test]
fn commands_of_the_page_try_a_billing_by_osmp() {
    try_case(2, ["", ""], "billing ", "7123456789", 1);
}

#[test]
fn commands_of_the_page_try_a_billing_by_kaspis_variant() {
    let change = ["KIND=osmp FIELD=debt", "KIND=kaspi FIELD=sum"];
    try_case(2, change, "billing ", "7123456789", 1);
}
