//! The tables: an answer, and what it means.

mod payout;
mod status;
mod unread;
mod whatever;

use jetpay_core::Project;
use jetpay_core::id::PaymentId;
use jetpay_core::signature::{Key, sign};

use crate::answer::Question;

fn project() -> Project {
    let project = Project::new(35, "secret").unwrap();
    project.with_secret("next secret").unwrap()
}

fn signed(body: &str, secret: &str) -> String {
    let signed = sign(body.as_bytes(), &Key::new(secret).unwrap()).unwrap();
    String::from_utf8(signed).unwrap()
}

/// With a question about `test_123` of project 35.
fn asking<T>(ask: impl FnOnce(&Question<'_>) -> T) -> T {
    let payment_id = PaymentId::new("test_123").unwrap();
    ask(&Question {
        project: &project(),
        payment_id: Some(&payment_id),
    })
}
