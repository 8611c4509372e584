//! Which contracts an answer to `verify` shows, where a contract has no status of its own.

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::applies::always_contracts;
use crate::rows::good::sound_contracts;
use crate::rows::needs::closed_contract;
use crate::rows::sections::METHOD;

pub(super) static ROWS: &[Row] = &[Row::new(
    "verify-only-payable",
    Level::Should,
    METHOD,
    "contracts that cannot be paid are left out, and there is no status_code",
    "The payer is offered a contract that is closed, and pays for it.",
    play!(only_payable),
)
.only(always_contracts)];

async fn only_payable(scene: &CheckContext<'_>) -> Checked {
    let closed = closed_contract(scene)?;
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.payer))
        .await?;
    let contracts = sound_contracts(scene, &exchange)?;
    expect::equal(
        "contracts that cannot be paid",
        &0,
        &contracts.iter().filter(|it| it["id"] == *closed.id).count(),
    )?;
    expect::equal(
        "contracts with a status_code",
        &0,
        &contracts
            .iter()
            .filter(|it| it.get("status_code").is_some())
            .count(),
    )
}
