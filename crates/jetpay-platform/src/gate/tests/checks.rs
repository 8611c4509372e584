//! What the Gate saw, for whoever checks a merchant.

use super::*;

/// What had been said before the second send of an id that lets it come.
fn leave_before_second(plan: Plan, between: impl FnOnce(&mut Books)) -> (usize, Option<Leave>) {
    let mut books = books(plan);
    send(&mut books, NOW, "p-1");
    between(&mut books);
    send(&mut books, NOW + SECOND, "p-1");
    let second = books.sends_of("p-1").nth(1).unwrap();
    assert_eq!(second.earlier_sends, 1);
    (books.rash().count(), second.leave)
}

fn ask_later(books: &mut Books) {
    ask(books, NOW + SECOND, "p-1");
}

#[test]
fn a_send_without_leave_is_rash() {
    assert_eq!(leave_before_second(Plan::default(), |_| ()), (1, None));
    assert_eq!(
        leave_before_second(Plan::once(OnSend::DropBefore), |_| ()),
        (1, None)
    );
    assert_eq!(
        leave_before_second(Plan::once(OnSend::DropAfter), ask_later),
        (1, None)
    );
    assert_eq!(
        leave_before_second(Plan::once(OnSend::FailBefore(503)), |_| ()),
        (1, None)
    );
    let rejected = Plan::once(OnSend::Reject { code: 3104 });
    assert_eq!(leave_before_second(rejected, |_| ()), (1, None));
    let declined = Plan::ending(Ending::Decline { code: 100 });
    assert_eq!(leave_before_second(declined, ask_later), (1, None));
}

#[test]
fn a_send_after_3061_3613_error_or_a_refusal_is_not_rash() {
    let leave = |plan, between: fn(&mut Books)| {
        let (rash, leave) = leave_before_second(plan, between);
        assert_eq!(rash, 0, "{leave:?}");
        leave.unwrap()
    };
    assert_eq!(
        leave(Plan::once(OnSend::DropBefore), ask_later),
        Leave::Unknown
    );
    assert_eq!(
        leave(Plan::ending(Ending::Forget), ask_later),
        Leave::Unknown
    );
    assert_eq!(leave(Plan::ending(Ending::Error), ask_later), Leave::Error);
    let told = |books: &mut Books| drop(books.due(NOW + SECOND));
    assert_eq!(leave(Plan::ending(Ending::Error), told), Leave::Error);
    assert_eq!(leave(Plan::once(OnSend::InFlight), |_| ()), Leave::InFlight);
    assert_eq!(
        leave(Plan::once(OnSend::Refuse(429)), |_| ()),
        Leave::Refused(429)
    );
}

#[test]
fn an_answer_that_was_not_given_is_no_leave() {
    for asked in [OnAsk::Drop, OnAsk::Garbage, OnAsk::Fail(401)] {
        let plan = Plan {
            asks: vec![asked],
            ..Plan::once(OnSend::DropBefore)
        };
        assert_eq!(leave_before_second(plan, ask_later), (1, None), "{asked:?}");
    }
}

#[test]
fn leave_is_used_up_by_the_next_send() {
    let mut books = books(Plan {
        sends: vec![OnSend::DropBefore; 2],
        ..Plan::default()
    });
    send(&mut books, NOW, "p-1");
    ask(&mut books, NOW, "p-1");
    send(&mut books, NOW, "p-1");
    assert_eq!(books.rash().count(), 0);
    send(&mut books, NOW, "p-1");
    assert_eq!(books.rash().count(), 1);
}

#[test]
fn two_ids_to_one_account_are_seen_also_when_one_was_never_accepted() {
    let mut books = books(Plan::once(OnSend::DropBefore));
    send(&mut books, NOW, "p-1");
    send(&mut books, NOW, "p-2");
    assert_eq!(books.payment_ids(ACCOUNT), ["p-1", "p-2"]);
    assert_eq!(books.accounts(), [ACCOUNT]);
    let bodies: Vec<&[u8]> = books
        .sends_of("p-1")
        .map(|seen| seen.body.as_slice())
        .collect();
    assert_eq!(bodies, [signed(&order("p-1"))]);
}

#[test]
fn debug_and_display_name_neither_account_nor_customer() {
    let mut books = books(Plan::once(OnSend::DropAfter));
    send(&mut books, NOW, "p-1");
    let due = books.due(NOW + SECOND);
    let reply = ask(&mut books, NOW + SECOND, "p-1");
    let shown = format!(
        "{books:?} {:?} {} {due:?} {reply:?}",
        books.seen(),
        books.seen()[0]
    );
    assert!(
        shown.ends_with('}') && shown.contains("payout p-1: accepted, but the connection broke")
    );
    for hidden in [ACCOUNT, "12345", "John", "example.com", "198.51"] {
        assert!(!shown.contains(hidden), "{hidden}");
    }
}
