//! What happens at a moment.

/// Something that happens at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// The merchant asks for the payout of this wish, or for another one under its key.
    Ask { wish: usize, other: bool },
    /// A server looks for payouts that are due.
    Tick(usize),
    /// A server that crashed or stalled goes on.
    Wake(usize),
    /// A request is with the Gate.
    Reach(usize),
    /// The Gate's answer to a request is with the server.
    Answer(usize),
    /// A server has waited long enough for the answer.
    GiveUp(usize),
    /// The Gate has something to tell.
    GateTells,
    /// The platform tells a fact, unless it was acknowledged.
    Tell(usize),
    /// A callback is with one of the servers.
    Arrive(usize),
    /// An answer of this status to a callback is with the platform.
    Acknowledge(usize, u16),
    /// The store writes what waits.
    Step,
    /// A person looks after payouts that do not end.
    Attend,
    /// Payers are forgotten.
    Forget,
    /// A customer tops up.
    TopUp(usize),
    /// A person pays out in the Dashboard.
    ByHand(usize),
    /// The platform tells something odd of this wish.
    Odd(usize),
}
