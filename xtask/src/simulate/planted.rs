//! The bugs that are planted, as data: each is wrong in a way in which a person could write it.

mod answers;
mod payouts;
mod rules;

/// A bug.
pub(super) struct Planted {
    /// What is wrong.
    pub(super) name: &'static str,
    pub(super) edits: &'static [Edit],
}

/// A text that stands once in a file, and what stands there instead.
pub(super) struct Edit {
    pub(super) file: &'static str,
    pub(super) find: &'static str,
    pub(super) replace: &'static str,
}

const fn edit(file: &'static str, find: &'static str, replace: &'static str) -> Edit {
    Edit {
        file,
        find,
        replace,
    }
}

/// All of them.
pub(super) fn planted() -> impl Iterator<Item = &'static Planted> {
    let top_ups = answers::ANSWERS.iter().chain(rules::RULES);
    top_ups.chain(payouts::PAYOUTS)
}
