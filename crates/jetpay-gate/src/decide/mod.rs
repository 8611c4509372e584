//! What an answer means. Pure: from an HTTP status and a body to what the caller is told.

mod payout;
mod status;

pub(crate) use payout::outcome;
pub(crate) use status::asked;

/// The key is wrong, our address is not on the platform's list, or there were too many requests: it was not looked at.
fn not_looked_at(http_status: u16) -> bool {
    matches!(http_status, 401 | 403 | 429)
}

/// Whether an answer with this HTTP status can say anything. After 408 and 5xx something may have happened whatever
/// the body says; a redirect is from somebody else.
fn can_say_anything(http_status: u16) -> bool {
    http_status == 200 || (400..500).contains(&http_status) && http_status != 408
}

#[cfg(test)]
mod tests;
