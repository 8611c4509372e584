//! HTTP around the messages.

use jetpay_platform::Platform;

use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::expect;
use crate::row::{Level, Row, Section, run};
use crate::rows::expectations::expect_unchanged;
use crate::rows::sections::HTTP;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "http-post-only",
        Level::Should,
        HTTP,
        "other HTTP methods than POST are refused",
        "Browsers and crawlers call the endpoint by accident.",
        run!(post_only),
    ),
    Row::new(
        "http-content-type",
        Level::Should,
        HTTP,
        "any content type is accepted, and also none",
        "The header is not documented; when it changes, nobody can pay.",
        run!(content_type),
    ),
    Row::new(
        "http-query",
        Level::Should,
        HTTP,
        "a query in the URL changes nothing",
        "Query parameters are not signed, but would decide what the endpoint does.",
        run!(query),
    ),
    Row::new(
        "http-get",
        Level::Should,
        SAFE,
        "a signed message by GET or HEAD is not answered as a success",
        "A program that fetches a link again would repeat its effect on money.",
        run!(get),
    ),
];

async fn post_only(context: &CheckContext<'_>) -> CheckResult {
    let body = context.platform.sign(&context.verify_json());
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let exchange = context
            .platform
            .send_as(method, "", None, body.clone())
            .await?;
        let refused = if context.target.exact {
            exchange.status == 405
        } else {
            (400..500).contains(&exchange.status)
        };
        if !refused {
            return Err(Stop::failed(
                format!("{method} refused, best with HTTP 405"),
                expect::brief(&exchange),
            ));
        }
    }
    Ok(())
}

async fn content_type(context: &CheckContext<'_>) -> CheckResult {
    let types = [
        None,
        Some("text/plain"),
        Some("application/json; charset=utf-8"),
        Some("application/x-www-form-urlencoded"),
        Some("application/octet-stream"),
        Some("text/html; charset=windows-1251"),
    ];
    let body = context.platform.sign(&context.verify_json());
    for content_type in types {
        let exchange = context
            .platform
            .send_as("POST", "", content_type, body.clone())
            .await?;
        expect::answer(&exchange, 0)?;
    }
    Ok(())
}

async fn query(context: &CheckContext<'_>) -> CheckResult {
    let url = context.platform.base_url();
    let joined = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{joined}note=1&type=check_deposit");
    let exchange = context
        .send_at(&url, context.platform.sign(&context.verify_json()))
        .await?;
    expect::answer(&exchange, 0).map(drop)
}

const SAFE: Section = Section::Ours("RFC 9110, section 9.2.1: safe methods");

async fn get(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let callback = context.any_callback(&payment_id);
    let bodies = [
        (
            &context.platform,
            context.platform.sign(&context.verify_json()),
        ),
        (&context.callbacks, context.callbacks.sign(&callback)),
    ];
    for (platform, body) in bodies {
        for method in ["GET", "HEAD"] {
            refused(context, platform, method, &body).await?;
        }
    }
    expect_unchanged(context, &payment_id).await?;
    context.expect_alive().await?;
    context.expect_processed_once(&payment_id, &callback).await
}

async fn refused(
    context: &CheckContext<'_>,
    platform: &Platform,
    method: &str,
    body: &[u8],
) -> CheckResult {
    let json = Some("application/json");
    let exchange = platform.send_as(method, "", json, body).await?;
    if context.target.exact && exchange.status != 405 {
        return Err(Stop::failed(
            format!("HTTP 405 to {method}"),
            expect::brief(&exchange),
        ));
    }
    // HTTP has the status 501 for a method that is not implemented.
    if exchange.code() == Some(0) || (exchange.status >= 500 && exchange.status != 501) {
        return Err(Stop::failed(
            format!("neither code 0 nor HTTP 5xx to {method}"),
            expect::brief(&exchange),
        ));
    }
    Ok(())
}
