//! What goes wrong, by plan.

use std::collections::VecDeque;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

/// What happens to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnRequest {
    /// It is answered.
    Answer,
    /// It is answered after this time. What it asks for has happened before.
    Slowly(Duration),
    /// The connection breaks before anything is done.
    Drop,
    /// It is done, and then the connection breaks.
    DoneAndDrop,
    /// It fails with this HTTP status; nothing is done.
    Fail(u16),
    /// It fails with this HTTP status and `Retry-After` of so many seconds; nothing is done.
    FailFor(u16, u32),
    /// It is answered with this result code; nothing is done. A receiver of webhooks has no such codes: it answers HTTP 500.
    Result(u32),
    /// It is answered HTTP 200 with this body; nothing is done.
    Body(Vec<u8>),
    /// It is done, and the answer is spoiled.
    Spoil(Spoil),
}

/// How an answer is spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spoil {
    /// It says UTF-8 and is in windows-1251.
    WrongEncoding,
    /// XML: a DTD has entities that grow to a gigabyte. JSON: arrays are in arrays, 20,000 deep.
    EntityBomb,
    /// It answers another `txn_id`.
    OtherTxn,
    /// Another answer, which says the opposite, is behind it.
    TwoAnswers,
    /// It has two results, which contradict each other.
    TwoResults,
    /// It ends in the middle.
    Truncated,
    /// It has 100 KiB.
    TooLong,
}

/// What happens to requests: to the next ones, and to all others.
#[derive(Clone, Debug, Default)]
pub struct Script {
    next: VecDeque<OnRequest>,
    /// What happens to requests after that, in turn; without any, they are answered.
    turns: VecDeque<OnRequest>,
    /// How long every answer takes.
    pub latency: Duration,
}

impl Script {
    /// What happens to the next requests, in order.
    pub fn extend(&mut self, script: impl IntoIterator<Item = OnRequest>) {
        self.next.extend(script);
    }

    /// What happens to requests that [`extend`](Self::extend) does not cover, in turn. Without any, they are answered.
    pub fn always(&mut self, turns: impl IntoIterator<Item = OnRequest>) {
        self.turns = turns.into_iter().collect();
    }

    /// What happens to this request.
    pub(super) fn turn(&mut self) -> OnRequest {
        if let Some(planned) = self.next.pop_front() {
            return planned;
        }
        let Some(turn) = self.turns.pop_front() else {
            return OnRequest::Answer;
        };
        self.turns.push_back(turn.clone());
        turn
    }
}

/// The words for what happens to a request. Some may have a number behind `=`.
const WORDS: &str = "answer, slow=SECONDS, drop, done-and-drop, down, status=N, result=N, wrong-encoding, entity-bomb, other-txn, \
                     two-answers, two-results, truncated, too-long";

/// A word does not say what happens to a request.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown fault; write one of: {WORDS}")]
pub struct UnknownFault;

impl FromStr for OnRequest {
    type Err = UnknownFault;

    /// Reads `drop`, `slow=10` and the like. `down` is HTTP 503.
    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        if let Some((word, number)) = text.split_once('=') {
            let number: u16 = number.parse().map_err(|_| UnknownFault)?;
            return match word {
                "slow" => Ok(Self::Slowly(Duration::from_secs(number.into()))),
                "status" if (400..600).contains(&number) => Ok(Self::Fail(number)),
                "result" => Ok(Self::Result(number.into())),
                _ => Err(UnknownFault),
            };
        }
        Ok(match text {
            "answer" => Self::Answer,
            "drop" => Self::Drop,
            "done-and-drop" => Self::DoneAndDrop,
            "down" => Self::Fail(503),
            "wrong-encoding" => Self::Spoil(Spoil::WrongEncoding),
            "entity-bomb" => Self::Spoil(Spoil::EntityBomb),
            "other-txn" => Self::Spoil(Spoil::OtherTxn),
            "two-answers" => Self::Spoil(Spoil::TwoAnswers),
            "two-results" => Self::Spoil(Spoil::TwoResults),
            "truncated" => Self::Spoil(Spoil::Truncated),
            "too-long" => Self::Spoil(Spoil::TooLong),
            _ => return Err(UnknownFault),
        })
    }
}
