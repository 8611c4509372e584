//! The feed of entries, read on by `next` as a merchant's billing does.

use anyhow::{Context, Result, ensure};
use jetpay_platform::{Admin, Entry, Exchange};

use super::ask;

const PAGE: usize = 1000;

#[derive(Default)]
pub(super) struct Feed {
    next: i64,
    pub(super) entries: Vec<Entry>,
}

impl Feed {
    /// Where to read on.
    pub(super) fn next(&self) -> i64 {
        self.next
    }

    pub(super) fn path(after: i64) -> String {
        format!("/v1/entries?after={after}&limit={PAGE}")
    }

    /// Takes a page that was asked for with `after`; true if there may be more.
    pub(super) fn take(&mut self, after: i64, page: &Exchange) -> Result<bool> {
        let (status, text) = (page.status, page.text());
        ensure!(status == 200, "the feed was answered with {status}: {text}");
        if self.next != after {
            // Somebody else has read on meanwhile.
            return Ok(true);
        }
        let mut json = page.json.clone().context("the feed is no JSON")?;
        let entries: Vec<Entry> = serde_json::from_value(json["entries"].take())
            .context("the feed has entries that cannot be read")?;
        self.next = json["next"].as_i64().context("the feed has no `next`")?;
        let more = !entries.is_empty();
        self.entries.extend(entries);
        Ok(more)
    }

    /// The whole feed, from its beginning.
    pub(super) async fn whole(admin: &Admin) -> Result<Self> {
        let mut feed = Self::default();
        loop {
            let after = feed.next();
            let page = ask::get(admin, &Self::path(after)).await?;
            if !feed.take(after, &page)? {
                return Ok(feed);
            }
        }
    }
}
