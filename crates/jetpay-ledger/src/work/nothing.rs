//! Work that changes nothing.

use super::{Books, Failure, Keys, Work};

/// Has the store commit, and so finds out whether it can; wakes a writer that is to look around.
pub(crate) struct Nothing;

impl Work for Nothing {
    type Done = ();

    fn keys(&self, _: &mut Keys) {}

    fn run(&mut self, books: &mut dyn Books) -> Result<(), Failure> {
        books.touch()
    }
}
