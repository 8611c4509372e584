//! `[mail]`: alarms by e-mail.

use std::path::Path;

use zeroize::Zeroizing;

use super::table::Table;

/// Where alarms are mailed.
pub struct MailConfig {
    /// The SMTP server, `smtps://HOST:PORT` or `smtp://HOST:PORT` with STARTTLS.
    pub url: String,
    /// The login, `USER:PASSWORD`, if the server wants one.
    pub login: Option<Zeroizing<String>>,
    /// The sender.
    pub from: String,
    /// The receivers; at least one.
    pub to: Vec<String>,
}

/// The settings; `None` without `[mail]`, and after a problem.
pub(super) fn read(_mail: &Table<'_>, _folder: &Path, _serving: bool) -> Option<MailConfig> {
    None
}
