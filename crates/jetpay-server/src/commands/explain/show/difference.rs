//! Two strings, one under the other, with their first difference marked.

use jetpay_platform::visible;

use super::cells::Cell;
use super::width::width;
use super::{BAD, GOOD, MARK};

/// Columns before the difference and behind it.
const CONTEXT: usize = 30;

/// Two strings with their names.
pub(super) struct Pair<'a> {
    pub(super) right: (&'a str, Vec<Cell<'a>>),
    pub(super) other: (&'a str, Vec<Cell<'a>>),
}

impl Pair<'_> {
    /// Where the first difference stands; `None` when there is none.
    fn at(&self) -> Option<usize> {
        let (right, other) = (&self.right.1, &self.other.1);
        let same = right
            .iter()
            .zip(other)
            .take_while(|(right, other)| right.text == other.text)
            .count();
        (same < right.len() || same < other.len()).then_some(same)
    }

    /// Three lines, each indented. `None` when the strings are equal.
    pub(super) fn marked(&self) -> Option<String> {
        let at = self.at()?;
        let (before, cut) = before(&self.right.1[..at]);
        let names = width(self.right.0).max(width(self.other.0));
        let line = |(name, cells): &(&str, Vec<Cell<'_>>), style: anstyle::Style| {
            let (differing, behind) = behind(&cells[at..]);
            format!("  {name:<names$}  {cut}{before}{style}{differing}{style:#}{behind}\n")
        };
        let indent = " ".repeat(names + 4 + width(cut) + width(&before));
        Some(
            [
                line(&self.right, GOOD),
                line(&self.other, BAD),
                format!("{indent}{MARK}^ {}{MARK:#}\n", self.words(at)),
            ]
            .concat(),
        )
    }

    fn words(&self, at: usize) -> String {
        let path = |cells: &[Cell<'_>]| cells.get(at).map(|cell| visible::line(cell.path));
        let (right, other) = (&self.right.1, &self.other.1);
        match (path(right), path(other)) {
            (Some(right), Some(other)) if right == other || other.is_empty() => {
                format!("the first difference, in `{right}`")
            }
            (Some(right), Some(other)) => {
                format!("the first difference: `{other}` stands where `{right}` belongs")
            }
            (Some(right), None) => format!("the first difference: it ends where `{right}` goes on"),
            (None, Some(other)) => format!("the first difference: it goes on with `{other}`"),
            (None, None) => "the first difference".to_owned(),
        }
    }
}

/// The end of what is the same, and what stands for the rest.
fn before(cells: &[Cell<'_>]) -> (String, &'static str) {
    let mut shown = String::new();
    for cell in cells.iter().rev() {
        let one = cell.shown();
        if width(&shown) + width(&one) > CONTEXT {
            return (shown, "…");
        }
        shown.insert_str(0, &one);
    }
    (shown, "")
}

/// The first cell that differs, and the beginning of what follows.
fn behind(cells: &[Cell<'_>]) -> (String, String) {
    let Some((first, rest)) = cells.split_first() else {
        return (String::new(), String::new());
    };
    let mut shown = String::new();
    for cell in rest {
        let one = cell.shown();
        if width(&shown) + width(&one) > CONTEXT {
            shown.push('…');
            break;
        }
        shown.push_str(&one);
    }
    (first.shown(), shown)
}
