//! What a send comes to.

use super::*;

#[test]
fn an_id_that_was_accepted_is_rejected_with_3041_however_often_it_comes() {
    let mut books = books(Plan::default());
    assert_eq!(code(&send(&mut books, NOW, "p-1")), None);
    for now in [NOW, NOW + SECOND, NOW + 100_000 * SECOND] {
        assert_eq!(code(&send(&mut books, now, "p-1")).as_deref(), Some("3041"));
    }
    assert_eq!(books.accepted(35, "p-1"), 1);
    assert_eq!(books.money_out(ACCOUNT), 100);
}

#[test]
fn what_goes_wrong_before_accepting_leaves_the_id_unknown_and_the_next_send_is_accepted() {
    let plans = [
        (OnSend::DropBefore, None),
        (OnSend::FailBefore(503), Some(503)),
        (OnSend::Refuse(401), Some(401)),
        (OnSend::Refuse(403), Some(403)),
        (OnSend::Refuse(429), Some(429)),
        (OnSend::InFlight, Some(400)),
        (OnSend::Reject { code: 3104 }, Some(400)),
    ];
    for (first, status) in plans {
        let mut books = books(Plan::once(first));
        let reply = send(&mut books, NOW, "p-1");
        assert_eq!(reply.status(), status, "{first:?}");
        assert_eq!(books.accepted(35, "p-1"), 0, "{first:?}");
        assert_eq!(stands(&ask(&mut books, NOW, "p-1")), "3061", "{first:?}");
        assert_eq!(
            send(&mut books, NOW, "p-1").status(),
            Some(200),
            "{first:?}"
        );
        assert_eq!(books.accepted(35, "p-1"), 1, "{first:?}");
    }
}

#[test]
fn rejections_carry_the_code() {
    let mut flying = books(Plan::once(OnSend::InFlight));
    assert_eq!(
        code(&send(&mut flying, NOW, "p-1")).as_deref(),
        Some("3613")
    );
    let mut rejecting = books(Plan::once(OnSend::Reject { code: 3104 }));
    assert_eq!(
        code(&send(&mut rejecting, NOW, "p-1")).as_deref(),
        Some("3104")
    );
}

#[test]
fn what_goes_wrong_after_accepting_is_paid_and_the_next_send_is_3041() {
    let plans = [
        (
            OnSend::DropAfter,
            Reply::Dropped { accepted: true }.status(),
        ),
        (OnSend::FailAfter(500), Some(500)),
        (OnSend::Garbage, Some(200)),
    ];
    for (first, status) in plans {
        let mut books = books(Plan::once(first));
        let reply = send(&mut books, NOW, "p-1");
        assert_eq!(reply.status(), status, "{first:?}");
        assert_eq!(reply.json(), None, "{first:?}");
        assert_eq!(books.accepted(35, "p-1"), 1, "{first:?}");
        assert_eq!(
            code(&send(&mut books, NOW, "p-1")).as_deref(),
            Some("3041"),
            "{first:?}"
        );
        assert_eq!(
            stands(&ask(&mut books, NOW + SECOND, "p-1")),
            "success",
            "{first:?}"
        );
        assert_eq!(books.money_out(ACCOUNT), 100, "{first:?}");
    }
}

#[test]
fn a_slow_answer_tells_of_what_is_done_already() {
    let mut books = books(Plan::once(OnSend::AcceptSlowly(seconds(40))));
    let reply = send(&mut books, NOW, "p-1");
    assert!(matches!(reply, Reply::Answer { after, status: 200, .. } if after == seconds(40)));
    assert_eq!(stands(&ask(&mut books, NOW + SECOND, "p-1")), "success");
}

#[test]
fn an_accepted_id_is_never_told_that_it_was_not() {
    for second in [OnSend::InFlight, OnSend::Reject { code: 3104 }] {
        let mut books = books(Plan {
            sends: vec![OnSend::DropAfter, second],
            ..Plan::default()
        });
        send(&mut books, NOW, "p-1");
        assert_eq!(
            code(&send(&mut books, NOW, "p-1")).as_deref(),
            Some("3041"),
            "{second:?}"
        );
    }
}

#[test]
fn an_equal_payout_is_rejected_while_one_is_under_way_where_that_is_the_habit() {
    let mut books = books(Plan::default()).with_habits(Habits {
        one_at_a_time: true,
        ..Habits::default()
    });
    send(&mut books, NOW, "p-1");
    assert_eq!(code(&send(&mut books, NOW, "p-2")).as_deref(), Some("3613"));
    assert_eq!(code(&send(&mut books, NOW, "p-1")).as_deref(), Some("3041"));
    assert_eq!(send(&mut books, NOW + SECOND, "p-2").status(), Some(200));
}

#[test]
fn every_payment_id_goes_through_a_script_of_its_own() {
    let mut books = books(Plan::once(OnSend::DropBefore));
    for id in ["p-1", "p-2"] {
        assert_eq!(send(&mut books, NOW, id).status(), None);
        assert_eq!(send(&mut books, NOW, id).status(), Some(200));
    }
}

#[test]
fn others_go_as_told_or_by_chance_the_same_each_time() {
    let mut told = Books::new(keyring());
    told.plan_others(Plan::once(OnSend::Refuse(429)));
    assert_eq!(send(&mut told, NOW, "p-1").status(), Some(429));
    let run = |seed| {
        let mut books = Books::new(keyring());
        books.plan_others_by_chance(seed, 1);
        (0..40)
            .map(|number| send(&mut books, NOW, &format!("p-{number}")))
            .collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn a_hurried_plan_has_every_time_divided() {
    let plan = Plan {
        sends: vec![OnSend::AcceptSlowly(seconds(8)), OnSend::DropBefore],
        asks: vec![OnAsk::Slowly(seconds(4))],
        endings: vec![Ending::Linger {
            code: 9999,
            how_long: seconds(6),
        }],
        after: seconds(2),
        later: seconds(10),
        telling: Telling {
            gap: seconds(12),
            delay: seconds(14),
            ..Telling::default()
        },
    };
    let half = Plan {
        sends: vec![OnSend::AcceptSlowly(seconds(4)), OnSend::DropBefore],
        asks: vec![OnAsk::Slowly(seconds(2))],
        endings: vec![Ending::Linger {
            code: 9999,
            how_long: seconds(3),
        }],
        after: seconds(1),
        later: seconds(5),
        telling: Telling {
            gap: seconds(6),
            delay: seconds(7),
            ..Telling::default()
        },
    };
    assert_eq!(plan.hurried(2), half);
}

#[test]
fn chance_is_hurried_as_told() {
    let due = |hurry| {
        let mut books = Books::new(keyring());
        books.plan_others_by_chance(3, hurry);
        for number in 0..20 {
            send(&mut books, NOW, &format!("p-{number}"));
        }
        let told = books.due(NOW + 1_000_000 * SECOND);
        told.iter().map(|told| told.at - NOW).max().unwrap()
    };
    // Each of the times that add up is cut to whole milliseconds.
    assert!((due(1) / 10 - due(10)).abs() <= 5, "{} {}", due(1), due(10));
}
