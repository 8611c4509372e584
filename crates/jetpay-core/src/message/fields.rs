//! The fields of a callback, and what a message has at each of them: found in one walk over its values.

use super::Authentic;
use super::value::Value;
use crate::rejection::Rejection;
use crate::signature::{Found, Path};

macro_rules! fields {
    ($($name:ident = $path:literal,)+) => {
        /// A field of a callback, or an object with such fields, in the order of their paths.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[cfg_attr(not(test), expect(dead_code, reason = "an object is only looked for above a field"))]
        pub(super) enum Field {
            $($name,)+
        }

        const PATHS: [Path; [$($path),+].len()] = [$(Path::new($path)),+];
        #[cfg(test)]
        const ALL: [Field; PATHS.len()] = [$(Field::$name),+];
    };
}

fields! {
    Account = "account",
    AccountNumber = "account:number",
    Customer = "customer",
    CustomerId = "customer:id",
    General = "general",
    Operation = "operation",
    OperationCode = "operation:code",
    OperationCreatedDate = "operation:created_date",
    OperationDate = "operation:date",
    OperationId = "operation:id",
    OperationMessage = "operation:message",
    OperationProvider = "operation:provider",
    OperationProviderAuthCode = "operation:provider:auth_code",
    OperationProviderId = "operation:provider:id",
    OperationProviderPaymentId = "operation:provider:payment_id",
    OperationRequestId = "operation:request_id",
    OperationStatus = "operation:status",
    OperationSumConverted = "operation:sum_converted",
    OperationSumConvertedAmount = "operation:sum_converted:amount",
    OperationSumConvertedCurrency = "operation:sum_converted:currency",
    OperationSumInitial = "operation:sum_initial",
    OperationSumInitialAmount = "operation:sum_initial:amount",
    OperationSumInitialCurrency = "operation:sum_initial:currency",
    OperationType = "operation:type",
    Operations = "operations",
    Payment = "payment",
    PaymentDate = "payment:date",
    PaymentDescription = "payment:description",
    PaymentId = "payment:id",
    PaymentMethod = "payment:method",
    PaymentStatus = "payment:status",
    PaymentSum = "payment:sum",
    PaymentSumAmount = "payment:sum:amount",
    PaymentSumCurrency = "payment:sum:currency",
    PaymentType = "payment:type",
    ProjectId = "project_id",
    Type = "type",
}

impl Field {
    /// The path: names joined with `:`.
    pub(super) const fn path(self) -> &'static str {
        PATHS[self as usize].text()
    }
}

/// What a message has at each field.
pub(super) struct Fields<'m> {
    found: [Found<'m>; PATHS.len()],
    has_semicolon: bool,
}

impl<'m> Fields<'m> {
    pub(super) fn of(message: &'m Authentic<'_, '_>) -> Self {
        Self {
            found: message.canonical().find_all(&PATHS),
            has_semicolon: message.has_semicolon(),
        }
    }

    /// The fields of the response to a status request, with the operation at this index of its list in the place of a
    /// callback's operation.
    pub(super) fn with_listed(message: &'m Authentic<'_, '_>, index: usize) -> Self {
        let find = |path: &Path| {
            let path = path.text();
            match path.strip_prefix(Field::Operation.path()) {
                Some(below) if below.is_empty() || below.starts_with(':') => {
                    let listed = format!("{}:{index}{below}", Field::Operations.path());
                    message.canonical().find(&listed)
                }
                _ => message.canonical().find(path),
            }
        };
        Self {
            found: PATHS.each_ref().map(find),
            has_semicolon: message.has_semicolon(),
        }
    }

    pub(super) const fn at(&self, field: Field) -> Found<'m> {
        self.found[field as usize]
    }

    /// The value of a field. The caller has checked that it was not cut out of another text.
    pub(super) fn value(&self, field: Field) -> Result<Value<'m>, Rejection> {
        Value::of(field.path(), self.at(field), || self.value_above(field))
    }

    /// Whether a text of the message has no `;`. Nearly always no value of the message has one.
    pub(super) fn is_whole(&self, text: &str) -> bool {
        !(self.has_semicolon && text.contains(';'))
    }

    /// The path above a field at which the message has a value other than `null` or an empty text.
    pub(super) fn value_above(&self, field: Field) -> Option<&'static str> {
        let path = field.path();
        let above = |place: &(&Path, &Found<'_>)| {
            let rest = path.strip_prefix(place.0.text());
            rest.is_some_and(|rest| rest.starts_with(':'))
        };
        PATHS
            .iter()
            .zip(&self.found)
            .filter(above)
            .find_map(|(above, found)| match found {
                Found::Value(_, text) if !text.is_empty() => Some(above.text()),
                _ => None,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sorted_by_path_and_each_object_above_one_is_there() {
        let paths: Vec<&str> = ALL.iter().map(|field| field.path()).collect();
        assert!(paths.is_sorted());
        for path in &paths {
            for (end, _) in path.match_indices(':') {
                assert!(paths.contains(&&path[..end]), "{path}");
            }
        }
    }
}
