//! The command ends with 0, 1 or 2 for any input.

use proptest::prelude::*;

use crate::place::{OLD, Place, good};

fn ends_well(place: &Place, input: &[u8]) -> Result<(), TestCaseError> {
    for option in ["--verbose", "--redact", "--json"] {
        let output = place.run(&["--config", "jetpay.toml", option], input);
        prop_assert!(matches!(output.status.code(), Some(0..=2)), "{:?}", output);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        prop_assert!(
            !text.contains("hush") && !text.contains("panicked"),
            "{text}"
        );
        prop_assert!(!text.contains('\u{1b}'), "{text}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_with_0_1_or_2(input in prop::collection::vec(any::<u8>(), 0..300)) {
        ends_well(&Place::new(), &input)?;
    }

    #[test]
    fn damaged_capture_ends_with_0_1_or_2(
        at in any::<prop::sample::Index>(),
        length in 0_usize..20,
        with in prop::collection::vec(any::<u8>(), 0..5),
    ) {
        let body = good(OLD);
        let mut capture = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
        let at = at.index(capture.len());
        let end = (at + length).min(capture.len());
        capture.splice(at..end, with);
        ends_well(&Place::new(), &capture)?;
    }
}

#[test]
fn reader_that_closes_the_output_early_causes_no_failure() {
    let place = Place::new();
    let mut command = place.command(&["--config", "jetpay.toml", "--verbose"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command
        .stdin(std::process::Stdio::null())
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    place.write("body", &good(OLD));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = place.command(&["--config", "jetpay.toml", "body"]);
    let output = command.stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
