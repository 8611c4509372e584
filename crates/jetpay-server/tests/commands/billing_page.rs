//! The samples of `docs/billing.md` that verify a signature, each run where its language is installed.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use jetpay_billing::webhook::Secrets;
use serde_json::json;

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
