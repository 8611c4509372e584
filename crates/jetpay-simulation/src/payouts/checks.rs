//! The checks: of one payout after each step that touched it, of what leaves, and of everything in the end.

mod ending;
mod leaving;
mod moved;
mod standing;

pub(super) use moved::Reasons;
