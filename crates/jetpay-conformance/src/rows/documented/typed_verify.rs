//! A `check_deposit` that calls itself `verify`: one document has it so.

use serde_json::json;

use crate::check_context::CheckContext;
use crate::edit::with;
use crate::expect;
use crate::outcome::Checked;
use crate::row::{Level, Row, Section, play};
use crate::rows::callbacks::expect_credited;
use crate::rows::good::{account, payment_id};
use crate::rows::sections::METHOD;
use crate::target::Target;
use jetpay_platform::MethodFacts;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "typed-verify",
        Level::Should,
        Section::CheckDeposit,
        "a check_deposit whose type is verify gets a payment_id",
        "The document says verify here and check_deposit there; refused as it comes, no payment goes through.",
        play!(gets_a_payment_id),
    )
    .only(quirk),
    Row::new(
        "typed-verify-is-verify",
        Level::Should,
        METHOD,
        "a verify with an amount is a verify and gets no payment_id",
        "A question about an account makes payments that nobody has begun.",
        play!(is_a_verify),
    )
    .only(no_quirk),
];

fn quirk(method: &MethodFacts, _: &Target) -> bool {
    method.typed_verify
}

fn no_quirk(method: &MethodFacts, _: &Target) -> bool {
    !method.typed_verify
}

async fn gets_a_payment_id(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene
        .call(&with(scene.check_deposit_json(), "/type", json!("verify")))
        .await?;
    let payment_id = payment_id(scene, &exchange)?;
    if !scene.target.credits {
        return Ok(());
    }
    scene.tell(&scene.success(&payment_id)).await?;
    expect_credited(scene, &payment_id).await
}

async fn is_a_verify(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene
        .call(&with(scene.check_deposit_json(), "/type", json!("verify")))
        .await?;
    expect::equal("payment_id", &None, &exchange.payment_id())?;
    account(scene, &exchange, 0).map(drop)
}
