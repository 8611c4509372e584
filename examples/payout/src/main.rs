//! Sends one payout to a QIWI wallet through the Gate, and asks for its status until it is final.
//!
//! ```sh
//! export GATE_URL='the base URL of the Gate' JETPAY_PROJECT=1234 JETPAY_SECRET='the secret'
//! cargo run --package payout -- invoice-47.json 9182221133 10000    # 100.00 KZT
//! ```
//!
//! The file is made before anything is sent: it has the payout with its id. Run the same command again after a crash or
//! an outage; it goes on with the payout in the file, and never pays twice. Once the result is known, it is in
//! `invoice-47.json.result`, and the command only prints it.
//!
//! The file has the payee's data. A real program keeps it in its database, together with the reserved money.

mod store;

use std::env;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

use jetpay_gate::core::payout::General;
use jetpay_gate::core::{Currency, Money, PaymentId, Project, ProjectId};
use jetpay_gate::{Gate, Outcome, StatusOutcome};
use jetpay_qiwi_kz::{Customer, Payout, QiwiKz};
use uuid::Uuid;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// What comes next.
enum Step {
    Send,
    Ask,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Fallible<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, wallet, minor] = arguments.as_slice() else {
        return Err("give a file, a wallet, and an amount in minor units".into());
    };
    let file = Path::new(file);
    if let Some(result) = store::result(file)? {
        println!("{result}");
        return Ok(());
    }
    let gate = Gate::new(&env::var("GATE_URL")?)?;
    let project: ProjectId = env::var("JETPAY_PROJECT")?.parse()?;
    let project = Project::new(project, &env::var("JETPAY_SECRET")?)?;
    let amount = Money::new(minor.parse()?, Currency::KZT);

    let (payout, step) = match store::payout(file)? {
        // A run before this one may have sent it.
        Some(stored) if stored.account_number() == wallet && stored.amount() == amount => {
            (stored, Step::Ask)
        }
        Some(_) => {
            return Err("the file has a payout to another wallet or of another amount".into());
        }
        None => {
            let payout = new_payout(&project, wallet, amount)?;
            store::add(file, &payout.to_json())?;
            (payout, Step::Send)
        }
    };
    let result = carry_out(&gate, &project, &payout, step).await;
    store::add(&store::result_of(file), &result)?;
    println!("{result}");
    Ok(())
}

/// A payout under a new id. The payee comes from your database.
fn new_payout(project: &Project, wallet: &str, amount: Money) -> Fallible<Payout> {
    let id = PaymentId::new(Uuid::now_v7().to_string())?;
    let payee = Customer {
        id: "12345",
        ip_address: "198.51.100.47",
        first_name: "John",
        last_name: "Doe",
        email: "johndoe@example.com",
    };
    Ok(Payout::new(
        General::new(project.id(), id)?,
        &payee,
        wallet,
        amount,
    )?)
}

/// Sends and asks until the result is final. The same payout is sent again only when the platform says that it does not
/// have it.
async fn carry_out(gate: &Gate, project: &Project, payout: &Payout, mut step: Step) -> String {
    let id = payout.general().payment_id();
    loop {
        step = match step {
            Step::Send => match gate.payout::<QiwiKz>(project, payout).await {
                Outcome::Accepted(_) => Step::Ask,
                Outcome::Unknown(why) => {
                    eprintln!("perhaps sent: {why}");
                    Step::Ask
                }
                Outcome::Rejected(no) if no.same_id_later => Step::Send,
                // The reserved money is free again.
                Outcome::Rejected(no) => return format!("rejected: {}", no.message),
                Outcome::OtherPayout(other) => return format!("not sent: {other}"),
            },
            Step::Ask => match gate.status(project, id).await {
                StatusOutcome::Known(status) if status.payment_status.is_final() => {
                    // `success`: paid, although a callback can still reverse it. All others: not paid.
                    return status.payment_status.to_string();
                }
                StatusOutcome::Known(_) => Step::Ask,
                StatusOutcome::NotKnown => Step::Send,
                StatusOutcome::Unanswered(why) => {
                    eprintln!("not answered: {why}");
                    Step::Ask
                }
            },
        };
        tokio::time::sleep(pause()).await;
    }
}

/// 10 seconds: before that, the platform may not know a payout that is still on its way to it.
fn pause() -> Duration {
    let milliseconds = env::var("PAUSE_IN_TEST")
        .ok()
        .and_then(|it| it.parse().ok());
    Duration::from_millis(milliseconds.unwrap_or(10_000))
}
