//! What a reconciliation found.

use std::collections::BTreeMap;

use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::status::OperationType;
use jetpay_core::{Currency, Money};
use jetpay_rules::closed_words;
use serde::{Deserialize, Serialize};

use crate::books::Source;

/// An interval of time, in whole seconds since 1970-01-01 00:00 UTC: it has its beginning, and not its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an interval has two borders")]
pub struct Interval {
    /// The first second.
    pub from: i64,
    /// The second after the last one.
    pub to: i64,
}

impl Interval {
    /// Whether it has this second.
    #[must_use]
    pub const fn contains(self, time: i64) -> bool {
        self.from <= time && time < self.to
    }
}

closed_words! {
    /// The result of comparing one operation.
    #[expect(clippy::exhaustive_enums, reason = "a program that shows results must know every kind")]
    Kind {
        /// Both sides say the same.
        Matched = "matched",
        /// The platform has a status that is not final, and nothing is recorded.
        NotFinal = "not_final",
        /// It happened so late that the other side may still come: it is listed, and no difference yet.
        TooFresh = "too_fresh",
        /// Both sides know that it failed.
        DeclinedBoth = "declined_both",
        /// A person said before that it is not the merchant's.
        Foreign = "foreign",
        /// A row outside the interval, or of a project that is not asked about.
        Outside = "outside",
        /// A later report has another version of an operation than an earlier one; the later one counts.
        ChangedThere = "changed_there",
        /// The platform reports a success, and no entry is recorded.
        NotCredited = "not_credited",
        /// An entry is recorded, and the platform does not list the operation, although the interval covers it.
        NotThere = "not_there",
        /// The amounts differ.
        AmountDiffers = "amount_differs",
        /// The currencies differ.
        CurrencyDiffers = "currency_differs",
        /// The operation belongs to another payment.
        PaymentDiffers = "payment_differs",
        /// The types differ.
        TypeDiffers = "type_differs",
        /// The platform took money back, or declined, and the merchant did not record that.
        TakenBackThere = "taken_back_there",
        /// The merchant recorded that money was taken back, and the platform did not take it back.
        TakenBackHere = "taken_back_here",
        /// One operation id with two contents in one report.
        TwiceThere = "twice_there",
        /// One operation with two effects of one kind in the ledger. Its own rules forbid that.
        TwiceHere = "twice_here",
        /// A row that cannot be read, or an operation with a status that is unknown here and nothing recorded.
        Unreadable = "unreadable",
    }
}

impl Kind {
    /// Whether a person must look at it.
    #[must_use]
    pub const fn is_difference(self) -> bool {
        !matches!(
            self,
            Self::Matched
                | Self::NotFinal
                | Self::TooFresh
                | Self::DeclinedBoth
                | Self::Foreign
                | Self::Outside
                | Self::ChangedThere
        )
    }

    /// Whether it is only counted, and not listed.
    #[must_use]
    pub const fn is_only_counted(self) -> bool {
        matches!(
            self,
            Self::Matched | Self::NotFinal | Self::DeclinedBoth | Self::Outside
        )
    }
}

/// One result that a report lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Finding {
    /// The same in each run: project, operation and kind, such as `1234-2802000002-not_credited`.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The project, if the row could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The operation, if the row could be read. In JSON, a text of digits.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "digits")]
    pub operation_id: Option<OperationId>,
    /// The payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// The field that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is recorded. Amounts are in minor units with their currency, such as `100000 KZT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ours: Option<String>,
    /// What the platform says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<String>,
    /// Why, where the ledger knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The money that is in question, in minor units: what the platform says, else what is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// When it happened: in whole seconds since 1970-01-01 00:00 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<i64>,
    /// The place of the source in the report's list of sources, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<u16>,
    /// The line in the source, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

impl Finding {
    /// A finding about an operation, without anything more.
    pub(crate) fn of((project_id, operation_id): (ProjectId, OperationId), kind: Kind) -> Self {
        Self {
            id: format!("{project_id}-{operation_id}-{kind}"),
            kind,
            project_id: Some(project_id),
            operation_id: Some(operation_id),
            payment_id: None,
            field: None,
            ours: None,
            theirs: None,
            why: None,
            amount: None,
            time: None,
            source: None,
            line: None,
        }
    }
}

mod digits {
    //! An id of the platform as text: it has up to 16 digits, and some languages read numbers as floats.

    use jetpay_core::id::OperationId;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(
        id: &Option<OperationId>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => serializer.collect_str(id),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<OperationId>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom))
            .transpose()
    }
}

/// The money of one project, currency and type of operation inside the interval, in minor units: `theirs - ours` is
/// `explained`, to the unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Sum {
    /// The project.
    pub project_id: ProjectId,
    /// The currency.
    pub currency: Currency,
    /// The type of the operations, in the platform's word.
    #[serde(rename = "type")]
    pub kind: OperationType,
    /// What is recorded.
    pub ours: i128,
    /// What the platform reports.
    pub theirs: i128,
    /// What the listed results explain.
    pub explained: i128,
}

/// The result of a reconciliation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Report {
    /// The first second of the interval, since 1970-01-01 00:00 UTC.
    pub from: i64,
    /// The second after its last one.
    pub to: i64,
    /// The last entry of the ledger that was read.
    pub ledger_seq: i64,
    /// Where the platform's operations came from.
    pub sources: Vec<Source>,
    /// How many results of each kind.
    pub counts: BTreeMap<String, u64>,
    /// The money, by project, currency and type.
    pub sums: Vec<Sum>,
    /// What is listed: by project, operation and kind.
    pub results: Vec<Finding>,
    /// The ids of open differences that this comparison looked at and no longer finds: it closes these, and no others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<String>,
}

impl Report {
    /// How many results a person must look at.
    #[must_use]
    pub fn differences(&self) -> usize {
        let differences = self.results.iter().filter(|it| it.kind.is_difference());
        differences.count()
    }

    /// Whether the sums add up: `theirs - ours = explained`. If not, the comparison itself is wrong.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.sums
            .iter()
            .all(|sum| sum.theirs.checked_sub(sum.ours) == Some(sum.explained))
    }
}
