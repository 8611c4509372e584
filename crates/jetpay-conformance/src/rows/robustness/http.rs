//! HTTP around the messages.

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, play};
use crate::rows::sections::HTTP;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "http-post-only",
        Level::Should,
        HTTP,
        "other HTTP methods than POST are refused",
        "What a browser or a crawler can call is called by accident.",
        play!(post_only),
    ),
    Row::new(
        "http-content-type",
        Level::Should,
        HTTP,
        "any content type is taken, or none",
        "The header is not documented; the day it changes, nobody can pay.",
        play!(content_type),
    ),
    Row::new(
        "http-query",
        Level::Should,
        HTTP,
        "a query behind the URL changes nothing",
        "A parameter behind the URL is nobody's signature, and yet decides what is done.",
        play!(query),
    ),
];

async fn post_only(scene: &CheckContext<'_>) -> Checked {
    let body = scene.platform.sign(&scene.verify_json());
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let exchange = scene
            .platform
            .send_as(method, "", None, body.clone())
            .await?;
        let refused = if scene.target.exact {
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

async fn content_type(scene: &CheckContext<'_>) -> Checked {
    let types = [
        None,
        Some("text/plain"),
        Some("application/json; charset=utf-8"),
        Some("application/x-www-form-urlencoded"),
        Some("application/octet-stream"),
        Some("text/html; charset=windows-1251"),
    ];
    let body = scene.platform.sign(&scene.verify_json());
    for content_type in types {
        let exchange = scene
            .platform
            .send_as("POST", "", content_type, body.clone())
            .await?;
        expect::answer(&exchange, 0)?;
    }
    Ok(())
}

async fn query(scene: &CheckContext<'_>) -> Checked {
    let url = scene.platform.base_url();
    let joined = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{joined}note=1&type=check_deposit");
    let exchange = scene
        .send_at(&url, scene.platform.sign(&scene.verify_json()))
        .await?;
    expect::answer(&exchange, 0).map(drop)
}
