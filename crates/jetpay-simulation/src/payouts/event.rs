//! The events of the simulation of payouts, and what its trace records.

use std::fmt;

use jetpay_ledger::sim::Fault;

use crate::report::Traced;

/// What a server learns from an answer of the Gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Learned {
    Accepted,
    Rejected,
    /// The Gate does not take the payout now.
    NotNow,
    Status,
    /// The Gate does not know the payout.
    UnknownPayment,
    Nothing,
}

impl fmt::Display for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "that it is accepted",
            Self::Rejected => "that it is rejected",
            Self::NotNow => "that it is not taken now",
            Self::Status => "its status",
            Self::UnknownPayment => "that the Gate does not know it",
            Self::Nothing => "nothing",
        })
    }
}

/// Something that happened.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) enum TraceEvent {
    /// The merchant requested a payout. No server: the request was lost.
    PayoutRequested {
        server: Option<usize>,
        conflicting: bool,
    },
    /// The merchant received this HTTP status.
    MerchantAnswered(u16),
    /// A server sent this request to the Gate.
    RequestSent {
        server: usize,
        ticket: usize,
        is_send: bool,
    },
    /// A request, or its answer, was lost.
    RequestLost(usize),
    /// The Gate received the request. The HTTP status of its answer (none: the connection breaks), and whether it
    /// accepted a payout.
    RequestArrived(usize, Option<u16>, bool),
    /// The server received the answer.
    AnswerReceived(usize, Learned),
    /// The server stopped waiting for the answer.
    AnswerTimedOut(usize),
    /// The platform sent a callback. So many copies will arrive.
    CallbackSent(usize, usize),
    /// A server answered a callback with this HTTP status.
    CallbackAnswered(usize, u16),
    /// A step of the payout was committed, with its amount in minor units.
    PayoutStep(&'static str, Option<i64>),
    /// An operator resolved the payout, successfully or not.
    Resolved(&'static str, bool),
    /// A server crashed, or stalled for so many milliseconds.
    Crashed(usize),
    Stalled(usize, i64),
    /// The store wrote so many commands.
    StoreStep(Fault, usize),
}

impl Traced for TraceEvent {
    fn is_fault(&self) -> bool {
        match self {
            Self::StoreStep(fault, _) => *fault != Fault::Commits,
            Self::Crashed(_) | Self::Stalled(..) => true,
            _ => false,
        }
    }

    fn reaches_service(&self) -> bool {
        match self {
            Self::CallbackSent(..)
            | Self::CallbackAnswered(..)
            | Self::RequestLost(_)
            | Self::AnswerTimedOut(_) => false,
            Self::RequestSent { is_send, .. } => *is_send,
            Self::AnswerReceived(_, learned) => *learned != Learned::Nothing,
            Self::RequestArrived(.., accepted) => *accepted,
            _ => true,
        }
    }
}

impl fmt::Display for TraceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PayoutRequested {
                server,
                conflicting,
            } => {
                let what = if *conflicting {
                    "another payout under its key"
                } else {
                    "the payout"
                };
                match server {
                    Some(server) => write!(f, "the merchant requests {what} from server {server}"),
                    None => write!(f, "the merchant requests {what}, but the request is lost"),
                }
            }
            Self::MerchantAnswered(status) => write!(f, "the merchant receives {status}"),
            Self::RequestSent {
                server,
                ticket,
                is_send,
            } => {
                let what = if *is_send {
                    "sends it"
                } else {
                    "queries its status"
                };
                write!(f, "request {ticket}: server {server} {what}")
            }
            Self::RequestLost(ticket) => write!(f, "request {ticket}: lost"),
            Self::RequestArrived(ticket, status, accepted) => {
                let accepted = if *accepted { " and accepted" } else { "" };
                match status {
                    Some(status) => write!(f, "request {ticket}: arrived{accepted}, HTTP {status}"),
                    None => write!(
                        f,
                        "request {ticket}: arrived{accepted}, the connection breaks"
                    ),
                }
            }
            Self::AnswerReceived(ticket, learned) => {
                write!(f, "request {ticket}: the server learns {learned}")
            }
            Self::AnswerTimedOut(ticket) => write!(f, "request {ticket}: the server stops waiting"),
            Self::CallbackSent(notification, copies) => write!(
                f,
                "callback {notification}: sent, {copies} copies will arrive"
            ),
            Self::CallbackAnswered(notification, status) => {
                write!(f, "callback {notification}: answered {status}")
            }
            Self::PayoutStep(what, None) => write!(f, "stored: {what}"),
            Self::PayoutStep(what, Some(amount)) => write!(f, "stored: {what}, {amount}"),
            Self::Resolved(outcome, done) => {
                write!(
                    f,
                    "an operator resolves it as {outcome}: {}",
                    if *done { "done" } else { "not done" }
                )
            }
            Self::Crashed(server) => write!(f, "server {server} crashes"),
            Self::Stalled(server, time) => write!(f, "server {server} stalls for {time} ms"),
            Self::StoreStep(fault, commands) => {
                write!(f, "the store wrote {commands} commands: {fault:?}")
            }
        }
    }
}

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
    /// A server erases payers' personal data.
    ErasePayers,
    /// A customer tops up.
    TopUp(usize),
    /// A person pays out in the platform's Dashboard.
    ManualPayout(usize),
    /// The platform sends a callback that does not fit this request's payout.
    Mismatch(usize),
}
