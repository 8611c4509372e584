//! Why a signature matches or not, as a value.
//!
//! For the person who connects two systems and sees only "wrong signature". The body is examined slowly and in many
//! ways: other secrets, other serialisations, the rules of the platform's other SDKs. Nothing here decides whether a
//! message is believed; [`Received::authenticate`](jetpay_core::message::Received::authenticate) does.
//!
//! ```
//! use jetpay_explain::{Hint, Verdict, explain};
//! use jetpay_core::signature::{Key, sign};
//!
//! let body = sign(br#"{"project_id": 1234, "type": "verify"}"#, &Key::new("secret")?)?;
//! assert_eq!(explain(&body, &[Key::new("secret")?]).verdict, Verdict::Match);
//!
//! // A line break came along when the secret was copied.
//! let explanation = explain(&body, &[Key::new("secret\n")?]);
//! assert_eq!(explanation.verdict, Verdict::Mismatch);
//! assert_eq!(explanation.hints, [Hint::SecretTrimmed]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod candidates;
mod case;
mod flatten;
mod hint;
mod json;
mod loose;
mod rule;
mod signed;
mod tree;

use std::fmt;

use jetpay_core::id::ProjectId;
use jetpay_core::message::Received;
use jetpay_core::signature::{Key, Keyring, Order, Project};
use serde::Serialize;

use case::Case;
pub use hint::Hint;
pub use rule::OtherRule;
pub use signed::{Line, Signed, ValueKind};

/// What is known of a body's signature.
///
/// It holds the payer's data, and for a mismatch the signature that would have been right: show it to the people who
/// own the secret, and never send it to whoever sent the body. `Debug` hides both.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// Whether the signature matches.
    pub verdict: Verdict,
    /// The project that the body names, whether it is known or not.
    pub project: Option<ProjectId>,
    /// The order of the paths in which it matches.
    pub order: Option<Order>,
    /// Which of the project's secrets matches, from 0.
    pub secret: Option<usize>,
    /// What has to be signed: the string that matches, else the one in natural order.
    pub string_to_sign: Option<String>,
    /// The string to sign in natural order, value by value. Empty also for a body whose string is enormous.
    #[serde(skip)]
    pub lines: Vec<Line>,
    /// The signature of [`string_to_sign`](Self::string_to_sign): by the secret that matches, else by the first.
    pub computed: Option<String>,
    /// The signature that the body carries.
    pub given: Option<String>,
    /// What was signed instead, when the signature does not match and yet something explains it.
    pub signed: Option<Signed>,
    /// What was noticed, the likeliest first.
    pub hints: Vec<Hint>,
}

/// Whether a signature matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It does.
    Match,
    /// It does not, or there is none.
    Mismatch,
    /// The body cannot be read, so there is nothing to compare.
    Unreadable,
}

/// Explains a body by the secrets of one project, whatever project the body names.
#[must_use]
pub fn explain(body: &[u8], keys: &[Key]) -> Explanation {
    match Received::parse(body) {
        Ok(received) => Case {
            body,
            received: &received,
            keys,
            others: &[],
        }
        .explanation(),
        Err(why) => Explanation::unreadable(Hint::Unreadable(why)),
    }
}

/// Explains a body by the secrets of the project that it names; also tries those of the others, and says when a
/// message with a good signature would be refused all the same.
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
    let received = match Received::parse(body) {
        Ok(received) => received,
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
        received: &received,
        keys,
        others: &others,
    }
    .explanation();
    if project.is_none() {
        explanation.hints.insert(0, Hint::UnknownProject);
    }
    if let Ok(message) = received.authenticate(keyring) {
        // Which fields a request must have is the method's to say; what all share is looked at.
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
    /// Without the payer's data and without signatures.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explanation")
            .field("verdict", &self.verdict)
            .field("order", &self.order)
            .field("secret", &self.secret)
            .field("hints", &self.hints)
            .finish_non_exhaustive()
    }
}
