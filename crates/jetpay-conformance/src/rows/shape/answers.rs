//! The answers that every method gives, good and bad.

use crate::check_context::CheckContext;
use crate::edit::{tampered, with};
use crate::outcome::Checked;
use jetpay_platform::Exchange;

/// Good answers to `verify` and to `check_deposit`.
pub(super) async fn good(scene: &CheckContext<'_>) -> Checked<[Exchange; 2]> {
    Ok([
        scene.call(&scene.verify_json()).await?,
        scene.call(&scene.check_deposit_json()).await?,
    ])
}

/// Both requests of a customer whom nobody knows.
pub(super) async fn unknown(scene: &CheckContext<'_>) -> Checked<[Exchange; 2]> {
    let unknown = scene.target.customers.unknown.as_str();
    let deposit = with(scene.check_deposit_json(), "/customer_id", unknown.into());
    Ok([
        scene.call(&scene.verify(unknown)).await?,
        scene.call(&deposit).await?,
    ])
}

/// Refusals: of customers whom nobody knows, and of both requests without a good signature.
pub(super) async fn refused(scene: &CheckContext<'_>) -> Checked<Vec<Exchange>> {
    let mut refused: Vec<_> = unknown(scene).await?.into();
    for request in [scene.verify_json(), scene.check_deposit_json()] {
        let signed = scene.platform.sign(&request);
        let changed = tampered(&signed, |it| with(it, "/note", "one field more".into()));
        refused.push(scene.send(changed).await?);
    }
    Ok(refused)
}

/// All of them.
pub(super) async fn all(scene: &CheckContext<'_>) -> Checked<Vec<Exchange>> {
    let mut all: Vec<_> = good(scene).await?.into();
    all.extend(refused(scene).await?);
    Ok(all)
}
