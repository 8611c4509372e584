//! `/reconciliations` and `/differences`: the comparisons with the platform's books, and what people decide about the
//! differences.

mod decide;
mod index;
mod many;
mod open;
mod run;

use actix_web::web::{self, ServiceConfig};
use jetpay_reconcile::Kind;

use super::fields::segment;
use super::list::Cell;
use super::show;
use super::visit::Visit;
use crate::reconcile::text;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .route("/reconciliations", web::get().to(index::show))
        .route("/reconciliations/{run}", web::get().to(run::show))
        // Registered before the ids: no difference has the id `resolve`.
        .route("/differences/resolve", web::get().to(many::show))
        .route("/differences/resolve", web::post().to(many::resolve))
        .route("/differences/{id}", web::get().to(decide::show))
        .route("/differences/{id}/resolve", web::post().to(decide::resolve));
}

/// The rows of a page, and the most of a file.
const ROWS: usize = 50;
const MOST: usize = 1000;

fn kind(visit: &Visit, kind: Kind) -> String {
    visit.words.word("difference-kind", kind.as_str())
}

/// A link to the payment or payout that a side names.
fn payment(id: Option<&str>) -> Cell {
    match id {
        Some(id) => Cell::Link {
            to: format!("/payments/{}", segment(id)),
            text: show::text(id),
        },
        None => String::new().into(),
    }
}

/// What a side says.
fn said(field: Option<&str>, said: Option<&str>) -> Cell {
    show::text(&text::said(field, said)).into()
}
