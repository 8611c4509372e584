//! The top-ups of the demo: good and bad ones by all methods.

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use jetpay_core::signature::Key;
use jetpay_core::{Currency, Money};
use jetpay_platform::messages::Callback;
use jetpay_platform::{
    CallbackKind, Exchange, KASPI, METHODS, MethodFacts, Platform, Step, TopUp, messages, top_up,
};

use super::setup::{ANNA, BORIS, PROJECT};

pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Yellow.on_default();
const TITLE: Style = Style::new().bold();

pub(super) fn heading(text: &str) {
    println!("\n{TITLE}{text}{TITLE:#}");
}

pub(super) async fn play(platform: &Platform) -> anyhow::Result<()> {
    for (index, method) in (1..).zip(&METHODS) {
        heading(&format!("{} — /{}", method.document, method.name));
        let customer = if index % 2 == 0 { BORIS } else { ANNA };
        let amount = Money::new(index * 100_000, Currency::KZT);

        println!("  {customer} pays {amount}; the callback comes twice");
        let good = TopUp::new(method, customer, amount)
            .then(CallbackKind::Success)
            .then(CallbackKind::Success);
        top_up(platform, &good, show).await?;

        println!("  {customer} tries {amount} again, and it is declined");
        top_up(
            platform,
            &TopUp::new(method, customer, amount).then(CallbackKind::Decline),
            show,
        )
        .await?;

        println!("  a top-up for an unknown customer: refused");
        top_up(platform, &TopUp::new(method, "nobody", amount), show).await?;

        println!("  a message signed with another secret: rejected");
        show_exchange("verify", &forged(platform, method, customer).await?);
    }
    Ok(())
}

/// A top-up whose callback has another amount than was announced: it waits for a person.
pub(super) async fn pay_another_amount(platform: &Platform) -> anyhow::Result<()> {
    let (announced, paid) = (
        Money::new(100_000, Currency::KZT),
        Money::new(90_000, Currency::KZT),
    );
    heading("A callback that does not fit — /kaspi");
    println!("  {BORIS} tops up {announced}, and pays {paid}: an alarm, and a person decides");
    let other = TopUp::new(&KASPI, BORIS, announced).then(CallbackKind::PartiallyPaid(paid));
    top_up(platform, &other, show).await?;
    Ok(())
}

/// A top-up that is paid, and whose callback is lost: it is returned, and was never sent.
pub(super) async fn lose_a_callback(platform: &Platform) -> anyhow::Result<Callback> {
    let amount = Money::new(600_000, Currency::KZT);
    heading("A callback that is lost — /kaspi");
    println!("  {ANNA} pays {amount}; the platform's callback never arrives");
    let steps = top_up(platform, &TopUp::new(&KASPI, ANNA, amount), show).await?;
    let announced = steps.iter().find_map(|step| step.exchange.payment_id());
    let payment_id = announced.context("the demo's service announced no payment")?;
    let paid = CallbackKind::Success;
    Ok(paid.callback(&KASPI, platform.project_id(), payment_id, amount))
}

async fn forged(
    platform: &Platform,
    method: &MethodFacts,
    customer: &str,
) -> anyhow::Result<Exchange> {
    let forger = platform.with_project(PROJECT, Key::new("not the secret")?);
    Ok(forger
        .call(
            &method.path(),
            &messages::Verify::new(platform.project_id(), customer),
        )
        .await?)
}

fn show(step: &Step) {
    show_exchange(&step.kind.to_string(), &step.exchange);
}

fn show_exchange(what: &str, exchange: &Exchange) {
    let good = exchange.status == 200 && exchange.code().is_none_or(|code| code == 0);
    let (style, mark) = if good { (GOOD, '✓') } else { (BAD, '✗') };
    let milliseconds = exchange.elapsed.as_micros().div_ceil(100);
    let (whole, tenth) = (milliseconds / 10, milliseconds % 10);
    println!(
        "    {style}{mark}{style:#} {what:<20} HTTP {}  {whole:>3}.{tenth} ms  {}",
        exchange.status,
        answer(exchange)
    );
}

/// The answer in one line. Answers to callbacks are empty.
fn answer(exchange: &Exchange) -> String {
    const MAX_CHARACTERS: usize = 110;
    let text = exchange.text();
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None if text.is_empty() && exchange.status == 200 => "acknowledged".to_owned(),
        None if text.is_empty() => "not acknowledged".to_owned(),
        None => text,
    }
}
