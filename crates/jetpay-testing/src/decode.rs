//! What the signed fixtures decode to, as one text for a snapshot.

use std::fmt::Write;

use jetpay_core::message::{Received, Request};
use jetpay_core::{Keyring, Method, Project};
use serde::Serialize;

use crate::{Fixture, Kind, Manifest, SECRET};

/// The projects of the documents' examples, with the test secret.
///
/// # Panics
/// Never.
#[must_use]
pub fn fixture_keyring() -> Keyring {
    let projects = [35_u64, 111, 238, 1234]
        .map(|id| Project::new(id, SECRET).expect("the test secret is not empty"));
    Keyring::new(projects).expect("four projects")
}

/// Every request and callback of a method's folder, read as one to the method.
///
/// # Panics
/// When one cannot be read.
#[must_use]
pub fn decoded<M: Method<CheckDeposit: Serialize>>() -> String {
    let manifest = Manifest::of(M::NAME);
    assert_eq!(
        manifest.document.as_deref(),
        Some(M::DOCUMENT),
        "the manifest names the method's document"
    );
    decode_all::<M>(&manifest)
}

/// Every callback that belongs to no method's document.
///
/// # Panics
/// When one cannot be read or refused as its manifest says.
#[must_use]
pub fn callbacks_decoded<M: Method<CheckDeposit: Serialize>>() -> String {
    decode_all::<M>(&Manifest::of("callbacks"))
}

fn decode_all<M: Method<CheckDeposit: Serialize>>(manifest: &Manifest) -> String {
    let mut out = String::new();
    for fixture in &manifest.fixtures {
        if matches!(
            fixture.kind,
            Kind::VerifyRequest | Kind::CheckDepositRequest | Kind::Callback
        ) {
            writeln!(
                out,
                "== {}: {}\n{}\n",
                fixture.file,
                fixture.expect,
                decode::<M>(fixture)
            )
            .expect("a String");
        }
    }
    out
}

fn decode<M: Method<CheckDeposit: Serialize>>(fixture: &Fixture) -> String {
    let (body, keyring) = (fixture.body(), fixture_keyring());
    let received =
        Received::parse(&body).unwrap_or_else(|error| panic!("{}: {error}", fixture.file));
    let message = received
        .authenticate(&keyring)
        .unwrap_or_else(|error| panic!("{}: {error}", fixture.file));
    let typed = match message.read::<M>() {
        Ok(Request::Verify(request)) => serde_json::to_string_pretty(&request),
        Ok(Request::CheckDeposit(request)) => serde_json::to_string_pretty(&request),
        Ok(Request::Callback(callback)) => serde_json::to_string_pretty(&callback),
        Err(rejection) => return format!("refused: {rejection}"),
    };
    typed.expect("a typed message can be written")
}
