//! The planted bugs, as data. A person could have written each of them.

mod payouts;
mod top_ups;

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Result, bail, ensure};

use super::copy::Built;

/// A bug.
pub(super) struct Planted {
    /// What is wrong.
    pub(super) name: &'static str,
    pub(super) edits: &'static [Edit],
}

/// A text that occurs exactly once in a file, and its replacement.
#[derive(PartialEq)]
pub(super) struct Edit {
    pub(super) file: &'static str,
    pub(super) find: &'static str,
    pub(super) replace: &'static str,
}

const fn edit(file: &'static str, find: &'static str, replace: &'static str) -> Edit {
    Edit {
        file,
        find,
        replace,
    }
}

/// All of them.
pub(super) fn planted() -> impl Iterator<Item = &'static Planted> {
    top_ups::TOP_UPS.iter().chain(payouts::PAYOUTS)
}

/// The files that these bugs change, with all the bugs in them.
///
/// # Errors
/// The text of an edit does not occur exactly once, or two bugs change the same text in different ways.
pub(super) fn patch(
    bugs: &[&'static Planted],
    read: &dyn Fn(&'static str) -> Result<String>,
) -> Result<BTreeMap<&'static str, String>> {
    let mut changes = BTreeMap::<&str, Vec<(Range<usize>, &Edit)>>::new();
    let mut texts = BTreeMap::new();
    for bug in bugs {
        for edit in bug.edits {
            if !texts.contains_key(edit.file) {
                texts.insert(edit.file, read(edit.file)?);
            }
            let range = place(&texts[edit.file], edit)?;
            let file = changes.entry(edit.file).or_default();
            // Two bugs may share an edit, such as the loss of a unique index.
            if file.iter().any(|(_, other)| *other == edit) {
                continue;
            }
            if file.iter().any(|(other, _)| overlap(other, &range)) {
                bail!("`{}` changes a text that another bug changes", bug.name);
            }
            file.push((range, edit));
        }
    }
    for (file, mut changes) in changes {
        let text = texts.entry(file).or_default();
        // From the end, so that the earlier places stay valid.
        changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, edit) in changes {
            text.replace_range(range, edit.replace);
        }
    }
    Ok(texts)
}

/// Sorts the bugs into rounds: those of one round can be planted together.
pub(super) fn rounds(
    bugs: &[&'static Planted],
    read: &dyn Fn(&'static str) -> Result<String>,
) -> Vec<Vec<&'static Planted>> {
    let mut rounds: Vec<Vec<&'static Planted>> = Vec::new();
    for bug in bugs {
        let together = |round: &Vec<&'static Planted>| {
            let all: Vec<_> = round.iter().chain([bug]).copied().collect();
            patch(&all, read).is_ok()
        };
        match rounds.iter().position(together) {
            Some(round) => rounds[round].push(bug),
            None => rounds.push(vec![bug]),
        }
    }
    rounds
}

/// Which of these bugs do not compile, and what the compiler says. Halves them until a bug is alone.
pub(super) fn guilty(
    bugs: &[&'static Planted],
    check: &mut dyn FnMut(&[&'static Planted]) -> Result<Built>,
) -> Result<Vec<(&'static str, String)>> {
    let Err(why) = check(bugs)? else {
        return Ok(Vec::new());
    };
    if let [bug] = bugs {
        return Ok(vec![(bug.name, why)]);
    }
    let (left, right) = bugs.split_at(bugs.len() / 2);
    let mut found = guilty(left, check)?;
    found.extend(guilty(right, check)?);
    Ok(found)
}

/// Where the text of an edit is.
fn place(text: &str, edit: &Edit) -> Result<Range<usize>> {
    let times = text.matches(edit.find).count();
    ensure!(
        times == 1,
        "{} has this {times} times, and not once:\n{}",
        edit.file,
        edit.find
    );
    let start = text.find(edit.find).unwrap_or_default();
    Ok(start..start + edit.find.len())
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use super::{Built, Planted, edit, guilty, patch, planted, rounds};
    use crate::shell;

    #[test]
    fn every_planted_bug_still_has_the_text_that_it_changes() {
        let read = |file: &'static str| {
            Ok(std::fs::read_to_string(shell::root().join(file))?.replace("\r\n", "\n"))
        };
        for bug in planted() {
            if let Err(error) = patch(&[bug], &read) {
                panic!("{}: {error:#}", bug.name);
            }
        }
    }

    const FIRST: Planted = Planted {
        name: "first",
        edits: &[edit("file", "one", "1"), edit("file", "four", "")],
    };
    const SECOND: Planted = Planted {
        name: "second",
        edits: &[edit("file", "three", "3"), edit("file", "four", "")],
    };
    const THIRD: Planted = Planted {
        name: "third",
        edits: &[edit("file", "ne two", "")],
    };
    const GONE: Planted = Planted {
        name: "gone",
        edits: &[edit("file", "five", "5")],
    };

    #[test]
    fn bugs_that_change_different_texts_are_planted_together() {
        let read = |_: &str| Ok("one two three four".to_owned());
        let texts = patch(&[&FIRST, &SECOND], &read).unwrap();
        assert_eq!(texts["file"], "1 two 3 ");
        let names: Vec<Vec<&str>> = rounds(&[&FIRST, &THIRD, &SECOND], &read)
            .iter()
            .map(|round| round.iter().map(|bug| bug.name).collect())
            .collect();
        assert_eq!(names, [vec!["first", "second"], vec!["third"]]);
    }

    #[test]
    fn bug_whose_text_is_gone_is_an_error_that_quotes_the_text() {
        let error = patch(&[&GONE], &|_| Ok("one".to_owned())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "file has this 0 times, and not once:\nfive"
        );
    }

    #[test]
    fn bugs_that_do_not_compile_are_named_out_of_a_round() {
        let bugs: Vec<_> = planted().take(7).collect();
        let bad = [bugs[1].name, bugs[6].name];
        let check = &mut |bugs: &[&'static Planted]| {
            let broken = bugs.iter().any(|bug| bad.contains(&bug.name));
            Ok::<Built, anyhow::Error>(if broken {
                Err("error".to_owned())
            } else {
                Ok(())
            })
        };
        let found = guilty(&bugs, check).unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, bad);
    }
}
