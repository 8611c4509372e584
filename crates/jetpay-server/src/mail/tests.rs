//! The mail of alarms at a mail server on loopback.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jetpay_ledger::{NewUnusable, Reason, Verdict};
use jetpay_testing::smtp::SmtpServer;

use super::*;
use crate::config::{MailLogin, MailSecurity, MailServer};

fn config(server: &SmtpServer) -> MailConfig {
    MailConfig {
        server: MailServer {
            host: "127.0.0.1".to_owned(),
            port: server.port(),
            security: MailSecurity::None,
        },
        login: None,
        from: "Top-ups <jetpay@example.com>".parse().unwrap(),
        to: vec![
            "aliya@example.com".parse().unwrap(),
            "Дежурный <duty@example.com>".parse().unwrap(),
        ],
    }
}

/// Raises an alarm at this time, in ms.
async fn raise(ledger: &Ledger, number: i64) {
    let unusable = NewUnusable {
        project_id: 1234.into(),
        body: format!("{{\"signature\":\"{number}\"}}")
            .into_bytes()
            .into(),
        reason: format!("field {number} is missing"),
        payment_id: None,
        operation_id: None,
        amount: None,
    };
    let raised = ledger.quarantine_unusable(unusable, Millis(number));
    raised.await.unwrap();
}

async fn resolve(ledger: &Ledger, seq: i64) {
    let reason = Reason {
        text: "forged".to_owned(),
        by: None,
    };
    let resolved = ledger.resolve_alarm(seq, Verdict::Dismiss, reason, Millis(1));
    resolved.await.unwrap();
}

fn ledger() -> (Ledger, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
    (ledger, folder)
}

#[actix_web::test]
async fn digest_lists_the_newest_open_alarms_and_counts_all_of_them() {
    let server = SmtpServer::start();
    let config = config(&server);
    let (ledger, _folder) = ledger();
    assert!(Digest::read(&ledger, 0).await.unwrap().is_none());
    for number in 1..=103 {
        raise(&ledger, number).await;
    }
    resolve(&ledger, 103).await;
    let digest = Digest::read(&ledger, 1).await.unwrap().unwrap();
    assert_eq!(digest.last, 103);
    let mail = digest.mail(&config).unwrap();
    assert_eq!(
        digest
            .mail(&config)
            .unwrap()
            .headers()
            .get_raw("Message-ID"),
        Some("<alarms.102.102.101@example.com>")
    );
    let text = String::from_utf8(mail.formatted()).unwrap();
    // Quoted-printable: a long line is cut.
    let text = text.replace("=\r\n", "");
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    for line in [
        "From: Top-ups <jetpay@example.com>",
        "Subject: jetpay: 101 new alarms",
        "Content-Type: text/plain; charset=utf-8",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(head.contains(line), "{head}");
    }
    let expected = "101 new alarms for an operator:\r\n\r\n   101 unusable\r\n\r\nThe newest 100:\r\n\r\n\
        3  1970-01-01T00:00:00.003Z  unusable: the callback is not usable: field 3 is missing\r\n4  ";
    assert!(body.starts_with(expected), "{body}");
    let end = "\r\n102  1970-01-01T00:00:00.102Z  unusable: the callback is not usable: field 102 is missing\r\n\r\n\
        `jetpay alarms list` lists the open alarms; `jetpay alarms show 3` says what to do about alarm 3.\r\n";
    assert!(body.ends_with(end), "{body}");
}

#[actix_web::test]
async fn digest_of_alarms_that_are_all_resolved_is_no_mail() {
    let (ledger, _folder) = ledger();
    raise(&ledger, 1).await;
    resolve(&ledger, 1).await;
    let digest = Digest::read(&ledger, 0).await.unwrap().unwrap();
    assert_eq!(digest.last, 1);
    assert!(digest.mail(&config(&SmtpServer::start())).is_none());
}

#[actix_web::test]
async fn server_is_tested_without_a_mail_and_a_login_is_sent_only_where_it_is_protected() {
    let server = SmtpServer::start();
    let mut config = config(&server);
    let test = async |config: &MailConfig| Smtp::new(config).unwrap().test().await;
    test(&config).await.unwrap();
    server.demand_login(&BASE64.encode("\0jetpay\0pa55word"));
    let login = |password: &str| {
        Some(MailLogin {
            user: "jetpay".to_owned(),
            password: password.to_owned().into(),
        })
    };
    config.login = login("pa55word");
    test(&config).await.unwrap();
    config.login = login("another");
    let refused = test(&config).await.unwrap_err();
    assert!(
        refused.contains("535") && refused.contains("wrong login") && !refused.contains("another"),
        "{refused}"
    );
    config.login = login("pa55word");
    for security in [MailSecurity::StartTls, MailSecurity::Tls] {
        config.server.security = security;
        let refused = test(&config).await.unwrap_err();
        assert!(
            !refused.contains("535") && !refused.contains("pa55word"),
            "{refused}"
        );
    }
    assert!(server.mails().is_empty());
}

const QUICK: Pace = Pace {
    poll: Duration::from_millis(10),
    gather: Duration::from_millis(100),
    period: Duration::from_millis(1500),
    pauses: (Duration::from_millis(50), Duration::from_millis(100)),
};

/// A worker of one server, until it is stopped.
struct Runs {
    end: watch::Sender<bool>,
    works: rt::task::JoinHandle<()>,
}

impl Runs {
    /// Starts a worker whose stream is there: what is raised from now on is mailed.
    async fn start(ledger: &Ledger, config: &MailConfig) -> Self {
        let mail = Mail {
            ledger: ledger.clone(),
            smtp: Smtp::new(config).unwrap(),
            config: config.clone(),
            pace: QUICK,
        };
        mail.has_new().await.unwrap();
        let (end, ending) = watch::channel(false);
        let works = rt::spawn(mail.run(ending));
        Self { end, works }
    }

    async fn stop(self) {
        self.end.send_replace(true);
        self.works.await.unwrap();
    }
}

/// Waits until the server took so many mails, and returns them without their heads.
async fn mails(server: &SmtpServer, count: usize) -> Vec<(String, String)> {
    for _ in 0..1000 {
        if server.mails().len() >= count {
            break;
        }
        rt::time::sleep(Duration::from_millis(10)).await;
    }
    let mails: Vec<_> = server.mails().into_iter().collect();
    assert_eq!(mails.len(), count, "{mails:?}");
    let body = |text: &str| text.split_once("\n\n").unwrap().1.replace("=\n", "");
    mails
        .into_iter()
        .map(|mail| (mail.to, body(&mail.text)))
        .collect()
}

#[actix_web::test]
async fn alarms_of_a_period_are_one_mail_to_each_receiver_and_the_next_one_waits_for_its_end() {
    let server = SmtpServer::start();
    let (ledger, _folder) = ledger();
    raise(&ledger, 1).await;
    let runs = Runs::start(&ledger, &config(&server)).await;
    raise(&ledger, 2).await;
    raise(&ledger, 3).await;
    let mut first = mails(&server, 2).await;
    first.sort();
    let sent = std::time::Instant::now();
    let to: Vec<_> = first.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["aliya@example.com", "duty@example.com"]);
    for (_, text) in &first {
        assert!(text.starts_with("2 new alarms"), "{text}");
        assert!(text.contains("\n2  ") && text.contains("\n3  "), "{text}");
        assert!(!text.contains("\n1  "), "it was there before: {text}");
    }
    raise(&ledger, 4).await;
    let next = mails(&server, 4).await;
    assert!(sent.elapsed() + Duration::from_millis(300) > QUICK.period);
    assert!(next[2].1.starts_with("1 new alarm for") && next[2].1.contains("\n4  "));
    runs.stop().await;
}

#[actix_web::test]
async fn restart_neither_repeats_nor_loses_an_alarm_and_keeps_the_pause() {
    let server = SmtpServer::start();
    let (ledger, _folder) = ledger();
    let config = config(&server);
    let runs = Runs::start(&ledger, &config).await;
    raise(&ledger, 1).await;
    mails(&server, 2).await;
    let sent = std::time::Instant::now();
    runs.stop().await;
    raise(&ledger, 2).await;
    let runs = Runs::start(&ledger, &config).await;
    let mails = mails(&server, 4).await;
    assert!(sent.elapsed() + Duration::from_millis(300) > QUICK.period);
    assert!(mails[2].1.starts_with("1 new alarm for") && mails[2].1.contains("\n2  "));
    runs.stop().await;
}

#[actix_web::test]
async fn several_servers_on_one_store_send_one_mail() {
    let server = SmtpServer::start();
    let (ledger, _folder) = ledger();
    let config = config(&server);
    let (one, other) = (
        Runs::start(&ledger, &config).await,
        Runs::start(&ledger, &config).await,
    );
    raise(&ledger, 1).await;
    mails(&server, 2).await;
    rt::time::sleep(2 * QUICK.period).await;
    mails(&server, 2).await;
    one.stop().await;
    other.stop().await;
}

#[actix_web::test]
async fn mail_that_is_not_taken_is_sent_again_until_it_is() {
    let server = SmtpServer::start();
    server.set_full(true);
    let (ledger, _folder) = ledger();
    let runs = Runs::start(&ledger, &config(&server)).await;
    raise(&ledger, 1).await;
    for _ in 0..1000 {
        if server.refusals() >= 6 {
            break;
        }
        rt::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(server.refusals() >= 6 && server.mails().is_empty());
    server.set_full(false);
    let sent = mails(&server, 2).await;
    assert!(sent[0].1.contains("\n1  "));
    runs.stop().await;
}

#[actix_web::test]
async fn receiver_that_the_server_refuses_does_not_keep_the_mail_from_the_others() {
    let server = SmtpServer::start();
    server.refuse("aliya@example.com");
    let (ledger, _folder) = ledger();
    let runs = Runs::start(&ledger, &config(&server)).await;
    raise(&ledger, 1).await;
    assert_eq!(mails(&server, 1).await[0].0, "duty@example.com");
    rt::time::sleep(2 * QUICK.period).await;
    assert_eq!((mails(&server, 1).await.len(), server.refusals()), (1, 1));
    runs.stop().await;
}

/// With the times of a real service: the lease that is the pause must be one that the ledger believes.
#[actix_web::test]
async fn no_server_mails_again_before_a_quarter_of_an_hour_has_passed_or_the_pause_after_a_failure()
{
    for is_full in [false, true] {
        let server = SmtpServer::start();
        server.set_full(is_full);
        let (ledger, _folder) = ledger();
        let mail = || Mail {
            ledger: ledger.clone(),
            smtp: Smtp::new(&config(&server)).unwrap(),
            config: config(&server),
            pace: PACE,
        };
        let (one, other) = (mail(), mail());
        assert!(!one.has_new().await.unwrap());
        raise(&ledger, 1).await;
        let first = one.turn(PACE.pauses.1).await.unwrap();
        assert_eq!(first, if is_full { Turn::Failed } else { Turn::Done });
        raise(&ledger, 2).await;
        server.set_full(false);
        for server in [&one, &other] {
            assert!(server.has_new().await.unwrap());
            assert_eq!(server.turn(PACE.pauses.0).await.unwrap(), Turn::NotNow);
        }
    }
}
