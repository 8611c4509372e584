//! The one pass over a body: it flattens the JSON while it parses.

use super::canonical::Unreadable;
use super::flattener::{Flattener, Parent, Rank};
use super::json::{Number, Reader, Stop};
use super::leaves::{Kind, Span};
use super::marks::{COLON, DIGIT_OR_SPACE, marks_of};
use super::natural::is_space;
use super::number::push_float;
use super::siblings::{Object, Siblings};

/// The maximum depth of objects and arrays.
const DEEPEST: usize = 127;

/// The maximum number of white space in all keys. No real key has any, and it takes long to compare such paths.
const SPACES: usize = 1024;

/// The pass itself.
pub(super) struct Pass<'b> {
    reader: Reader<'b>,
    flattener: Flattener,
    siblings: Siblings,
    /// The path of the innermost object or array, with a `:` at its end.
    path: String,
    depth: usize,
    spaces_left: usize,
}

impl<'b> Pass<'b> {
    /// Fills `flattener` with the values of a body.
    pub(super) fn over(body: &'b str, flattener: Flattener) -> Result<Flattener, Unreadable> {
        let mut pass = Self {
            reader: Reader::new(body),
            flattener,
            siblings: Siblings::with_capacity(32),
            path: String::with_capacity(64),
            depth: 0,
            spaces_left: SPACES,
        };
        if pass.reader.peek() != b'{' {
            return Err(Unreadable::NotAnObject);
        }
        let done = pass.object(Some(&mut Parent::new("")));
        match done.and_then(|()| pass.reader.end()) {
            Ok(()) => Ok(pass.flattener),
            Err(Stop) => Err(pass
                .reader
                .flaw()
                .map_or(Unreadable::TooLarge, Unreadable::Json)),
        }
    }

    /// Reads an object, of which the brace is next. Values below `signature` and `frame_mode` have no parent: they are
    /// checked, but neither signed nor read.
    fn object(&mut self, mut parent: Option<&mut Parent>) -> Result<(), Stop> {
        self.descend()?;
        let object = self.siblings.open();
        let mut seen = 0;
        if self.reader.peek() != b'}' {
            loop {
                self.field(parent.as_deref_mut(), &object, &mut seen)?;
                match self.reader.peek() {
                    b',' => self.reader.at += 1,
                    b'}' => break,
                    _ => return self.reader.stop("`,` or `}` was expected"),
                }
            }
        }
        if !self.siblings.close(&object, &self.flattener.source) {
            return self.reader.stop(REPEATED);
        }
        if parent.is_some() {
            let rank = match &*self.path {
                "" => Rank::EndOfTop,
                "general:" => Rank::EndOfGeneral,
                _ => Rank::None,
            };
            let is_empty = seen == 0;
            let name = if is_empty {
                "\"signature\":"
            } else {
                ",\"signature\":"
            };
            let end = self.reader.at;
            self.flattener.place(rank, end..end, name);
        }
        self.ascend();
        Ok(())
    }

    fn field(
        &mut self,
        parent: Option<&mut Parent>,
        object: &Object,
        seen: &mut u64,
    ) -> Result<(), Stop> {
        if self.reader.peek() != b'"' {
            return self.reader.stop("a key in quotation marks was expected");
        }
        let begin = self.reader.at;
        let (name, marks) = match self.reader.plain_key() {
            Some(name) => (name, 0),
            None => self.awkward_key()?,
        };
        let source = &self.flattener.source;
        if !self.siblings.add(object, seen, name, source) {
            return self.reader.stop_at(REPEATED, begin);
        }
        if self.reader.peek() != b':' {
            return self.reader.stop("`:` was expected");
        }
        self.reader.at += 1;
        let Some(parent) = parent else {
            return self.unsigned();
        };
        self.flattener.marks |= marks;
        match name.of(source) {
            "signature" => self.signature(parent, name),
            "frame_mode" => self.unsigned(),
            _ => {
                // Most values are texts without escapes.
                if self.reader.peek() == b'"'
                    && let Some(text) = self.reader.plain_text()
                {
                    return self.add(parent, name, (Kind::Text, text));
                }
                self.value(parent, name)
            }
        }
    }

    /// Reads a key that has more than letters.
    #[cold]
    fn awkward_key(&mut self) -> Result<(Span, u8), Stop> {
        let begin = self.reader.at;
        let mut name = self.text()?;
        let key = name.of(&self.flattener.source);
        if key.is_empty() {
            return self.reader.stop_at("an empty key is never signed", begin);
        }
        let marks = marks_of(key);
        let spaces = key.bytes().filter(|&byte| is_space(byte)).count();
        self.spaces_left = self.spaces_left.checked_sub(spaces).ok_or(Stop)?;
        if marks & COLON != 0 {
            // The end of the path is free.
            let length = self.path.len();
            for character in key.chars() {
                self.path.push(character);
                if character == ':' {
                    self.path.push(':');
                }
            }
            let doubled = &self.path[length..];
            name = self.flattener.append(|source| source.push_str(doubled));
            self.path.truncate(length);
        }
        Ok((name, marks))
    }

    /// Reads the value of a key `signature`. One that is `null` is an ordinary value.
    fn signature(&mut self, parent: &mut Parent, name: Span) -> Result<(), Stop> {
        let rank = match &*self.path {
            "" => Rank::AtTop,
            "general:" => Rank::InGeneral,
            _ => Rank::None,
        };
        let next = self.reader.peek();
        let start = self.reader.at;
        if next == b'"' && rank != Rank::None {
            let span = self.text()?;
            self.flattener.sign(span, rank == Rank::AtTop);
        } else if next == b'n' {
            self.value(parent, name)?;
        } else {
            self.unsigned()?;
        }
        let end = self.reader.at;
        self.flattener.place(rank, start..end, "");
        Ok(())
    }

    /// Reads an array, of which the bracket is next.
    fn array(&mut self, mut parent: Option<&mut Parent>) -> Result<(), Stop> {
        self.descend()?;
        if self.reader.peek() != b']' {
            for index in 0_usize.. {
                if let Some(parent) = parent.as_deref_mut() {
                    self.flattener.marks |= DIGIT_OR_SPACE;
                    let mut digits = itoa::Buffer::new();
                    let digits = digits.format(index);
                    let name = self.flattener.append(|source| source.push_str(digits));
                    self.value(parent, name)?;
                } else {
                    self.unsigned()?;
                }
                match self.reader.peek() {
                    b',' => self.reader.at += 1,
                    b']' => break,
                    _ => return self.reader.stop("`,` or `]` was expected"),
                }
            }
        }
        self.ascend();
        Ok(())
    }

    /// Reads a value that is signed.
    fn value(&mut self, parent: &mut Parent, name: Span) -> Result<(), Stop> {
        let next = self.reader.peek();
        if !matches!(next, b'{' | b'[') {
            let value = self.single_value(next)?;
            return self.add(parent, name, value);
        }
        let length = self.path.len();
        self.path.push_str(self.flattener.text(name));
        self.path.push(':');
        let mut own = Parent::new(&self.path);
        if next == b'{' {
            self.object(Some(&mut own))?;
        } else {
            self.array(Some(&mut own))?;
        }
        self.path.truncate(length);
        Ok(())
    }

    /// Reads a value that is neither signed nor kept.
    fn unsigned(&mut self) -> Result<(), Stop> {
        match self.reader.peek() {
            b'{' => self.object(None),
            b'[' => self.array(None),
            next => {
                let length = self.flattener.source.len();
                let (kind, _) = self.single_value(next)?;
                self.flattener.source.truncate(length);
                self.flattener.count(kind)
            }
        }
    }

    /// Reads a text, of which the opening quotation mark is next.
    fn text(&mut self) -> Result<Span, Stop> {
        if let Some(text) = self.reader.plain_text() {
            return Ok(text);
        }
        let decoded = self.reader.text()?;
        Ok(self.flattener.append(|source| source.push_str(&decoded)))
    }

    fn single_value(&mut self, next: u8) -> Result<(Kind, Span), Stop> {
        let start = self.reader.at;
        if next == b'"' {
            return Ok((Kind::Text, self.text()?));
        }
        let (reader, flattener) = (&mut self.reader, &mut self.flattener);
        Ok(match next {
            b'-' | b'0'..=b'9' => match reader.number()? {
                Number::Integer => (Kind::Integer, Span::new(start, reader.at)),
                Number::Float(float) => {
                    let printed = flattener.append(|source| push_float(source, float));
                    (Kind::Float, printed)
                }
            },
            b't' => {
                reader.word("true")?;
                (Kind::Bool, flattener.append(|source| source.push('1')))
            }
            b'f' => {
                reader.word("false")?;
                (Kind::Bool, flattener.append(|source| source.push('0')))
            }
            b'n' => {
                reader.word("null")?;
                (Kind::Null, Span::default())
            }
            _ => return reader.stop("a value was expected"),
        })
    }

    #[inline]
    fn add(&mut self, parent: &mut Parent, key: Span, value: (Kind, Span)) -> Result<(), Stop> {
        self.flattener.add(parent, &self.path, key, value)
    }

    fn descend(&mut self) -> Result<(), Stop> {
        // An object without values costs about as much as a value.
        self.flattener.count(Kind::Null)?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.reader.stop("more than 127 levels");
        }
        self.reader.at += 1;
        Ok(())
    }

    fn ascend(&mut self) {
        self.depth -= 1;
        self.reader.at += 1;
    }
}

const REPEATED: &str = "an object has a key twice";
