//! The fields of an operation in a report, and the names that their columns may have.

use jetpay_core::Currency;
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType};

use crate::text::odd_id;

/// A field of an operation. The map has a key for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    ProjectId,
    OperationId,
    PaymentId,
    Type,
    Status,
    Amount,
    Currency,
    CompletedAt,
    CreatedAt,
}

impl Field {
    pub(super) const ALL: [Self; 9] = [
        Self::ProjectId,
        Self::OperationId,
        Self::PaymentId,
        Self::Type,
        Self::Status,
        Self::Amount,
        Self::Currency,
        Self::CompletedAt,
        Self::CreatedAt,
    ];

    /// The key of the map.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::ProjectId => "project_id",
            Self::OperationId => "operation_id",
            Self::PaymentId => "payment_id",
            Self::Type => "operation_type",
            Self::Status => "operation_status",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::CompletedAt => "completed_at",
            Self::CreatedAt => "created_at",
        }
    }

    /// The names that a column with it probably has, the best first: those of the Data API's fields, then labels of the
    /// Dashboard in two languages. Only a guess is made from them. `_` and a space are the same, and so are cases.
    pub(super) const fn labels(self) -> &'static [&'static str] {
        match self {
            Self::ProjectId => &["project_id", "id проекта"],
            Self::OperationId => &["operation_id", "id операции", "id"],
            Self::PaymentId => &["payment_id", "id платежа"],
            Self::Type => &["operation_type", "тип операции", "type", "тип"],
            Self::Status => &["operation_status", "статус операции", "status", "статус"],
            Self::Amount => &[
                "sum_initial.amount",
                "operation_amount",
                "сумма операции",
                "amount",
                "сумма",
            ],
            Self::Currency => &[
                "sum_initial.currency",
                "operation_currency",
                "валюта операции",
                "currency",
                "валюта",
            ],
            Self::CompletedAt => &[
                "operation_completed_at",
                "дата завершения операции",
                "completed_at",
                "дата завершения",
            ],
            Self::CreatedAt => &[
                "operation_created_at",
                "дата создания операции",
                "created_at",
                "дата создания",
            ],
        }
    }

    /// Whether a report can be read without it.
    pub(super) const fn is_optional(self) -> bool {
        matches!(self, Self::CreatedAt)
    }

    /// Checks a value that all rows of a report have.
    pub(super) fn check_value(self, text: &str) -> Result<(), String> {
        match self {
            Self::ProjectId => project(text).map(drop),
            Self::Currency => currency(text).map(drop),
            Self::Type if matches!(OperationType::from(text), OperationType::Other(_)) => {
                Err("the platform has no such type".to_owned())
            }
            Self::Status if matches!(OperationStatus::from(text), OperationStatus::Other(_)) => {
                Err("the platform has no such status".to_owned())
            }
            Self::Type | Self::Status => Ok(()),
            _ => Err("each row has its own: write the column's name".to_owned()),
        }
    }
}

pub(super) fn project(text: &str) -> Result<ProjectId, String> {
    text.parse()
        .map_err(|_| "must be the number of a project: digits alone".to_owned())
}

pub(super) fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(text).map_err(|_| "must be three upper-case letters, such as KZT".to_owned())
}

pub(super) fn operation_id(text: &str) -> Result<OperationId, String> {
    let number = || text.parse().ok();
    match odd_id(text) {
        Some(odd) => Err(odd),
        None => {
            number().ok_or_else(|| "must be the number of an operation: digits alone".to_owned())
        }
    }
}

pub(super) fn payment_id(text: &str) -> Result<String, String> {
    let formula = "is a formula of a spreadsheet: make the report again, and do not save it from a spreadsheet";
    let formula = text.starts_with('=').then(|| formula.to_owned());
    odd_id(text)
        .or(formula)
        .map_or_else(|| Ok(text.to_owned()), Err)
}
