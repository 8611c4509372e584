//! What happens at a moment, and what happened, for the journal.

use std::fmt;

use jetpay_ledger::sim::Fault;

use crate::report::Noted;

/// A server sends a payout.
pub(super) const SENDS: &str = "sends it";
/// A server hears nothing that helps.
pub(super) const NOTHING: &str = "nothing of use";

/// Something that happened.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) enum Note {
    /// The merchant asked a server, or its request was lost.
    Asked {
        server: Option<usize>,
        other: bool,
    },
    /// The merchant was answered so.
    Answered(u16),
    /// A server began an errand: a request with this number left.
    Departed {
        server: usize,
        ticket: usize,
        what: &'static str,
    },
    /// It never arrives.
    Lost(usize),
    /// It arrived; the Gate answers with this HTTP status, or not at all.
    Reached(usize, Option<u16>, bool),
    /// The server has the answer.
    Heard(usize, &'static str),
    /// The server waited long enough.
    GaveUp(usize),
    /// A callback was sent; so many copies will arrive.
    Told(usize, usize),
    /// A callback was answered so.
    Replied(usize, u16),
    /// A step of the payout was committed.
    Step(&'static str, Option<i64>),
    /// A person settled it.
    Settled(&'static str, bool),
    /// A server crashed, or stalled for so long.
    Crashed(usize),
    Stalled(usize, i64),
    /// The store wrote so many jobs.
    Wrote(Fault, usize),
}

impl Noted for Note {
    fn is_fault(&self) -> bool {
        match self {
            Self::Wrote(fate, _) => *fate != Fault::Commits,
            Self::Crashed(_) | Self::Stalled(..) => true,
            _ => false,
        }
    }

    fn reached(&self) -> bool {
        match self {
            Self::Told(..) | Self::Replied(..) | Self::Lost(_) | Self::GaveUp(_) => false,
            Self::Departed { what, .. } => *what == SENDS,
            Self::Heard(_, what) => *what != NOTHING,
            Self::Reached(.., accepted) => *accepted,
            _ => true,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked { server, other } => {
                let what = if *other {
                    "another body under its key"
                } else {
                    "the payout"
                };
                match server {
                    Some(server) => write!(f, "the merchant asks server {server} for {what}"),
                    None => write!(f, "the merchant asks for {what}, and nobody hears it"),
                }
            }
            Self::Answered(status) => write!(f, "the merchant is answered {status}"),
            Self::Departed {
                server,
                ticket,
                what,
            } => {
                write!(f, "request {ticket}: server {server} {what}")
            }
            Self::Lost(ticket) => write!(f, "request {ticket}: lost"),
            Self::Reached(ticket, status, accepted) => {
                let accepted = if *accepted { " and accepted" } else { "" };
                match status {
                    Some(status) => write!(f, "request {ticket}: arrived{accepted}, HTTP {status}"),
                    None => write!(
                        f,
                        "request {ticket}: arrived{accepted}, the connection breaks"
                    ),
                }
            }
            Self::Heard(ticket, what) => write!(f, "request {ticket}: the server hears {what}"),
            Self::GaveUp(ticket) => write!(f, "request {ticket}: the server waits no longer"),
            Self::Told(fact, copies) => write!(f, "callback {fact}: sent, arrives {copies} times"),
            Self::Replied(fact, status) => write!(f, "callback {fact}: answered {status}"),
            Self::Step(what, None) => write!(f, "stored: {what}"),
            Self::Step(what, Some(amount)) => write!(f, "stored: {what}, {amount}"),
            Self::Settled(word, done) => {
                write!(
                    f,
                    "a person says it is {word}: {}",
                    if *done { "done" } else { "not done" }
                )
            }
            Self::Crashed(server) => write!(f, "server {server} crashes"),
            Self::Stalled(server, time) => write!(f, "server {server} stalls for {time} ms"),
            Self::Wrote(fate, jobs) => write!(f, "the store wrote {jobs} jobs: {fate:?}"),
        }
    }
}

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
