//! Whether a text shows what it must hide.

/// Stands in a message for a value that nothing may show.
pub const MARK: &str = "zqxj-4455";

/// Whether `text` shows `hidden`, as text or in the form in which `Debug` prints bytes.
#[must_use]
pub fn shows(text: &str, hidden: &str) -> bool {
    let list: Vec<String> = hidden.bytes().map(|byte| byte.to_string()).collect();
    let compact: String = text.split_whitespace().collect();
    text.contains(hidden) || compact.contains(&list.join(","))
}

/// Expects that a text shows none of these.
///
/// # Panics
/// When it shows one.
pub fn assert_hides(text: &str, hidden: &[&str]) {
    for hidden in hidden {
        assert!(!shows(text, hidden), "{hidden} is in {text}");
    }
}

/// A message of a fixture with each of its texts in turn replaced by [`MARK`]: alone, with a field hidden in it, and as
/// broken JSON.
///
/// # Panics
/// When the message has fewer than two texts, or is not written as the fixtures are.
#[must_use]
pub fn marked(body: &str) -> Vec<String> {
    let pieces: Vec<&str> = body.split("\": \"").collect();
    assert!(pieces.len() > 2, "{body}");
    let values = |at: usize| {
        let (_, rest) = pieces[at].split_once('"').expect("the end of a text");
        let hidden = format!("{MARK};payment:id:{MARK}");
        [MARK.to_owned(), hidden, format!("{MARK}\\q")].map(|it| format!("{it}\"{rest}"))
    };
    let places = (1..pieces.len()).flat_map(|at| values(at).map(|value| (at, value)));
    places
        .map(|(at, value)| {
            let mut changed = pieces.clone();
            changed[at] = &value;
            changed.join("\": \"")
        })
        .collect()
}
