//! The table of results.

use crate::shell;

/// One comparison.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) target: Target,
    /// The median of the rounds' ratios.
    pub(super) ratio: f64,
    /// What we took or reached, in words.
    pub(super) ours: String,
    /// The same of what we are compared with.
    pub(super) bare: String,
}

/// What a ratio should be.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// Times are compared.
    AtMost(f64),
    /// Rates are compared.
    AtLeast(f64),
}

impl Target {
    fn is_met(self, ratio: f64) -> bool {
        match self {
            Self::AtMost(most) => ratio <= most,
            Self::AtLeast(least) => ratio >= least,
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {most:.2}"),
            Self::AtLeast(least) => format!("≥ {least:.2}"),
        }
    }
}

pub(super) fn print(rows: &[Row]) {
    shell::heading("speed, each row against something bare in the same run");
    println!(
        "  {:<38} {:>7} {:>7}   {:<28} bare",
        "", "target", "ratio", "ours"
    );
    for Row {
        name,
        target,
        ratio,
        ours,
        bare,
    } in rows
    {
        let mark = if target.is_met(*ratio) { '✓' } else { '✗' };
        println!(
            "{mark} {name:<38} {:>7} {ratio:>7.2}   {ours:<28} {bare}",
            target.words()
        );
    }
    let met = rows
        .iter()
        .filter(|row| row.target.is_met(row.ratio))
        .count();
    println!("\n{met} of {} targets met.", rows.len());
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn target_itself_is_met() {
        assert!(Target::AtMost(1.6).is_met(1.6) && !Target::AtMost(1.6).is_met(1.61));
        assert!(Target::AtLeast(0.4).is_met(0.4) && !Target::AtLeast(0.4).is_met(0.39));
    }
}
