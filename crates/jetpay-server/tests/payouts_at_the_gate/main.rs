//! Every row of the protocol's table of payouts (section 6), over real HTTP: a service, and a Gate that fails.

mod service;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use jetpay_core::Project;
use jetpay_core::signature::{Key, sign};
use jetpay_gate::{Gate, Outcome};
use jetpay_ledger::payout::{PayoutRequestOutcome, PayoutState, RetryPolicy, StepKind};
use jetpay_ledger::{AlarmFilter, AlarmKind};
use jetpay_platform::Platform;
use jetpay_platform::gate::{CallbackPlan, Ending, OnSend, OnStatus, Plan};
use jetpay_testing::free_port;
use service::{
    AMOUNT, HURRY, POLICY, PayoutService, assert_careful, both, both_with, gate, payout_request,
    steps,
};
use support::{Folder, PROJECT, SECRET, WALLET, tenge};

use PayoutState::{Accepted, Declined, Paid, Rejected, Reversed, Unknown};

/// Makes a payout at a Gate with this plan. Checks its last state, the sends to the Gate, and the accepted sends.
async fn check_plan(
    plan: Plan,
    state: PayoutState,
    sends: usize,
    accepted: usize,
) -> Vec<StepKind> {
    let (service, gate) = both().await;
    gate.state().plan(WALLET, plan.hurried(HURRY));
    let id = service.pay(WALLET).await;
    let payout = service.once(&id, state).await;
    assert_careful(&gate);
    assert_eq!(gate.state().sends_of(&id).count(), sends);
    assert_eq!(gate.state().accepted(PROJECT, &id), accepted);
    assert_eq!(gate.state().money_out(WALLET), payout.paid);
    assert_eq!(
        payout.reserved + payout.paid,
        if state == Paid { AMOUNT } else { 0 }
    );
    let audit = service.ledger.audit(None).await.unwrap();
    assert_eq!(audit.findings, []);
    steps(&payout)
}

macro_rules! rows {
    ($($(#[$note:meta])* $name:ident: $plan:expr => $state:ident, $sends:literal sent, $accepted:literal accepted, $step:ident;)+) => {
        $($(#[$note])* #[actix_web::test]
        async fn $name() {
            let steps = check_plan($plan, $state, $sends, $accepted).await;
            assert!(steps.contains(&StepKind::$step), "{steps:?}");
        })+
    };
}

rows! {
    success_is_paid: Plan::default() => Paid, 1 sent, 1 accepted, Accepted;
    timeout_is_unknown_and_its_status_is_queried: Plan { callbacks: silent(), ..Plan::once(OnSend::AcceptSlowly(Duration::from_secs(40))) } => Paid, 1 sent, 1 accepted, Unknown;
    connection_that_breaks_after_acceptance_leads_to_a_status_query: Plan::once(OnSend::DropAfter) => Paid, 1 sent, 1 accepted, Unknown;
    connection_that_breaks_before_leads_to_a_status_query_and_a_second_send: Plan::once(OnSend::DropBefore) => Paid, 2 sent, 1 accepted, NotKnown;
    server_error_after_acceptance_leads_to_a_status_query: Plan::once(OnSend::FailAfter(500)) => Paid, 1 sent, 1 accepted, Unknown;
    server_error_before_leads_to_a_status_query_and_a_second_send: Plan::once(OnSend::FailBefore(502)) => Paid, 2 sent, 1 accepted, NotKnown;
    http_408_leads_to_a_status_query_and_a_second_send: Plan::once(OnSend::FailBefore(408)) => Paid, 2 sent, 1 accepted, NotKnown;
    unreadable_answer_leads_to_a_status_query: Plan::once(OnSend::Unreadable) => Paid, 1 sent, 1 accepted, Unknown;
    failed_status_query_is_repeated: Plan { status_requests: vec![OnStatus::Drop, OnStatus::Fail(500), OnStatus::Unreadable], callbacks: silent(), ..Plan::once(OnSend::DropAfter) } => Paid, 1 sent, 1 accepted, Unknown;
    same_customer_and_amount_in_flight_is_sent_later: Plan::once(OnSend::InFlight) => Paid, 2 sent, 1 accepted, Postponed;
    wrong_key_is_sent_later: Plan::once(OnSend::Refuse(401)) => Paid, 2 sent, 1 accepted, Postponed;
    unlisted_address_is_sent_later: Plan::once(OnSend::Refuse(403)) => Paid, 2 sent, 1 accepted, Postponed;
    too_many_requests_is_sent_later: Plan::once(OnSend::Refuse(429)) => Paid, 2 sent, 1 accepted, Postponed;
    error_is_sent_again_with_the_same_id: Plan::ending(Ending::Error) => Paid, 2 sent, 2 accepted, Error;
    payout_that_the_gate_forgot_is_sent_again_with_the_same_id: Plan { after: Duration::ZERO, ..Plan::ending(Ending::Forget) } => Paid, 2 sent, 2 accepted, NotKnown;
    rejection_releases_the_money: Plan::once(OnSend::Reject { code: 3104 }) => Rejected, 1 sent, 0 accepted, Rejected;
    rejection_of_the_request_releases_the_money: Plan::once(OnSend::Reject { code: 2003 }) => Rejected, 1 sent, 0 accepted, Rejected;
    decline_releases_the_money: Plan::ending(Ending::Decline { code: 20_000 }) => Declined, 1 sent, 1 accepted, Declined;
    success_can_be_reversed: Plan::ending(Ending::SucceedThenReverse) => Reversed, 1 sent, 1 accepted, Reversed;
    status_query_finds_a_success_without_a_callback: Plan { callbacks: silent(), ..Plan::default() } => Paid, 1 sent, 1 accepted, Paid;
    status_query_finds_a_decline_without_a_callback: Plan { callbacks: silent(), ..Plan::ending(Ending::Decline { code: 20_105 }) } => Declined, 1 sent, 1 accepted, Declined;
    repeated_and_reordered_callbacks_pay_once: Plan { callbacks: noisy(), ..Plan::default() } => Paid, 1 sent, 1 accepted, Paid;
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
async fn money_is_reserved_before_the_first_send_and_a_gate_that_is_down_loses_nothing() {
    let port = free_port();
    let service = PayoutService::start(Folder::new(), port, POLICY).await;
    let id = service.pay(WALLET).await;
    let payout = service.when(&id, |payout| payout.history.len() > 2).await;
    assert_eq!(
        steps(&payout)[..3],
        [StepKind::Created, StepKind::Sent, StepKind::Unknown]
    );
    assert_eq!(
        (payout.state, payout.reserved, payout.paid),
        (Unknown, AMOUNT, 0)
    );
    let gate = gate(service.listen, port).await;
    service.once(&id, Paid).await;
    assert_careful(&gate);
    assert_eq!(gate.state().accepted(PROJECT, &id), 1);
}

#[actix_web::test]
async fn payout_whose_id_the_gate_already_has_is_accepted_and_not_made_twice() {
    let (service, gate) = both().await;
    let payout_request = payout_request(WALLET);
    let id = payout_request.id.as_str().to_owned();
    // The ledger does not know this send, as after the restore of an older backup.
    let project = Project::new(PROJECT, SECRET).unwrap();
    let client = Gate::new(&gate.url()).unwrap();
    let (path, body) = (
        "/v2/payment/wallet/qiwi-kz/payout",
        payout_request.request.as_bytes(),
    );
    let before = client.send(&project, path, body).await;
    assert!(matches!(before, Outcome::Accepted(_)), "{before:?}");
    let recorded = service.ledger.record_payout(payout_request).await;
    assert_eq!(recorded, Ok(PayoutRequestOutcome::Created));
    let payout = service.once(&id, Paid).await;
    let accepted = gate.state().accepted(PROJECT, &id);
    assert_eq!(accepted, 1, "3041: the Gate accepted it only once");
    assert_eq!(gate.state().money_out(WALLET), payout.paid);
}

#[actix_web::test]
async fn payout_with_a_waiting_code_stays_accepted_until_its_result() {
    for code in [9_999, 19_999, 20_802, 20_899, 29_999] {
        let (service, gate) = both().await;
        let how_long = Duration::from_millis(300);
        let plan = Plan {
            after: Duration::ZERO,
            ..Plan::ending(Ending::Linger { code, how_long })
        };
        gate.state().plan(WALLET, plan);
        let id = service.pay(WALLET).await;
        service.once(&id, Accepted).await;
        let payout = service.when(&id, |payout| payout.state != Accepted).await;
        assert_eq!(payout.state, Paid, "{code}");
        assert_careful(&gate);
    }
}

#[actix_web::test]
async fn payout_without_a_result_for_a_day_raises_an_alarm_and_is_queried_further() {
    let policy = RetryPolicy {
        overdue_after: Duration::from_millis(300),
        ..POLICY
    };
    let (service, gate) = both_with(policy).await;
    gate.state()
        .plan(WALLET, Plan::ending(Ending::Never).hurried(HURRY));
    let id = service.pay(WALLET).await;
    let payout = service.when(&id, |payout| payout.overdue).await;
    assert_eq!(
        (payout.state, payout.reserved),
        (Accepted, AMOUNT),
        "the service assumes no decline"
    );
    assert!(payout.due_at.is_some());
    let alarms = service.ledger.alarms(AlarmFilter::default()).await.unwrap();
    assert_eq!(
        (alarms.len(), alarms[0].kind),
        (1, AlarmKind::PayoutOverdue)
    );
    let requests = || gate.state().log().len();
    let before = requests();
    tokio::time::timeout(Duration::from_secs(10), async {
        while requests() == before {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the service queries the status again");
    assert_careful(&gate);
}

#[actix_web::test]
async fn success_after_a_decline_raises_an_alarm() {
    let (service, gate) = both().await;
    gate.state().plan(
        WALLET,
        Plan::ending(Ending::DeclineThenSucceed).hurried(HURRY),
    );
    let id = service.pay(WALLET).await;
    service.once(&id, Paid).await;
    let alarms = service.ledger.alarms(AlarmFilter::default()).await.unwrap();
    assert_eq!(alarms[0].kind, AlarmKind::PaidAfterRelease);
}

#[actix_web::test]
async fn callback_of_a_manual_payout_waits_in_the_inbox_and_moves_no_money() {
    let (service, gate) = both().await;
    gate.with_state(|state, now| {
        state.made_in_dashboard(now, PROJECT, "by-hand-1", WALLET, tenge(AMOUNT));
    });
    for _ in 0..500 {
        if service.ledger.counts().await.unwrap().unmatched > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let inbox = service.ledger.inbox(9).await.unwrap();
    assert_eq!(inbox[0].payment_id.as_str(), "by-hand-1");
    assert_eq!(service.ledger.payout_entries(0, 9).await, Ok(vec![]));
}

#[actix_web::test]
async fn stop_waits_for_the_send_in_progress_and_records_its_result() {
    let (service, gate) = both().await;
    let slowly = OnSend::AcceptSlowly(Duration::from_millis(250));
    let plan = Plan {
        callbacks: silent(),
        after: Duration::from_secs(60),
        ..Plan::once(slowly)
    };
    gate.state().plan(WALLET, plan);
    let id = service.pay(WALLET).await;
    service.once(&id, Unknown).await;
    let folder = service.end().await;
    let ledger = jetpay_ledger::Ledger::open(&folder.path("jetpay.db")).unwrap();
    assert_eq!(ledger.payout(&id).await.unwrap().unwrap().state, Accepted);
}

#[actix_web::test]
async fn forged_or_foreign_callback_ends_no_payout() {
    let (service, gate) = both().await;
    gate.state()
        .plan(WALLET, Plan::ending(Ending::Never).hurried(HURRY));
    let id = service.pay(WALLET).await;
    service.once(&id, Accepted).await;
    let platform = Platform::new(
        format!("http://{}", service.listen),
        PROJECT,
        Key::new(SECRET).unwrap(),
    );
    let forger = Key::new("another secret").unwrap();
    for (amount, kind, is_forged, status) in [
        (AMOUNT, "payout", true, 400),
        (AMOUNT, "purchase", false, 200),
        (AMOUNT - 1, "payout", false, 200),
    ] {
        let sum = serde_json::json!({"amount": amount, "currency": "KZT"});
        let body = serde_json::json!({
            "project_id": PROJECT,
            "payment": {"id": id, "type": kind, "status": "success"},
            "operation": {"id": amount, "type": kind, "status": "success", "sum_initial": sum},
        });
        let signed = if is_forged {
            sign(body.to_string().as_bytes(), &forger).unwrap()
        } else {
            platform.sign(&body)
        };
        let answered = platform.send("/callback", signed).await.unwrap();
        assert_eq!(answered.status, status, "{body}");
        assert_eq!(service.payout(&id).await.state, Accepted);
    }
    let payout = service.payout(&id).await;
    assert_eq!(
        (payout.state, payout.reserved, payout.due_at),
        (Accepted, AMOUNT, None)
    );
    let alarms = service.ledger.alarms(AlarmFilter::default()).await.unwrap();
    let kinds: Vec<_> = alarms.iter().map(|alarm| alarm.kind).collect();
    assert_eq!(kinds, [AlarmKind::AmountDiffers, AlarmKind::TopUpForPayout]);
}

#[actix_web::test]
async fn personal_data_is_deleted_after_the_configured_time() {
    let (service, _gate) = both().await;
    let id = service.pay(WALLET).await;
    service.once(&id, Paid).await;
    // The worker has already searched once; a new worker searches again at once.
    let folder = service.end().await;
    let again = PayoutService::start(folder, free_port(), POLICY).await;
    let forgotten = again.when(&id, |payout| payout.account_number == "******1133");
    forgotten.await;
}

#[actix_web::test]
async fn payout_of_another_gate_is_neither_sent_nor_queried() {
    let (service, gate) = both().await;
    let plan = Plan {
        callbacks: silent(),
        ..Plan::ending(Ending::Never)
    };
    gate.state().plan(WALLET, plan);
    let id = service.pay(WALLET).await;
    service.once(&id, Accepted).await;
    let folder = service.end().await;
    let port = free_port();
    let moved = PayoutService::start(folder, port, POLICY).await;
    let other = service::gate(moved.listen, port).await;
    let elsewhere = moved.when(&id, |payout| steps(payout).contains(&StepKind::Elsewhere));
    assert_eq!(elsewhere.await.state, Accepted);
    assert!(other.state().log().is_empty());
    let alarms = moved.ledger.alarms(AlarmFilter::default()).await.unwrap();
    assert_eq!(alarms[0].kind, AlarmKind::PayoutOfAnotherGate);
}

#[actix_web::test]
async fn several_services_share_the_payouts_and_send_each_once() {
    let Some(database) =
        jetpay_testing::postgres::require_or_skip(jetpay_testing::postgres::database())
    else {
        return;
    };
    let port = free_port();
    let policy = RetryPolicy {
        overdue_after: Duration::from_secs(3),
        ..POLICY
    };
    let one = PayoutService::start(Folder::with_store(database.url()), port, policy).await;
    let other = PayoutService::start(Folder::with_store(database.url()), port, policy).await;
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
    assert_careful(&gate);
    assert_eq!(one.ledger.audit(None).await.unwrap().findings, []);
    assert_eq!(gate.state().accounts().len(), ids.len());
}
