//! Bytes as steps, so that nearly every change of a byte is another meaningful sequence.

use super::books::{Announced, Told};

/// More steps than this show nothing that fewer do not.
const STEPS: usize = 48;

/// What happens to the ledger.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Announce(Announced),
    Tell(Told),
    /// A callback told before comes again.
    Repeat(usize),
    Dismiss(u8),
    Reopen,
}

/// Five bytes a step; what is missing at the end is zero.
pub(super) fn steps(bytes: &[u8]) -> impl Iterator<Item = Step> {
    bytes.chunks(5).take(STEPS).map(|chunk| {
        let mut five = [0; 5];
        five[..chunk.len()].copy_from_slice(chunk);
        step(five)
    })
}

fn step([what, whose, words, amount, odd]: [u8; 5]) -> Step {
    let payment = whose % 4;
    match what % 16 {
        0..=3 => Step::Announce(Announced {
            payment,
            customer: whose / 4 % 2,
            project: pick([1234, 1234, 1234, 111], odd),
            amount: pick([1000, 300, 1], amount),
            currency: pick(["KZT", "KZT", "USD"], odd / 4),
        }),
        4 => Step::Dismiss(payment),
        5 => Step::Reopen,
        6 | 7 => Step::Repeat(words.into()),
        // The rest of the byte is the operation, so that one operation comes with several words and amounts.
        _ => Step::Tell(Told {
            payment,
            operation: u64::from(whose / 4 % 6),
            words: pick(WORDS, words),
            amount: pick([1000, 1000, 300, 700, 1, 0, -1000, i64::MAX], amount),
            project: pick([1234, 1234, 1234, 1234, 1234, 1234, 1234, 111], odd),
            currency: pick(["KZT", "KZT", "KZT", "USD"], odd / 8),
            payout: odd >= 224,
        }),
    }
}

fn pick<T: Copy, const N: usize>(from: [T; N], by: u8) -> T {
    from[usize::from(by) % N]
}

/// Type and status of the operation, status of the payment: what the platform sends, and what it hardly would.
const WORDS: [[&str; 3]; 22] = [
    ["sale", "success", "success"],
    ["sale", "success", "success"],
    ["sale", "decline", "decline"],
    ["sale", "processing", "processing"],
    ["sale", "success", "decline"],
    ["sale", "decline", "success"],
    ["sale", "success", "partially paid"],
    ["sale", "success", "refunded"],
    ["sale", "awaiting customer", "awaiting customer"],
    ["sale", "expired", "expired"],
    ["refund", "success", "partially refunded"],
    ["refund", "success", "refunded"],
    ["refund", "decline", "success"],
    ["refund", "processing", "success"],
    ["reversal", "success", "reversed"],
    ["refund reverse", "success", "success"],
    ["manual change", "success", "decline"],
    ["manual change", "success", "success"],
    ["payout", "success", "success"],
    ["capture", "success", "success"],
    ["recurring", "success", "success"],
    ["Sale", "SUCCESS", "no_such_word"],
];
