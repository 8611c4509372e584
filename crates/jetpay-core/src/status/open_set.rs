//! The macro that declares an open set of words, and the one spelling in which words are compared.

use std::fmt;

/// Declares an enum with a variant for each known word, and `Other` for unknown ones. Words of a status have a class.
macro_rules! open_set {
    (
        $(#[$about:meta])*
        $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal => $class:ident,)+ }
    ) => {
        open_set! { $(#[$about])* $name { $($(#[$note])* $variant = $word,)+ } }

        impl $name {
            /// What the status means. An unknown word is [`StatusClass::Unknown`](crate::status::StatusClass::Unknown).
            #[must_use]
            pub const fn class(&self) -> $crate::status::StatusClass {
                match self {
                    $(Self::$variant => $crate::status::StatusClass::$class,)+
                    Self::Other(_) => $crate::status::StatusClass::Unknown,
                }
            }

            /// Whether the outcome is known; see
            /// [`StatusClass::is_final`](crate::status::StatusClass::is_final).
            #[must_use]
            pub const fn is_final(&self) -> bool {
                self.class().is_final()
            }
        }
    };
    (
        $(#[$about:meta])*
        $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal,)+ }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $word, "`.")]
                $(#[$note])*
                $variant,
            )+
            /// An unknown word, as received. Only `From<&str>` makes it, so it never has a known word.
            Other($crate::status::UnknownWord),
        }

        impl $name {
            /// All known words, in the order of the variants.
            pub const KNOWN: &[Self] = &[$(Self::$variant),+];

            /// The word: a known one in its one spelling, an unknown one as received.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(text) => text.as_str(),
                }
            }

            fn known(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            /// Reads a word. An unknown one is kept as [`Other`](Self::Other), never refused.
            fn from(text: &str) -> Self {
                // A word is nearly always in its one spelling already; then nothing is allocated.
                Self::known(text)
                    .or_else(|| Self::known(&$crate::status::open_set::one_spelling(text)))
                    .unwrap_or_else(|| Self::Other($crate::status::UnknownWord::new(text)))
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            /// Like `From<&str>`: it never fails.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
                Ok(Self::from(&*word))
            }
        }
    };
}

pub(super) use open_set;

/// A word that the set does not have, as received. Only the conversion of a text to the set's type makes one.
///
/// An unknown word that comes with a success must not pass in silence: store it and raise an alarm, because the callback
/// does not come again.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnknownWord(Box<str>);

impl UnknownWord {
    pub(super) fn new(word: &str) -> Self {
        Self(word.into())
    }

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Converts to lower case, `_` to a space, and `cancelled` to `canceled`. Space around the word stays, so that the word
/// is unknown.
pub(super) fn one_spelling(text: &str) -> String {
    let lower = text.to_ascii_lowercase().replace('_', " ");
    lower.replace("cancelled", "canceled")
}

#[cfg(test)]
#[expect(
    unreachable_pub,
    reason = "the macro makes public items, here inside a private module"
)]
mod tests {
    use super::*;

    open_set! {
        /// Two words to test the macro with.
        Light {
            /// Stop.
            Red = "red",
            GoneOut = "gone out",
        }
    }

    #[test]
    fn every_spelling_of_a_known_word_is_the_known_word() {
        for text in ["gone out", "gone_out", "GONE OUT", "Gone_Out"] {
            assert_eq!(Light::from(text), Light::GoneOut, "{text}");
        }
        assert_eq!(Light::GoneOut.to_string(), "gone out");
        assert_eq!(Light::KNOWN, [Light::Red, Light::GoneOut]);
    }

    #[test]
    fn unknown_word_is_kept_as_received() {
        for text in [
            "",
            "Blue",
            "RED_ISH",
            " red",
            "red ",
            "gone  out",
            "красный",
        ] {
            let light = Light::from(text);
            assert!(matches!(light, Light::Other(_)));
            assert_eq!(light.as_str(), text);
            assert_eq!(serde_json::to_value(&light).unwrap(), text);
            assert_eq!(Light::from(light.as_str()), light);
            assert_eq!(light.to_string().parse(), Ok(light));
        }
    }

    #[test]
    fn double_l_of_cancelled_is_dropped() {
        assert_eq!(one_spelling("INVOICE_CANCELLED"), "invoice canceled");
        assert_eq!(one_spelling("canceled"), "canceled");
    }
}
