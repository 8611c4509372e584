//! What a person can do when the merchant's own system does not answer as it should.

use jetpay_billing::Failure;

/// Where the system is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// `[lookup]`.
    Lookup,
    /// `[[deliver]]`.
    Deliver,
}

const NO_CONNECTION: &str =
    "is the url right, does your system run, and does the network let this machine out?";
const STATUS: &str = "are the url and the secret right? The log of your system says more";

/// What to do about a failure.
pub(super) fn of_failure(failure: &Failure, asked: Asked) -> &'static str {
    match failure {
        Failure::NotConnected(_) | Failure::Broken(_) => NO_CONNECTION,
        Failure::TimedOut => too_slow(asked),
        Failure::Status(_) => STATUS,
        Failure::Unreadable(text) if text.contains("_field") => {
            "name a field whose value is an amount"
        }
        Failure::Unreadable(_) => {
            "is kind right, and does the url lead to the part that answers payment systems?"
        }
        Failure::Said(text) if text.contains("the amount is too") => match asked {
            Asked::Lookup => {
                "write a sum into [lookup] that your billing accepts, such as the smallest payment it takes"
            }
            Asked::Deliver => "take an --amount that your billing accepts, in minor units",
        },
        Failure::Said(_) => "name a customer to whom payments are accepted",
        Failure::NotNow(_) => {
            "is kind right? Both kinds have numbers that mean something else in the other. If it is, try again later; the log \
             of your system says more"
        }
    }
}

/// What to do about a delivery that has this reason. Its text alone is left of the failure.
pub(super) fn of_delivery(why: &str) -> &'static str {
    if why.starts_with("HTTP status") {
        STATUS
    } else if why == Failure::TimedOut.to_string() {
        too_slow(Asked::Deliver)
    } else {
        NO_CONNECTION
    }
}

fn too_slow(asked: Asked) -> &'static str {
    match asked {
        Asked::Lookup => {
            "make your system answer faster, or write a larger timeout_seconds into [lookup]: a payer waits for it"
        }
        Asked::Deliver => {
            "make your system answer faster: the service waits 15 s for an answer, and then sends again"
        }
    }
}

#[cfg(test)]
mod tests {
    use jetpay_billing::dialect::{Body, Dialect};

    use super::*;

    /// What to do after a `check` with this result.
    fn after(result: u32, asked: Asked) -> &'static str {
        let body = format!("<response><txn_id>1</txn_id><result>{result}</result></response>");
        let answer = Dialect::Osmp.read_check(Body::new(body.as_bytes(), None), "1");
        of_failure(&answer.unwrap_err(), asked)
    }

    #[test]
    fn advice_names_the_key_or_option_that_can_be_wrong() {
        for result in [241, 242] {
            assert!(after(result, Asked::Lookup).contains("a sum into [lookup]"));
            assert!(after(result, Asked::Deliver).contains("--amount"));
        }
        assert!(after(79, Asked::Lookup).contains("name a customer"));
        for result in [1, 300, 999] {
            assert!(after(result, Asked::Lookup).contains("is kind right?"));
        }
        assert!(of_failure(&Failure::TimedOut, Asked::Lookup).contains("timeout_seconds"));
        for (failure, advice) in [
            (Failure::TimedOut, "15 s"),
            (Failure::Status(401), "the secret"),
            (Failure::NotConnected("x".to_owned()), "the url"),
        ] {
            let of_text = of_delivery(&failure.to_string());
            assert_eq!(of_text, of_failure(&failure, Asked::Deliver));
            assert!(of_text.contains(advice), "{of_text}");
        }
    }
}
