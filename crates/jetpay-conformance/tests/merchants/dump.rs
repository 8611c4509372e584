use crate::broken::{all, named};
use jetpay_conformance::{checks, run_all};
#[tokio::test(flavor = "multi_thread")]
async fn dump() {
    let Ok(to) = std::env::var("DUMP") else {
        return;
    };
    std::fs::create_dir_all(&to).unwrap();
    let mut lines: Vec<String> = all()
        .map(|it| {
            let mut ids = it.caught_by.to_vec();
            ids.sort_unstable();
            format!(
                "{}|{}|{}|{}",
                it.name(),
                ids.join(" "),
                it.method.name,
                it.everywhere
            )
        })
        .collect();
    lines.sort();
    std::fs::write(format!("{to}/broken.txt"), lines.join("\n")).unwrap();
    let mut list = String::new();
    let mut seen = std::collections::BTreeSet::new();
    for broken in all() {
        if !seen.insert(format!("{} {:?}", broken.method.name, broken.open().strict)) {
            continue;
        }
        for check in checks(&broken.open()) {
            list += &serde_json::to_string(&check).unwrap();
            list.push('\n');
        }
    }
    std::fs::write(format!("{to}/checks.txt"), list).unwrap();
    for name in [
        "code-as-text",
        "credits-repeats",
        "shows-its-trace",
        "created",
        "tells-the-secret",
        "never-flags",
        "refunds-all",
        "wants-every-field",
        "crashes-on-nul",
        "kassa24-without-message",
        "callbacks-of-the-method-alone",
    ] {
        let report = run_all(&named(name).open(), |_| ()).await;
        std::fs::write(format!("{to}/{name}.html"), report.to_html()).unwrap();
        std::fs::write(format!("{to}/{name}.json"), report.to_json()).unwrap();
        std::fs::write(format!("{to}/{name}.xml"), report.to_junit()).unwrap();
        std::fs::write(format!("{to}/{name}.txt"), report.terminal().to_string()).unwrap();
        std::fs::write(
            format!("{to}/{name}.brief"),
            report.terminal().brief().to_string(),
        )
        .unwrap();
    }
}
