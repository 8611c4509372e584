//! `verify`, as the documents show it.

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::refusal::Refusal;
use crate::row::{Level, Row, Section, play};
use crate::rows::applies::strict;
use crate::rows::good::{account, sound_contracts};
use crate::rows::sections::METHOD;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "verify-good",
        Level::Must,
        Section::Verify,
        "verify of a customer is answered with code 0, the currency and what else the document requires",
        "Nobody can pay: the platform does not find the account of any payer.",
        play!(good),
    ),
    Row::new(
        "verify-plain",
        Level::Should,
        METHOD,
        "a customer who has no contracts and no other name is named by the own id",
        "A customer without a contract cannot be chosen on the screen and cannot pay.",
        play!(plain),
    )
    .only(strict),
    Row::new(
        "verify-unknown",
        Level::Must,
        Section::Verify,
        "verify of an unknown customer is refused with code 404 and a text",
        "A payer with a typo is not told so, and the money goes to an account that is none.",
        play!(unknown),
    ),
];

async fn good(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.payer))
        .await?;
    account(scene, &exchange, 0).map(drop)
}

async fn plain(scene: &CheckContext<'_>) -> Checked {
    let Some(plain) = &scene.target.customers.plain else {
        return Err(Stop::NotRun {
            why: "needs a customer without contracts",
        });
    };
    let exchange = scene.call(&scene.verify(plain)).await?;
    let answer = account(scene, &exchange, 0)?;
    expect::equal(
        "additional_customer_id",
        plain,
        &expect::text(answer, "additional_customer_id", &exchange)?.to_owned(),
    )?;
    if scene.has_contracts() {
        let contracts = sound_contracts(scene, &exchange)?;
        let names: Vec<_> = contracts
            .iter()
            .map(|it| (it["id"].as_str(), it["number"].as_str(), it.get("payment")))
            .collect();
        let wanted = vec![(Some(plain.as_str()), Some(plain.as_str()), None)];
        expect::equal("contracts", &wanted, &names)?;
    }
    Ok(())
}

async fn unknown(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.unknown))
        .await?;
    scene.expect_refusal(&exchange, Refusal::new(200, 404))
}
