//! Which answers acknowledge a callback. By the documents only HTTP 200 ends the repeats; every other status refuses.

/// Whether an answer with this HTTP status acknowledges a callback, so that the platform stops repeating it.
#[must_use]
pub const fn is_acknowledged(status: u16) -> bool {
    status == 200
}

/// Whether equal callbacks that were sent at once are acknowledged. One of the answers is enough: a merchant who
/// processes one of them may refuse the others, since the platform sends them again.
#[must_use]
pub fn is_one_acknowledged(statuses: impl IntoIterator<Item = u16>) -> bool {
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
