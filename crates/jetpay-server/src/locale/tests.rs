//! No text is missing in any language.
