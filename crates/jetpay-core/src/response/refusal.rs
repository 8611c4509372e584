//! Refusals whose text stands in one field.

use serde::Serialize;

use crate::refused::Refused;
use crate::response_code::ResponseCode;

/// A refusal whose text stands in `message`. Source: kaspi, qiwi-kz, and kassa24 option 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageRefusal {
    code: ResponseCode,
    message: String,
}

impl From<Refused> for MessageRefusal {
    fn from(refused: Refused) -> Self {
        Self {
            code: refused.code(),
            message: refused.into_text(),
        }
    }
}

/// A refusal whose text stands in `error_description`. Source: kassa24-bvu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DescriptionRefusal {
    code: ResponseCode,
    error_description: String,
}

impl From<Refused> for DescriptionRefusal {
    fn from(refused: Refused) -> Self {
        Self {
            code: refused.code(),
            error_description: refused.into_text(),
        }
    }
}
