//! Why an operator decided something.

use super::refusal::{LONGEST_REASON, ResolveError};
use super::stored::without_nul;

/// Why an operator decided something, and who did. The ledger records both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Why, in the operator's words: what [`check`](Self::check) lets through.
    pub text: String,
    /// The name of the token with which the decision came, where it is known.
    pub by: Option<String>,
}

impl Reason {
    /// The longest text, in characters.
    pub const LONGEST: usize = LONGEST_REASON;

    /// Whether it is a reason: a person can see something of it, and it is not too long.
    ///
    /// # Errors
    /// [`ResolveError::NoReason`], [`ResolveError::ReasonTooLong`].
    pub fn check(&self) -> Result<(), ResolveError> {
        if !self.text.chars().any(is_visible) {
            return Err(ResolveError::NoReason);
        }
        // A browser sends a line break as two characters, and counts it as one.
        let length = self.text.chars().filter(|it| *it != '\r').count();
        if length > Self::LONGEST {
            return Err(ResolveError::ReasonTooLong);
        }
        Ok(())
    }

    /// The reason as every store can keep it.
    pub(crate) fn checked(mut self) -> Result<Self, ResolveError> {
        self.check()?;
        self.text = without_nul(&self.text).into_owned();
        Ok(self)
    }

    /// Whether a recorded decision has this reason, of the same person: then the decision is the same request again.
    #[must_use]
    pub fn is_of(&self, text: &str, by: Option<&str>) -> bool {
        without_nul(&self.text) == text && self.by.as_deref() == by
    }
}

/// Whether a character has a shape: it is no white space, no control character, and none of those that only join, turn or fill.
fn is_visible(character: char) -> bool {
    let is_shapeless = matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}' | '\u{e0000}'..='\u{e0fff}');
    !is_shapeless && !character.is_whitespace() && !character.is_control()
}

/// A reason without the name of a token.
impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A reason without the name of a token.
impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self { text, by: None }
    }
}
