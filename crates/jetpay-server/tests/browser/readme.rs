//! The pictures of the README.

use std::fs;
use std::path::PathBuf;

use crate::driver::Browser;
use crate::looks::Page;
use crate::npm;
use crate::scene::Quarantined;

/// Names a folder of the workspace: the three pictures of the README go there.
const README: &str = "JETPAY_README_PICTURES";
/// Wide enough for the tables: the window has this width too.
const README_SIZE: (u32, u32) = (1240, 760);

/// The pictures of the README, if the variable [`README`] names a folder for them.
pub(crate) async fn pictures(browser: &Browser, port: u16, it: &Quarantined) {
    let Some(folder) = std::env::var_os(README).map(PathBuf::from) else {
        return;
    };
    let pictures = [
        (format!("/?q={}", it.customer), "main", "pages-search"),
        (
            format!("/payments/{}", it.payment),
            "#story",
            "pages-payment",
        ),
        (format!("/alarms/{}", it.alarm), "main", "pages-alarm"),
    ];
    let (width, height) = README_SIZE;
    for (path, from, picture) in pictures {
        let page = Page { port, path: &path };
        page.open(browser).await;
        browser.look(width, false).await;
        let top = "const top = document.querySelector(arguments[0]).getBoundingClientRect().top + window.scrollY; \
            return Math.max(0, Math.floor(top) - 12)";
        let top = browser.run(top, vec![from.into()]).await;
        let top = u32::try_from(top.as_u64().unwrap()).unwrap();
        let file = npm::workspace()
            .join(&folder)
            .join(format!("{picture}.png"));
        let picture = browser.picture(Some((top, width, height))).await;
        let size = picture.len();
        assert!(size < 120 * 1024, "{} has {size} bytes", file.display());
        fs::write(file, picture).unwrap();
    }
}
