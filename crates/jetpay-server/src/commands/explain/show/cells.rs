//! A string to sign as cells, which are compared and shown one by one.

use jetpay_explain::{Line, ValueKind};
use jetpay_platform::visible;

/// A character, or a whole value that is hidden.
pub(super) struct Cell<'a> {
    /// The text that is compared.
    pub(super) text: &'a str,
    /// The path of the value that the cell belongs to.
    pub(super) path: &'a str,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Character,
    Hidden(ValueKind),
    HiddenPart,
}

impl Cell<'_> {
    pub(super) fn shown(&self) -> String {
        let length = self.text.chars().count();
        let kind = match self.kind {
            Kind::Character => return visible::line(self.text),
            Kind::Hidden(ValueKind::Text) => "text",
            Kind::Hidden(ValueKind::Number) => "number",
            Kind::Hidden(ValueKind::Boolean) => "boolean",
            Kind::Hidden(ValueKind::Null) => "null",
            Kind::HiddenPart => "value",
        };
        format!("<{kind} of {length}>")
    }
}

/// The cells of a canonical string, value by value.
pub(super) fn of_lines(lines: &[Line], redact: bool) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let path = line.path();
        if at > 0 {
            // `;` belongs to the value before it: two strings differ here when one value is longer.
            add(&mut cells, ";", lines[at - 1].path());
        }
        add(&mut cells, path, path);
        add(&mut cells, ":", path);
        if !redact {
            add(&mut cells, line.value(), path);
        } else if !line.value().is_empty() {
            let kind = Kind::Hidden(line.kind());
            cells.push(Cell {
                text: line.value(),
                path,
                kind,
            });
        }
    }
    cells
}

/// The cells of a string from another source. A value begins after a path that `lines` contains, else after the first `:`.
pub(super) fn of_string<'a>(string: &'a str, lines: &'a [Line], redact: bool) -> Vec<Cell<'a>> {
    let mut cells = Vec::new();
    let mut ended = "";
    for (at, part) in string.split(';').enumerate() {
        let known = |line: &&Line| {
            part.strip_prefix(line.path())
                .is_some_and(|rest| rest.starts_with(':'))
        };
        let known = lines
            .iter()
            .filter(known)
            .map(|line| line.path().len())
            .max();
        let end = known.or_else(|| part.find(':')).unwrap_or(0);
        let (path, value) = part.split_at(end);
        if at > 0 {
            add(&mut cells, ";", ended);
        }
        ended = path;
        add(&mut cells, path, path);
        let (colon, value) = value.split_at(usize::from(value.starts_with(':')));
        add(&mut cells, colon, path);
        if !redact {
            add(&mut cells, value, path);
        } else if !value.is_empty() {
            cells.push(Cell {
                text: value,
                path,
                kind: Kind::HiddenPart,
            });
        }
    }
    cells
}

/// The cells of a text without paths.
pub(super) fn of_text(text: &str) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    add(&mut cells, text, "");
    cells
}

fn add<'a>(cells: &mut Vec<Cell<'a>>, text: &'a str, path: &'a str) {
    cells.extend(text.char_indices().map(|(at, character)| Cell {
        text: &text[at..at + character.len_utf8()],
        path,
        kind: Kind::Character,
    }));
}

/// The cells as they are shown.
pub(super) fn shown(cells: &[Cell<'_>]) -> String {
    cells.iter().map(Cell::shown).collect()
}
