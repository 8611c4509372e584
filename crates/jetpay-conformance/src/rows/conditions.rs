//! To which methods and targets a row applies, and what a check needs from the caller.

use jetpay_platform::messages::Contract;
use jetpay_platform::{ContractFields, MethodFacts};

use crate::catalogue::Need;
use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::target::{Kassa24Answers, Target};

/// To which methods a row applies, and what it needs of the target.
#[derive(Clone, Copy)]
pub(crate) struct Condition {
    pub(crate) methods: fn(&MethodFacts) -> bool,
    pub(crate) needs: &'static [Need],
}

impl Condition {
    const fn new(methods: fn(&MethodFacts) -> bool, needs: &'static [Need]) -> Self {
        Self { methods, needs }
    }

    pub(crate) fn holds(self, method: &MethodFacts, target: &Target) -> bool {
        let mut needs = self.needs.iter();
        (self.methods)(method) && needs.all(|need| need.is_met(method, target))
    }
}

impl Need {
    fn is_met(self, method: &MethodFacts, target: &Target) -> bool {
        match self {
            // Without it the check is in the report, and not run.
            Self::Credits => true,
            Self::CallbackUrl => target.callback_urls.last() != Some(&target.url),
            Self::Account => target.answers_kassa24(Kassa24Answers::Account),
            Self::Contracts => {
                !two_options(method) || target.answers_kassa24(Kassa24Answers::Contracts)
            }
            Self::Exact => target.exact,
        }
    }
}

pub(crate) const ALWAYS: Condition = Condition::new(|_| true, &[]);
pub(crate) const HAS_CONTRACTS: Condition = Condition::new(may_have_contracts, &[Need::Contracts]);
pub(crate) const NO_CONTRACTS: Condition = Condition::new(|it| !may_have_contracts(it), &[]);
pub(crate) const ALWAYS_CONTRACTS: Condition =
    Condition::new(|it| it.contract_fields == ContractFields::EntityId, &[]);
/// The method with two answer options, if a project uses the first one.
pub(crate) const OPTION_1: Condition = Condition::new(two_options, &[Need::Account]);
/// The same, if a project uses the second one.
pub(crate) const OPTION_2: Condition = Condition::new(two_options, &[Need::Contracts]);
/// The document has limits of amounts.
pub(crate) const LIMITED: Condition = Condition::new(|it| it.limits.is_some(), &[]);
/// The document shows a `check_deposit` whose type is `verify`.
pub(crate) const TYPED_VERIFY: Condition = Condition::new(|it| it.typed_verify, &[]);
pub(crate) const NO_TYPED_VERIFY: Condition = Condition::new(|it| !it.typed_verify, &[]);
/// The target has a URL for callbacks only.
pub(crate) const HAS_CALLBACK_URL: Condition = Condition::new(|_| true, &[Need::CallbackUrl]);
/// Only the service `jetpay` promises it.
pub(crate) const EXACT: Condition = Condition::new(|_| true, &[Need::Exact]);
/// Only the service `jetpay` has projects that refuse unknown contracts.
pub(crate) const STRICT_CONTRACTS: Condition =
    Condition::new(may_have_contracts, &[Need::Contracts, Need::Exact]);

fn may_have_contracts(method: &MethodFacts) -> bool {
    method.contract_fields != ContractFields::None
}

fn two_options(method: &MethodFacts) -> bool {
    method.contract_fields == ContractFields::EntityIdAndNumber
}

/// A contract of the payer that cannot be paid.
pub(crate) fn closed_contract<'a>(context: &'a CheckContext<'_>) -> CheckResult<&'a Contract> {
    let closed = context.target.customers.closed.as_ref();
    closed.ok_or(Stop::NotRun {
        why: "needs a contract that cannot be paid: name it with --closed-contract",
    })
}
