//! The text of one fixture for its snapshot: a message as it is read, an answer as we make it.

use std::path::Path;

use jetpay_core::Method;
use jetpay_core::message::{Received, Request};
use serde::Serialize;
use serde_json::Value;

use crate::fixtures::{Fixture, Kind, Manifest, fixture_keyring};

/// The text for the snapshot of a fixture. A request or callback is read as a message to the method `M`. For an answer of
/// the platform's document, `ours` makes our answer from the fixture's file name, as JSON; the two must be equal, unless the
/// manifest says how they differ.
///
/// # Panics
/// When the fixture belongs to another document, when its signature does not match, or when our answer is not the document's.
#[must_use]
pub fn snapshot<M: Method<CheckDeposit: Serialize>>(
    path: &Path,
    ours: impl FnOnce(&str) -> String,
) -> String {
    let fixture = Fixture::at(path);
    if let Some(document) = Manifest::of(&fixture.folder).document {
        assert_eq!(document, M::DOCUMENT, "the document of the method");
    }
    let text = match fixture.kind {
        Kind::VerifyRequest | Kind::CheckDepositRequest | Kind::Callback => read::<M>(&fixture),
        Kind::VerifyAnswer
        | Kind::VerifyRefusal
        | Kind::CheckDepositAnswer
        | Kind::CheckDepositRefusal => made(&fixture, ours(&fixture.file)),
        Kind::PayoutRequest | Kind::BadInput => panic!("{} is no such message", fixture.file),
    };
    format!("{}\n\n{text}", fixture.expect)
}

fn read<M: Method<CheckDeposit: Serialize>>(fixture: &Fixture) -> String {
    let (body, keyring) = (fixture.body(), fixture_keyring());
    let received =
        Received::parse(&body).unwrap_or_else(|error| panic!("{}: {error}", fixture.file));
    let message = received
        .authenticate(&keyring)
        .unwrap_or_else(|error| panic!("{}: {error}", fixture.file));
    match message.read::<M>() {
        Ok(Request::Verify(request)) => pretty(&request),
        Ok(Request::CheckDeposit(request)) => pretty(&request),
        Ok(Request::Callback(callback)) => pretty(&callback),
        Err(rejection) => format!("refused: {rejection}"),
    }
}

fn made(fixture: &Fixture, ours: String) -> String {
    let value = |text: &[u8]| serde_json::from_slice::<Value>(text).expect("an answer is JSON");
    let equal = value(ours.as_bytes()) == value(&fixture.body());
    let file = &fixture.file;
    match &fixture.divergence {
        None => assert!(equal, "{file}: ours differs from the document's:\n{ours}"),
        Some(how) => assert!(
            !equal,
            "{file}: ours is the document's, and the manifest says: {how}"
        ),
    }
    ours
}

/// A value as JSON, with its fields in their order.
///
/// # Panics
/// When the value cannot be written as JSON.
#[must_use]
pub fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("the value can be written")
}
