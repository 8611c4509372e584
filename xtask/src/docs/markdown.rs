//! What the checks need to know of Markdown: paragraphs, code spans, links, tables and the anchors of headings.

use std::collections::HashSet;

/// A part of a page, and the line that it begins at.
pub(super) struct Part {
    pub(super) line: usize,
    pub(super) text: String,
}

/// The paragraphs outside of fenced code. Blank lines and fences separate them.
pub(super) fn paragraphs(text: &str) -> Vec<Part> {
    let mut found: Vec<Part> = Vec::new();
    let (mut fenced, mut open) = (false, false);
    for (index, line) in text.lines().enumerate() {
        let fence = line.trim_start().starts_with("```");
        if fence {
            fenced = !fenced;
        }
        if fence || fenced || line.trim().is_empty() {
            open = false;
            continue;
        }
        match found.last_mut().filter(|_| open) {
            Some(part) => {
                part.text.push('\n');
                part.text.push_str(line);
            }
            None => found.push(Part {
                line: index + 1,
                text: line.to_owned(),
            }),
        }
        open = true;
    }
    found
}

/// A paragraph without its code spans, and the spans. Their lines count from 0.
pub(super) fn split(paragraph: &str) -> (String, Vec<Part>) {
    let (mut prose, mut spans) = (String::new(), Vec::new());
    let mut rest = paragraph;
    while let Some(at) = rest.find('`') {
        prose.push_str(&rest[..at]);
        let ticks = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let fence = "`".repeat(ticks);
        let inside = &rest[at + ticks..];
        let Some(end) = inside.find(&fence) else {
            rest = inside;
            continue;
        };
        spans.push(Part {
            line: prose.matches('\n').count(),
            text: inside[..end].to_owned(),
        });
        // Line ends stay, so that what follows keeps its line.
        prose.push_str(&"\n".repeat(inside[..end].matches('\n').count()));
        rest = &inside[end + ticks..];
    }
    prose.push_str(rest);
    (prose, spans)
}

/// The targets of `[text](target)`.
pub(super) fn links(prose: &str) -> Vec<Part> {
    let mut found = Vec::new();
    for (at, _) in prose.match_indices("](") {
        let target = &prose[at + 2..];
        if let Some((target, _)) = target.split_once(')') {
            found.push(Part {
                line: prose[..at].matches('\n').count(),
                text: target.to_owned(),
            });
        }
    }
    found
}

/// The code spans in the first cells of a table. Their lines count from 0.
pub(super) fn first_cells(paragraph: &str) -> Vec<Part> {
    let mut found = Vec::new();
    for (line, row) in paragraph.lines().enumerate() {
        let cell = row.strip_prefix('|').and_then(|row| row.split('|').next());
        let (_, spans) = split(cell.unwrap_or_default());
        found.extend(spans.into_iter().map(|span| Part { line, ..span }));
    }
    found
}

/// The anchors of a page's headings, as GitHub makes them.
pub(super) fn anchors(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for paragraph in paragraphs(text) {
        for line in paragraph.text.lines() {
            let heading = line.trim_start_matches('#');
            let (true, Some(heading)) = (line.starts_with('#'), heading.strip_prefix(' ')) else {
                continue;
            };
            let anchor = anchor(heading);
            let again = (1..).map(|count| format!("{anchor}-{count}"));
            let fresh = std::iter::once(anchor.clone())
                .chain(again)
                .find(|anchor| !found.contains(anchor));
            found.extend(fresh);
        }
    }
    found
}

fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        _ => letter.is_alphanumeric().then_some(letter),
    });
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_heading_of_a_name_gets_a_number() {
        let anchors = anchors("# A b\n\n## A b\n\n### `x` / y_z!\n");
        for anchor in ["a-b", "a-b-1", "x--y_z"] {
            assert!(anchors.contains(anchor), "{anchor} of {anchors:?}");
        }
    }
}
