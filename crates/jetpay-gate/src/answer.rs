//! An answer of the Gate, read and, where it is signed, verified.

use jetpay_core::Project;
use jetpay_core::id::PaymentId;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::signature::Canonical;
use serde_json::{Map, Value};

use crate::Reason;
use crate::fields::Fields;

/// What was asked, as far as the answer is held against it.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    /// Whose payment; its secrets verify a signature.
    pub(crate) project: &'a Project,
    /// Which payment. None when a request is asked about.
    pub(crate) payment_id: Option<&'a PaymentId>,
}

/// A JSON object, with a good signature or with none.
pub(crate) struct Answer(Map<String, Value>);

impl Answer {
    pub(crate) fn read(body: &[u8], project: &Project) -> Result<Self, Reason> {
        let no_json = Reason::Unreadable("it is no JSON object");
        // It is stricter than a JSON parser: a field that stands twice cannot be read in two ways.
        let canonical = Canonical::parse(body).map_err(|_| no_json.clone())?;
        let answer: Map<String, Value> = serde_json::from_slice(body).map_err(|_| no_json)?;
        let given = canonical.signature();
        if given.text().is_some() {
            let signature = given.decode().map_err(|_| Reason::BadSignature)?;
            let holds = |text: &str| {
                project
                    .keys()
                    .iter()
                    .any(|key| key.verify(text, &signature))
            };
            let is_good = holds(canonical.string_to_sign())
                || canonical.byte_ordered().is_some_and(|text| holds(&text));
            if !is_good {
                return Err(Reason::BadSignature);
            }
        } else if has_odd_signature(&answer) {
            return Err(Reason::BadSignature);
        }
        Ok(Self(answer))
    }

    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields(&self.0)
    }

    /// `status` at the top: `success` or `error`.
    pub(crate) fn status(&self) -> Result<Option<&str>, Reason> {
        self.fields().word("status")
    }

    pub(crate) fn code(&self) -> Result<Option<OperationCode>, Reason> {
        let code = self.fields().number_or_word("code")?;
        Ok(code.map(|code| OperationCode::from(code.as_str())))
    }

    /// Refuses an answer that names another project or payment. How many of the two it names.
    pub(crate) fn named(&self, question: &Question<'_>) -> Result<usize, Reason> {
        let project = self.fields().number_or_word("project_id")?;
        let payment = self.fields().number_or_word("payment_id")?;
        let pairs = [
            (project, Some(question.project.id().to_string())),
            (
                payment,
                question.payment_id.map(|id| id.as_str().to_owned()),
            ),
        ];
        let mut named = 0;
        for (named_there, asked) in pairs {
            match (named_there, asked) {
                (Some(there), Some(asked)) if there != asked => return Err(Reason::OtherPayment),
                (Some(_), _) => named += 1,
                (None, _) => {}
            }
        }
        Ok(named)
    }
}

/// A signature that is no text is no signature; and its place is not covered by one.
fn has_odd_signature(answer: &Map<String, Value>) -> bool {
    let places = [
        answer.get("signature"),
        answer
            .get("general")
            .and_then(|general| general.get("signature")),
    ];
    places
        .into_iter()
        .flatten()
        .any(|signature| !signature.is_null())
}
