//! The events of the simulation of payouts.

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// The merchant requests a payout. `conflicting`: another payout under the same key.
    RequestPayout { request: usize, conflicting: bool },
    /// A server looks for payouts that are due.
    ServerPolls(usize),
    /// A server continues after a crash or a stall.
    ServerResumes(usize),
    /// A request arrives at the Gate.
    RequestArrives(usize),
    /// The Gate's answer arrives at the server.
    AnswerArrives(usize),
    /// The server stops waiting for the answer.
    AnswerTimesOut(usize),
    /// The Gate has a callback to send.
    GateDue,
    /// The platform sends a callback, unless it was acknowledged.
    CallbackDue(usize),
    /// A callback arrives at one of the servers.
    CallbackArrives(usize),
    /// The answer to a callback arrives at the platform, with this HTTP status.
    CallbackAnswered(usize, u16),
    /// The store writes what waits.
    StoreStep,
    /// An operator looks at payouts that do not end.
    OperatorResolves,
    /// A person takes this request's payout, which waits for a send, to send it by a file.
    PersonExports(usize),
    /// The person uploads the file.
    PersonUploads(usize),
    /// A server erases payers' personal data.
    ErasePayers,
    /// A customer tops up.
    TopUp(usize),
    /// A person pays out in the platform's Dashboard.
    ManualPayout(usize),
    /// The platform sends a callback that does not fit this request's payout.
    Mismatch(usize),
}
