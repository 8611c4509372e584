//! What an answer to a callback says. The documents know one thing only: HTTP 200 ends its repeats. So any other status
//! refuses it, whichever a merchant chooses.

/// Whether a callback with this HTTP status is taken, and comes no more.
pub(crate) const fn is_acknowledged(status: u16) -> bool {
    status == 200
}

/// Whether equal callbacks that came at once were taken: one of them is enough. Whoever is at work on one may refuse the
/// others, since they come again.
pub(crate) fn is_one_acknowledged(statuses: impl IntoIterator<Item = u16>) -> bool {
    statuses.into_iter().any(is_acknowledged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_200_acknowledges_and_everything_else_refuses() {
        for refused in [100, 199, 201, 202, 204, 302, 400, 403, 500, 503] {
            assert!(!is_acknowledged(refused), "{refused}");
        }
        assert!(is_acknowledged(200));
    }

    #[test]
    fn one_of_several_at_once_is_enough() {
        assert!(is_one_acknowledged([409, 200, 503]));
        assert!(!is_one_acknowledged([409, 204]));
        assert!(!is_one_acknowledged([]));
    }
}
