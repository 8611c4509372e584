//! Every row of the protocol's table of payouts (section 6), over real HTTP: a service, and a Gate that misbehaves.

mod at_the_gate;

use std::time::Duration;

use at_the_gate::{
    AMOUNT, HURRY, PACE, PROJECT, Paying, SECRET, both, both_at, gate, payout_request, steps,
    was_careful,
};
use jetpay_core::signature::{Key, sign};
use jetpay_core::{Currency, Money, Project};
use jetpay_gate::{Gate, Outcome};
use jetpay_ledger::payout::{PayoutRequestOutcome, PayoutState, RetryPolicy, StepKind};
use jetpay_ledger::{AlarmFilter, AlarmKind};
use jetpay_platform::Platform;
use jetpay_platform::gate::{CallbackPlan, Ending, OnSend, OnStatus, Plan};
use jetpay_testing::free_port;

use PayoutState::{Accepted, Declined, Paid, Rejected, Reversed, Unknown};

/// What a plan leads to: the state in the end, and how often the Gate was sent to and accepted.
async fn leads(plan: Plan, state: PayoutState, sends: usize, accepted: usize) -> Vec<StepKind> {
    const ACCOUNT: &str = "9182221133";
    let (paying, gate) = both().await;
    gate.state().plan(ACCOUNT, plan.hurried(HURRY));
    let id = paying.pay(ACCOUNT).await;
    let payout = paying.once(&id, state).await;
    was_careful(&gate);
    assert_eq!(gate.state().sends_of(&id).count(), sends);
    assert_eq!(gate.state().accepted(PROJECT, &id), accepted);
    assert_eq!(gate.state().money_out(ACCOUNT), payout.paid);
    assert_eq!(
        payout.reserved + payout.paid,
        if state == Paid { AMOUNT } else { 0 }
    );
    let audit = paying.ledger.audit(None).await.unwrap();
    assert_eq!(audit.findings, []);
    steps(&payout)
}

macro_rules! rows {
    ($($(#[$note:meta])* $name:ident: $plan:expr => $state:ident, $sends:literal sent, $accepted:literal accepted, $step:ident;)+) => {
        $($(#[$note])* #[actix_web::test]
        async fn $name() {
            let steps = leads($plan, $state, $sends, $accepted).await;
            assert!(steps.contains(&StepKind::$step), "{steps:?}");
        })+
    };
}

rows! {
    success_is_paid: Plan::default() => Paid, 1 sent, 1 accepted, Accepted;
    timeout_is_unknown_and_asked_about: Plan { callbacks: silent(), ..Plan::once(OnSend::AcceptSlowly(Duration::from_secs(40))) } => Paid, 1 sent, 1 accepted, Unknown;
    connection_broken_after_acceptance_is_asked_about: Plan::once(OnSend::DropAfter) => Paid, 1 sent, 1 accepted, Unknown;
    connection_broken_before_is_asked_about_and_then_sent_again: Plan::once(OnSend::DropBefore) => Paid, 2 sent, 1 accepted, NotKnown;
    failure_of_the_server_after_acceptance_is_asked_about: Plan::once(OnSend::FailAfter(500)) => Paid, 1 sent, 1 accepted, Unknown;
    failure_of_the_server_before_is_asked_about_and_then_sent_again: Plan::once(OnSend::FailBefore(502)) => Paid, 2 sent, 1 accepted, NotKnown;
    request_that_timed_out_there_is_asked_about: Plan::once(OnSend::FailBefore(408)) => Paid, 2 sent, 1 accepted, NotKnown;
    unreadable_answer_is_asked_about: Plan::once(OnSend::Unreadable) => Paid, 1 sent, 1 accepted, Unknown;
    status_that_cannot_be_had_is_asked_again: Plan { status_requests: vec![OnStatus::Drop, OnStatus::Fail(500), OnStatus::Unreadable], callbacks: silent(), ..Plan::once(OnSend::DropAfter) } => Paid, 1 sent, 1 accepted, Unknown;
    same_customer_and_amount_in_flight_is_sent_later: Plan::once(OnSend::InFlight) => Paid, 2 sent, 1 accepted, Postponed;
    wrong_key_is_sent_later: Plan::once(OnSend::Refuse(401)) => Paid, 2 sent, 1 accepted, Postponed;
    address_that_is_not_listed_is_sent_later: Plan::once(OnSend::Refuse(403)) => Paid, 2 sent, 1 accepted, Postponed;
    too_many_requests_is_sent_later: Plan::once(OnSend::Refuse(429)) => Paid, 2 sent, 1 accepted, Postponed;
    error_is_sent_again_under_the_same_id: Plan::ending(Ending::Error) => Paid, 2 sent, 2 accepted, Error;
    payout_that_is_forgotten_is_sent_again_under_the_same_id: Plan { after: Duration::ZERO, ..Plan::ending(Ending::Forget) } => Paid, 2 sent, 2 accepted, NotKnown;
    rejection_releases: Plan::once(OnSend::Reject { code: 3104 }) => Rejected, 1 sent, 0 accepted, Rejected;
    rejection_of_the_request_releases: Plan::once(OnSend::Reject { code: 2003 }) => Rejected, 1 sent, 0 accepted, Rejected;
    decline_releases: Plan::ending(Ending::Decline { code: 20_000 }) => Declined, 1 sent, 1 accepted, Declined;
    success_can_be_reversed: Plan::ending(Ending::SucceedThenReverse) => Reversed, 1 sent, 1 accepted, Reversed;
    status_settles_what_no_callback_tells: Plan { callbacks: silent(), ..Plan::default() } => Paid, 1 sent, 1 accepted, Paid;
    decline_that_no_callback_tells_is_found: Plan { callbacks: silent(), ..Plan::ending(Ending::Decline { code: 20_105 }) } => Declined, 1 sent, 1 accepted, Declined;
    callbacks_repeated_and_reordered_pay_once: Plan { callbacks: noisy(), ..Plan::default() } => Paid, 1 sent, 1 accepted, Paid;
    success_after_a_decline_is_paid: Plan::ending(Ending::DeclineThenSucceed) => Paid, 1 sent, 1 accepted, ReservedAgain;
}

fn silent() -> CallbackPlan {
    CallbackPlan {
        times: 0,
        ..CallbackPlan::default()
    }
}

fn noisy() -> CallbackPlan {
    CallbackPlan {
        times: 4,
        processing: true,
        backwards: true,
        ..CallbackPlan::default()
    }
}

#[actix_web::test]
async fn money_is_reserved_before_the_first_byte_and_a_gate_that_is_away_loses_nothing() {
    let port = free_port();
    let paying = Paying::start(port, PACE, "sqlite://jetpay.db").await;
    let id = paying.pay("9182221133").await;
    let payout = paying.when(&id, |payout| payout.history.len() > 2).await;
    assert_eq!(
        steps(&payout)[..3],
        [StepKind::Created, StepKind::Sent, StepKind::Unknown]
    );
    assert_eq!(
        (payout.state, payout.reserved, payout.paid),
        (Unknown, AMOUNT, 0)
    );
    let gate = gate(paying.listen, port).await;
    paying.once(&id, Paid).await;
    was_careful(&gate);
    assert_eq!(gate.state().accepted(PROJECT, &id), 1);
}

#[actix_web::test]
async fn id_that_exists_there_was_accepted_and_is_polled() {
    let (paying, gate) = both().await;
    let payout_request = payout_request("9182221133");
    let id = payout_request.id.as_str().to_owned();
    // A send of which nothing is left here, such as of a lost backup.
    let project = Project::new(PROJECT, SECRET).unwrap();
    let at_the_gate = Gate::new(&gate.url()).unwrap();
    let before = at_the_gate
        .send(
            &project,
            "/v2/payment/wallet/qiwi-kz/payout",
            payout_request.request.as_bytes(),
        )
        .await;
    assert!(matches!(before, Outcome::Accepted(_)), "{before:?}");
    assert_eq!(
        paying.ledger.record_payout(payout_request).await,
        Ok(PayoutRequestOutcome::Created)
    );
    let payout = paying.once(&id, Paid).await;
    assert_eq!(
        gate.state().accepted(PROJECT, &id),
        1,
        "3041: it was not taken twice"
    );
    assert_eq!(gate.state().money_out("9182221133"), payout.paid);
}

#[actix_web::test]
async fn waiting_code_is_waited_for() {
    for code in [9_999, 19_999, 20_802, 20_899, 29_999] {
        let (paying, gate) = both().await;
        let how_long = Duration::from_millis(300);
        let plan = Plan {
            after: Duration::ZERO,
            ..Plan::ending(Ending::Linger { code, how_long })
        };
        gate.state().plan("9182221133", plan);
        let id = paying.pay("9182221133").await;
        paying.once(&id, Accepted).await;
        let payout = paying.when(&id, |payout| payout.state != Accepted).await;
        assert_eq!(payout.state, Paid, "{code}");
        was_careful(&gate);
    }
}

#[actix_web::test]
async fn nothing_after_a_day_is_an_alarm_and_asked_on() {
    let pace = RetryPolicy {
        overdue_after: Duration::from_millis(300),
        ..PACE
    };
    let (paying, gate) = both_at(pace).await;
    gate.state()
        .plan("9182221133", Plan::ending(Ending::Never).hurried(HURRY));
    let id = paying.pay("9182221133").await;
    let payout = paying.when(&id, |payout| payout.overdue).await;
    assert_eq!(
        (payout.state, payout.reserved),
        (Accepted, AMOUNT),
        "no decline is assumed"
    );
    assert!(payout.due_at.is_some());
    let alarms = paying.ledger.alarms(AlarmFilter::default()).await.unwrap();
    assert_eq!(
        (alarms.len(), alarms[0].kind),
        (1, AlarmKind::PayoutOverdue)
    );
    let asked = || gate.state().log().len();
    let before = asked();
    tokio::time::timeout(Duration::from_secs(10), async {
        while asked() == before {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("it is asked about again");
    was_careful(&gate);
}

#[actix_web::test]
async fn success_after_a_decline_raises_an_alarm() {
    let (paying, gate) = both().await;
    gate.state().plan(
        "9182221133",
        Plan::ending(Ending::DeclineThenSucceed).hurried(HURRY),
    );
    let id = paying.pay("9182221133").await;
    paying.once(&id, Paid).await;
    let alarms = paying.ledger.alarms(AlarmFilter::default()).await.unwrap();
    assert_eq!(alarms[0].kind, AlarmKind::PaidAfterRelease);
}

#[actix_web::test]
async fn payout_made_by_hand_waits_in_the_inbox_and_moves_nothing() {
    let (paying, gate) = both().await;
    let amount = Money::new(AMOUNT, Currency::KZT);
    gate.with_state(|books, now| {
        books.made_in_dashboard(now, PROJECT, "by-hand-1", "9182221133", amount);
    });
    for _ in 0..500 {
        if paying.ledger.counts().await.unwrap().unmatched > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let inbox = paying.ledger.inbox(9).await.unwrap();
    assert_eq!(inbox[0].payment_id.as_str(), "by-hand-1");
    assert_eq!(paying.ledger.payout_entries(0, 9).await, Ok(vec![]));
}

#[actix_web::test]
async fn end_waits_for_what_is_under_way_at_the_gate_and_records_it() {
    let (paying, gate) = both().await;
    let slowly = OnSend::AcceptSlowly(Duration::from_millis(250));
    let plan = Plan {
        callbacks: silent(),
        after: Duration::from_secs(60),
        ..Plan::once(slowly)
    };
    gate.state().plan("9182221133", plan);
    let id = paying.pay("9182221133").await;
    paying.once(&id, Unknown).await;
    let ledger_file = paying.end().await;
    let ledger = jetpay_ledger::Ledger::open(&ledger_file.path().join("jetpay.db")).unwrap();
    assert_eq!(ledger.payout(&id).await.unwrap().unwrap().state, Accepted);
}

#[actix_web::test]
async fn forged_or_foreign_callback_settles_nothing() {
    let (paying, gate) = both().await;
    gate.state()
        .plan("9182221133", Plan::ending(Ending::Never).hurried(HURRY));
    let id = paying.pay("9182221133").await;
    paying.once(&id, Accepted).await;
    let body = |amount: i64, kind: &str| {
        serde_json::json!({
            "project_id": PROJECT,
            "payment": {"id": id, "type": kind, "status": "success"},
            "operation": {"id": amount, "type": kind, "status": "success", "sum_initial": {"amount": amount, "currency": "KZT"}},
        })
        .to_string()
    };
    let good = Key::new(SECRET).unwrap();
    let platform = Platform::new(format!("http://{}", paying.listen), PROJECT, good.clone());
    let send = async |body: Vec<u8>| platform.send("/callback", body).await.unwrap().status;
    let forger = Key::new("another secret").unwrap();
    assert_eq!(
        send(sign(body(AMOUNT, "payout").as_bytes(), &forger).unwrap()).await,
        400
    );
    assert_eq!(
        send(sign(body(AMOUNT, "purchase").as_bytes(), &good).unwrap()).await,
        200
    );
    assert_eq!(paying.payout(&id).await.state, Accepted);
    assert_eq!(
        send(sign(body(AMOUNT - 1, "payout").as_bytes(), &good).unwrap()).await,
        200
    );
    let payout = paying.payout(&id).await;
    assert_eq!(
        (payout.state, payout.reserved, payout.due_at),
        (Accepted, AMOUNT, None)
    );
    let alarms = paying.ledger.alarms(AlarmFilter::default()).await.unwrap();
    let kinds: Vec<_> = alarms.iter().map(|alarm| alarm.kind).collect();
    assert_eq!(kinds, [AlarmKind::AmountDiffers, AlarmKind::TopUpForPayout]);
}

#[actix_web::test]
async fn payer_is_forgotten_after_the_time_that_is_configured() {
    let (paying, _gate) = both().await;
    let id = paying.pay("9182221133").await;
    paying.once(&id, Paid).await;
    // The first round of forgetting was before; the next is by another worker.
    let folder = paying.end().await;
    let again = Paying::in_folder(folder, free_port(), PACE, "sqlite://jetpay.db").await;
    let forgotten = again.when(&id, |payout| payout.account_number == "******1133");
    forgotten.await;
}

#[actix_web::test]
async fn payout_of_another_gate_is_neither_asked_about_nor_sent_there() {
    let (paying, gate) = both().await;
    let plan = Plan {
        callbacks: silent(),
        ..Plan::ending(Ending::Never)
    };
    gate.state().plan("9182221133", plan);
    let id = paying.pay("9182221133").await;
    paying.once(&id, Accepted).await;
    let folder = paying.end().await;
    let port = free_port();
    let moved = Paying::in_folder(folder, port, PACE, "sqlite://jetpay.db").await;
    let other = at_the_gate::gate(moved.listen, port).await;
    let elsewhere = moved.when(&id, |payout| steps(payout).contains(&StepKind::Elsewhere));
    assert_eq!(elsewhere.await.state, Accepted);
    assert!(other.state().log().is_empty());
    let alarms = moved.ledger.alarms(AlarmFilter::default()).await.unwrap();
    assert_eq!(alarms[0].kind, AlarmKind::PayoutOfAnotherGate);
}

#[actix_web::test]
async fn several_servers_share_the_payouts_and_send_each_once() {
    let Some(database) =
        jetpay_testing::postgres::require_or_skip(jetpay_testing::postgres::database())
    else {
        return;
    };
    let port = free_port();
    let pace = RetryPolicy {
        overdue_after: Duration::from_secs(3),
        ..PACE
    };
    let one = Paying::start(port, pace, database.url()).await;
    let other = Paying::start(port, pace, database.url()).await;
    let gate = gate(other.listen, port).await;
    gate.state().plan_others_by_chance(7, HURRY);
    let mut ids = Vec::new();
    for number in 0..40 {
        ids.push(one.pay(&format!("91822211{number:02}")).await);
    }
    for id in &ids {
        one.when(id, |payout| !payout.state.is_open() || payout.overdue)
            .await;
    }
    was_careful(&gate);
    assert_eq!(one.ledger.audit(None).await.unwrap().findings, []);
    assert_eq!(gate.state().accounts().len(), ids.len());
}
