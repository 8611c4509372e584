//! What the style sheet promises: enough contrast in both schemes, nothing that moves, nothing from elsewhere.

#![expect(clippy::float_arithmetic, reason = "contrast is a ratio of light")]

use std::collections::BTreeMap;

const STYLE: &str = include_str!("style.css");

type Colours<'s> = BTreeMap<&'s str, &'s str>;

/// The colours of the light scheme, and those of the dark one.
fn schemes() -> [Colours<'static>; 2] {
    let roots: Vec<_> = STYLE.split(":root {").skip(1).take(2).collect();
    let colours = |root: &'static str| {
        let lines = root.split('}').next().unwrap().lines();
        let pairs = lines.filter_map(|line| line.trim().strip_suffix(';')?.split_once(": #"));
        pairs
            .filter_map(|(name, colour)| Some((name.strip_prefix("--")?, colour)))
            .collect()
    };
    [colours(roots[0]), colours(roots[1])]
}

/// The relative luminance, as WCAG 2.2 defines it.
fn luminance(colour: &str) -> f64 {
    assert_eq!(colour.len(), 6, "{colour}");
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_that_of_level_aa_in_both_schemes() {
    let [light, dark] = schemes();
    assert_eq!(
        light.keys().collect::<Vec<_>>(),
        dark.keys().collect::<Vec<_>>()
    );
    assert!((contrast("000000", "ffffff") - 21.0).abs() < 1e-9);
    for (scheme, colours) in [("light", &light), ("dark", &dark)] {
        let text = ["ink", "muted", "link"]
            .into_iter()
            .flat_map(|text| [(text, "paper"), (text, "soft")]);
        let pairs = [
            ("button-ink", "button"),
            ("danger-ink", "danger"),
            ("note-ink", "note"),
            ("problem-ink", "problem"),
            // A link in what is said.
            ("link", "note"),
            ("link", "problem"),
            ("count-ink", "count"),
        ];
        let graphics = [
            ("edge", "paper"),
            ("edge", "soft"),
            ("button", "paper"),
            ("danger", "paper"),
            ("count", "soft"),
        ];
        let all = text
            .chain(pairs)
            .map(|pair| (pair, 4.5))
            .chain(graphics.map(|pair| (pair, 3.0)));
        for ((front, back), least) in all {
            let ratio = contrast(colours[front], colours[back]);
            assert!(
                ratio >= least,
                "{front} on {back}, {scheme}: {ratio:.2} is less than {least}"
            );
        }
    }
}

#[test]
fn every_colour_has_a_name_and_every_name_a_colour() {
    let [light, _] = schemes();
    for name in STYLE
        .split("var(--")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap())
    {
        assert!(light.contains_key(name), "{name}");
    }
    for name in light.keys() {
        assert!(STYLE.contains(&format!("var(--{name})")), "{name}");
    }
    let printed = STYLE.split("@media print").nth(1).unwrap();
    let rules = STYLE
        .split("\n* {")
        .nth(1)
        .unwrap()
        .strip_suffix(printed)
        .unwrap();
    assert!(!rules.contains('#'), "a colour without a name");
}

#[test]
fn nothing_moves_and_nothing_comes_from_elsewhere() {
    for word in [
        "animation",
        "transition",
        "@keyframes",
        "scroll-behavior",
        "url(",
        "@import",
        "@font-face",
        "!important",
    ] {
        assert!(!STYLE.contains(word), "{word}");
    }
    assert_eq!(STYLE.matches('{').count(), STYLE.matches('}').count());
    assert!(STYLE.lines().count() <= 250);
}
