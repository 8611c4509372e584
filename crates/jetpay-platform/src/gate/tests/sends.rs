//! The answers to sends and status requests.

use super::*;

#[test]
fn accepted_id_is_rejected_with_3041_however_often_it_is_sent() {
    let mut state = state(Plan::default());
    assert_eq!(code(&send(&mut state, NOW, "p-1")), None);
    for now in [NOW, NOW + SECOND, NOW + 100_000 * SECOND] {
        assert_eq!(code(&send(&mut state, now, "p-1")).as_deref(), Some("3041"));
    }
    assert_eq!(state.accepted(35, "p-1"), 1);
    assert_eq!(state.money_out(ACCOUNT), 100);
}

#[test]
fn failure_before_the_acceptance_leaves_the_id_unknown_and_the_next_send_is_accepted() {
    let plans = [
        (OnSend::DropBefore, None, None),
        (OnSend::FailBefore(503), Some(503), None),
        (OnSend::Refuse(401), Some(401), None),
        (OnSend::Refuse(403), Some(403), None),
        (OnSend::Refuse(429), Some(429), None),
        (OnSend::InFlight, Some(400), Some("3613")),
        (OnSend::Reject { code: 3104 }, Some(400), Some("3104")),
    ];
    for (first, status, rejection) in plans {
        let mut state = state(Plan::once(first));
        let reply = send(&mut state, NOW, "p-1");
        assert_eq!(reply.status(), status, "{first:?}");
        assert_eq!(code(&reply).as_deref(), rejection, "{first:?}");
        assert_eq!(state.accepted(35, "p-1"), 0, "{first:?}");
        assert_eq!(status_of(&ask(&mut state, NOW, "p-1")), "3061", "{first:?}");
        assert_eq!(
            send(&mut state, NOW, "p-1").status(),
            Some(200),
            "{first:?}"
        );
        assert_eq!(state.accepted(35, "p-1"), 1, "{first:?}");
    }
}

#[test]
fn failure_after_the_acceptance_is_paid_and_the_next_send_gets_3041() {
    let plans = [
        (
            OnSend::DropAfter,
            Reply::Dropped { accepted: true }.status(),
        ),
        (OnSend::FailAfter(500), Some(500)),
        (OnSend::Unreadable, Some(200)),
    ];
    for (first, status) in plans {
        let mut state = state(Plan::once(first));
        let reply = send(&mut state, NOW, "p-1");
        assert_eq!(reply.status(), status, "{first:?}");
        assert_eq!(reply.json(), None, "{first:?}");
        assert_eq!(state.accepted(35, "p-1"), 1, "{first:?}");
        assert_eq!(
            code(&send(&mut state, NOW, "p-1")).as_deref(),
            Some("3041"),
            "{first:?}"
        );
        assert_eq!(
            status_of(&ask(&mut state, NOW + SECOND, "p-1")),
            "success",
            "{first:?}"
        );
        assert_eq!(state.money_out(ACCOUNT), 100, "{first:?}");
    }
}

#[test]
fn slow_answer_reports_what_already_happened() {
    let mut state = state(Plan::once(OnSend::AcceptSlowly(seconds(40))));
    let reply = send(&mut state, NOW, "p-1");
    assert!(matches!(reply, Reply::Answer { after, status: 200, .. } if after == seconds(40)));
    assert_eq!(status_of(&ask(&mut state, NOW + SECOND, "p-1")), "success");
}

#[test]
fn accepted_id_is_never_reported_as_not_accepted() {
    for second in [OnSend::InFlight, OnSend::Reject { code: 3104 }] {
        let mut state = state(Plan {
            sends: vec![OnSend::DropAfter, second],
            ..Plan::default()
        });
        send(&mut state, NOW, "p-1");
        assert_eq!(
            code(&send(&mut state, NOW, "p-1")).as_deref(),
            Some("3041"),
            "{second:?}"
        );
    }
}

#[test]
fn equal_payout_is_rejected_while_one_is_in_progress_if_the_conventions_say_so() {
    let mut state = state(Plan::default()).with_conventions(Conventions {
        one_at_a_time: true,
        ..Conventions::default()
    });
    send(&mut state, NOW, "p-1");
    assert_eq!(code(&send(&mut state, NOW, "p-2")).as_deref(), Some("3613"));
    assert_eq!(code(&send(&mut state, NOW, "p-1")).as_deref(), Some("3041"));
    assert_eq!(send(&mut state, NOW + SECOND, "p-2").status(), Some(200));
}

#[test]
fn every_payment_id_has_its_own_copy_of_the_plan() {
    let mut state = state(Plan::once(OnSend::DropBefore));
    for id in ["p-1", "p-2"] {
        assert_eq!(send(&mut state, NOW, id).status(), None);
        assert_eq!(send(&mut state, NOW, id).status(), Some(200));
    }
}

#[test]
fn other_accounts_follow_the_given_plan_or_the_same_random_plans_each_time() {
    let mut other = GateState::new(keyring());
    other.plan_others(Plan::once(OnSend::Refuse(429)));
    assert_eq!(send(&mut other, NOW, "p-1").status(), Some(429));
    let run = |seed| {
        let mut state = GateState::new(keyring());
        state.plan_others_by_chance(seed, 1);
        (0..40)
            .map(|number| send(&mut state, NOW, &format!("p-{number}")))
            .collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn hurried_plan_has_every_time_divided() {
    let plan = |times: u64| Plan {
        sends: vec![OnSend::AcceptSlowly(seconds(4 * times)), OnSend::DropBefore],
        status_requests: vec![OnStatus::Slowly(seconds(2 * times))],
        endings: vec![Ending::Linger {
            code: 9999,
            how_long: seconds(3 * times),
        }],
        after: seconds(times),
        later: seconds(5 * times),
        callbacks: CallbackPlan {
            gap: seconds(6 * times),
            delay: seconds(7 * times),
            ..CallbackPlan::default()
        },
    };
    assert_eq!(plan(2).hurried(2), plan(1));
}

#[test]
fn random_plans_are_hurried() {
    let due = |hurry| {
        let mut state = GateState::new(keyring());
        state.plan_others_by_chance(3, hurry);
        for number in 0..20 {
            send(&mut state, NOW, &format!("p-{number}"));
        }
        let other = state.due(NOW + 1_000_000 * SECOND);
        other.iter().map(|other| other.at - NOW).max().unwrap()
    };
    // Each of the times in the sum is rounded down to whole milliseconds.
    assert!((due(1) / 10 - due(10)).abs() <= 5, "{} {}", due(1), due(10));
}

#[test]
fn unknown_payment_gets_3061() {
    assert_eq!(
        status_of(&ask(&mut state(Plan::default()), NOW, "p-1")),
        "3061"
    );
}

#[test]
fn status_has_the_payment_and_its_operations() {
    let mut state = state(Plan::default()).with_operation_ids_from(29);
    send(&mut state, NOW, "p-1");
    let under_way = ask(&mut state, NOW, "p-1").json().unwrap();
    assert_eq!(under_way["payment"]["status"], "processing");
    assert_eq!(under_way["operations"][0]["code"], "9999");

    let mut paid = ask(&mut state, NOW + SECOND, "p-1").json().unwrap();
    assert!(paid["signature"].take().is_string());
    let sum = json!({"amount": 100, "currency": "KZT"});
    let expected = json!({
        "project_id": 35,
        "payment": {"id": "p-1", "type": "payout", "status": "success", "date": "2026-01-01T00:00:01+0000",
            "method": "qiwi-kz", "sum": sum, "description": ""},
        "account": {"number": "9182221133"},
        "operations": [{"id": 29, "type": "payout", "status": "success", "date": "2026-01-01T00:00:01+0000",
            "created_date": "2026-01-01T00:00:00+0000", "request_id": format!("{:040x}", 29), "sum_initial": sum,
            "sum_converted": sum, "code": "0", "message": "Success",
            "provider": {"id": 12345, "payment_id": "receipt-29", "auth_code": ""}}],
        "signature": null,
    });
    assert_eq!(paid, expected);
}

#[test]
fn status_is_found_by_request_id_until_the_payout_is_forgotten() {
    let mut state = state(Plan::ending(Ending::Forget));
    let request_id = send(&mut state, NOW, "p-1").json().unwrap()["request_id"].clone();
    let question = signed(&json!({"project_id": 35, "request_id": request_id}));
    let path = "/v2/payment/status/request";
    for (at, status) in [(NOW, "processing"), (NOW + SECOND, "3061")] {
        assert_eq!(status_of(&state.receive(at, path, &question)), status);
    }
    // The attempt stays unknown when the same payout is accepted again.
    send(&mut state, NOW + SECOND, "p-1");
    let forgotten = state.receive(NOW + SECOND, path, &question);
    assert_eq!(status_of(&forgotten), "3061");
    let other = signed(&json!({"project_id": 35, "request_id": "none"}));
    assert_eq!(status_of(&state.receive(NOW, path, &other)), "3061");
}

#[test]
fn status_requests_fail_as_planned_and_the_next_one_is_answered() {
    let mut state = state(Plan {
        status_requests: vec![
            OnStatus::Drop,
            OnStatus::Fail(502),
            OnStatus::Unreadable,
            OnStatus::Slowly(seconds(3)),
        ],
        ..Plan::default()
    });
    send(&mut state, NOW, "p-1");
    assert_eq!(
        ask(&mut state, NOW, "p-1"),
        Reply::Dropped { accepted: false }
    );
    assert_eq!(ask(&mut state, NOW, "p-1").status(), Some(502));
    let garbage = ask(&mut state, NOW, "p-1");
    assert_eq!((garbage.status(), garbage.json()), (Some(200), None));
    let slow = ask(&mut state, NOW, "p-1");
    assert!(matches!(&slow, Reply::Answer { after, .. } if *after == seconds(3)));
    assert_eq!(status_of(&slow), "processing");
    assert_eq!(status_of(&ask(&mut state, NOW + SECOND, "p-1")), "success");
}
