use super::super::sample;
use super::*;

#[test]
fn report_is_shown_with_every_outcome() {
    insta::assert_snapshot!(without_styles(&sample::report().terminal().to_string()));
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for width in [40, 55, 72, 140] {
        let text = sample::report().terminal().width(width).to_string();
        for line in without_styles(&text).lines() {
            assert!(
                textwrap::core::display_width(line) <= width,
                "{width}: {line}"
            );
        }
    }
}

#[test]
fn brief_report_says_what_is_wrong_and_not_what_is_right() {
    let text = sample::report().to_string();
    assert!(text.contains("kaspi/callback-repeated"), "{text}");
    assert!(!text.contains("verify-known"), "{text}");
    assert!(
        text.ends_with(
            "1 passed, 1 failed, 1 not as advised, 2 not run, 2 not observed in 3.2 s\n"
        )
    );
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn strangers_escapes_are_not_obeyed() {
    let text = sample::report().terminal().to_string();
    assert!(!text.contains("\u{1b}[31m\"") && !text.contains('\0') && !text.contains('\u{202e}'));
    assert!(text.contains("\\u{1b}[31m"), "{text}");
}
