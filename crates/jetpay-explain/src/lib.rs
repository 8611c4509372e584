//! Why a signature matches or not, as a value.
//!
//! # Which crates do I need?
//!
//! This one and `jetpay-core`, to write a tool of your own. The command `jetpay explain` is such a tool, ready to use.
//!
//! # A program
//!
//! This crate helps a person who connects two systems and sees only "wrong signature". It examines the body in many ways:
//! with other secrets, in other serialisations, and by the rules of the platform's other SDKs. This is slow. It does not
//! decide whether a message is accepted; only [`Received::authenticate`](jetpay_core::message::Received::authenticate)
//! does.
//!
//! ```
//! use jetpay_explain::{Hint, SecretForm, Verdict, explain};
//! use jetpay_core::signature::{Key, sign};
//!
//! let body = sign(br#"{"project_id": 1234, "type": "verify"}"#, &Key::new("secret")?)?;
//! assert_eq!(explain(&body, &[Key::new("secret")?]).verdict, Verdict::Match);
//!
//! // The secret was copied with a line break.
//! let explanation = explain(&body, &[Key::new("secret\n")?]);
//! assert_eq!(explanation.verdict, Verdict::Mismatch);
//! assert_eq!(explanation.hints, [Hint::SecretForm(SecretForm::Trimmed)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! There are none: a body that is not JSON has an explanation, too. [`Verdict`] is the answer, [`Hint`] says what to change.
//! The texts of both are for people, and an [`Explanation`] has the payer's data and the right signature: keep it inside.
//!
//! # Where may `async` code block?
//!
//! Nothing here is `async`. An explanation signs the body in many ways, so do not make one for each message on the thread
//! of a web server.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod candidates;
mod case;
mod flatten;
mod hint;
mod json;
mod loose;
mod rule;
mod secret;
mod signed;
mod texts;

use std::fmt;

use jetpay_core::id::ProjectId;
use jetpay_core::message::Received;
use jetpay_core::signature::{Canonical, Key, Keyring, Order, Project, Unreadable};
use serde::Serialize;

use case::Case;
pub use hint::Hint;
pub use rule::OtherRule;
pub use secret::SecretForm;
pub use signed::{Line, Signed, ValueKind};

/// The explanation of a body's signature.
///
/// It has the payer's data and, for a mismatch, the right signature. Show it only to people who own the secret, and never
/// return it to the sender of the body. `Debug` hides both.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// Whether the signature matches.
    pub verdict: Verdict,
    /// The project that the body names. It need not be configured. Source: `project_id`, also in `general`.
    pub project: Option<ProjectId>,
    /// The order of paths with which the signature matches.
    pub order: Option<Order>,
    /// The index of the project's secret that matches, from 0.
    pub secret: Option<usize>,
    /// The string to sign: the one that matches, else the one in natural order.
    pub string_to_sign: Option<String>,
    /// The values of the string to sign, in natural order. The list is empty if the string is far larger than the body.
    #[serde(skip)]
    pub lines: Vec<Line>,
    /// The signature of [`string_to_sign`](Self::string_to_sign) with the secret that matches, else with the first one.
    pub computed: Option<String>,
    /// The signature in the body. Source: `signature`, at the top level or in `general`.
    pub given: Option<String>,
    /// What the sender signed instead, if the signature does not match and something explains it.
    pub signed: Option<Signed>,
    /// The hints, the most likely one first.
    pub hints: Vec<Hint>,
}

/// Whether a signature matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(
    clippy::exhaustive_enums,
    reason = "a program that shows it must handle every verdict"
)]
pub enum Verdict {
    /// The signature matches.
    Match,
    /// The signature does not match, or the body has none.
    Mismatch,
    /// The body cannot be read, so there is no string to sign.
    Unreadable,
}

/// Explains a body with the given secrets. The project that the body names does not matter.
#[must_use]
pub fn explain(body: &[u8], keys: &[Key]) -> Explanation {
    match parse(body) {
        Ok((received, canonical)) => Case {
            body,
            canonical,
            claimed: received.claimed_project(),
            keys,
            others: &[],
        }
        .explanation(),
        Err(why) => Explanation::unreadable(Hint::Unreadable(why)),
    }
}

/// A received message sorts its values only for a known project, so its canonical form is made here.
fn parse(body: &[u8]) -> Result<(Received<'_>, Canonical), Unreadable> {
    Ok((Received::parse(body)?, Canonical::parse(body)?))
}

/// Explains a body with the secrets of the project that it names, then with the secrets of the other projects. It also
/// says if a message with a matching signature would be refused.
///
/// ```
/// use jetpay_explain::{Hint, explain_with};
/// use jetpay_core::id::ProjectId;
/// use jetpay_core::signature::{Key, Keyring, Project, sign};
///
/// let keyring = Keyring::new([Project::new(1, "one")?, Project::new(2, "two")?])?;
/// let body = sign(br#"{"project_id": 1}"#, &Key::new("two")?)?;
/// assert_eq!(explain_with(&body, &keyring).hints, [Hint::OtherProject(ProjectId::new(2))]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain_with(body: &[u8], keyring: &Keyring) -> Explanation {
    let (received, canonical) = match parse(body) {
        Ok(parsed) => parsed,
        Err(why) => return Explanation::unreadable(Hint::Unreadable(why)),
    };
    let project = received
        .claimed_project()
        .and_then(|id| keyring.project(id));
    let keys = project.map_or(&[][..], Project::keys);
    let others: Vec<&Project> = keyring
        .projects()
        .iter()
        .filter(|other| Some(other.id()) != project.map(Project::id))
        .collect();
    let mut explanation = Case {
        body,
        canonical,
        claimed: received.claimed_project(),
        keys,
        others: &others,
    }
    .explanation();
    if project.is_none() {
        explanation.hints.insert(0, Hint::UnknownProject);
    }
    if let Ok(message) = received.authenticate(keyring) {
        // Only a method knows the fields of its requests. This checks what all methods share.
        let refused = if message.is_callback() {
            message.callback().err()
        } else {
            message.project_id().err()
        };
        explanation
            .hints
            .retain(|hint| !matches!(hint, Hint::Refused(_)));
        explanation.hints.extend(refused.map(Hint::Refused));
    }
    explanation
}

impl Explanation {
    fn unreadable(hint: Hint) -> Self {
        Self {
            verdict: Verdict::Unreadable,
            project: None,
            order: None,
            secret: None,
            string_to_sign: None,
            lines: Vec::new(),
            computed: None,
            given: None,
            signed: None,
            hints: vec![hint],
        }
    }
}

impl fmt::Debug for Explanation {
    /// Omits the payer's data and the signatures.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explanation")
            .field("verdict", &self.verdict)
            .field("order", &self.order)
            .field("secret", &self.secret)
            .field("hints", &self.hints)
            .finish_non_exhaustive()
    }
}
