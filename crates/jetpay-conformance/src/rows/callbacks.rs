//! What a callback comes to: refused without a change, or credited.

use serde::Serialize;
use serde_json::Value;

use crate::check_context::CheckContext;
use crate::outcome::{Checked, Stop};
use jetpay_platform::Exchange;
use jetpay_platform::is_acknowledged;
use jetpay_platform::messages::{Callback, Operation};

/// The body, sent to wherever callbacks are taken, is refused and changes nothing.
pub(crate) async fn refused(scene: &CheckContext<'_>, payment_id: &str, body: Vec<u8>) -> Checked {
    for url in scene.callback_urls() {
        scene.expect_status(&scene.send_at(&url, body.clone()).await?, 400)?;
    }
    unchanged(scene, payment_id).await
}

/// The body is refused, or taken and nothing came of it. Our own service refuses it.
pub(crate) async fn harmless(scene: &CheckContext<'_>, payment_id: &str, body: Vec<u8>) -> Checked {
    if scene.target.exact {
        return refused(scene, payment_id, body).await;
    }
    let mut taken = false;
    for url in scene.callback_urls() {
        taken |= is_acknowledged(scene.send_at(&url, body.clone()).await?.status);
    }
    if taken {
        scene.expect_money(payment_id, "pending", &[]).await
    } else {
        unchanged(scene, payment_id).await
    }
}

/// Nothing came of it; looked up where it can be. That it was refused is seen without.
pub(crate) async fn unchanged(scene: &CheckContext<'_>, payment_id: &str) -> Checked {
    scene.expect_money_if_seen(payment_id, "pending", &[]).await
}

/// A success of a fresh payment, changed so, credits.
pub(crate) async fn credits(
    scene: &CheckContext<'_>,
    change: impl FnOnce(Value) -> Value,
) -> Checked {
    let payment_id = scene.pending().await?;
    let success = serde_json::to_value(scene.success(&payment_id)).unwrap_or_default();
    scene.tell(&change(success)).await?;
    expect_credited(scene, &payment_id).await
}

/// The payment has this one credit, of the usual amount.
pub(crate) async fn expect_credited(scene: &CheckContext<'_>, payment_id: &str) -> Checked {
    let amount = scene.amount().minor();
    scene.expect_money(payment_id, "credited", &[amount]).await
}

/// What goes back has these entries after the credit, or nothing went back: whether refunds are followed is advice, and
/// who follows them must do it right. Our own service follows them.
pub(crate) async fn expect_taken_back(
    scene: &CheckContext<'_>,
    payment_id: &str,
    state: &str,
    amounts: &[i64],
) -> Checked {
    let followed = scene.expect_money(payment_id, state, amounts).await;
    let failed = matches!(followed, Err(Stop::Failed { .. }));
    if failed && !scene.target.exact && expect_credited(scene, payment_id).await.is_ok() {
        return Ok(());
    }
    followed
}

/// Tells what must not credit. The service `jetpay` acknowledges it and calls a person; whoever refuses it loses nothing.
pub(crate) async fn tell_what_is_wrong(
    scene: &CheckContext<'_>,
    callback: &(impl Serialize + Sync),
) -> Checked {
    let exchange = scene.told(callback).await?;
    acknowledged_by_us(scene, &exchange)
}

/// Held strictly, the answer is HTTP 200; else any will do.
pub(crate) fn acknowledged_by_us(scene: &CheckContext<'_>, exchange: &Exchange) -> Checked {
    if scene.target.exact {
        scene.expect_status(exchange, 200)
    } else {
        Ok(())
    }
}

/// A callback of a fresh payment with these words; its payment id.
pub(crate) async fn told(
    scene: &CheckContext<'_>,
    payment: &str,
    kind: &str,
    operation: &str,
) -> Checked<String> {
    let payment_id = scene.pending().await?;
    let operation = Operation::new(kind, operation, scene.amount());
    scene
        .tell(&Callback::new(
            scene.method,
            scene.project.id,
            &payment_id,
            payment,
            operation,
        ))
        .await?;
    Ok(payment_id)
}
