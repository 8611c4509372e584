//! The money of a day as bars: a row for each method, so that no colour has a meaning. The same figures are in a table.

use maud::{Markup, html};

/// The size of a bar's place, and what is around the rows.
const WIDTH: i64 = 24;
const HEIGHT: i64 = 40;
const LABELS: i64 = 110;
const GAP: i64 = 14;

/// A row of bars with its name.
pub(super) struct Bars {
    pub(super) name: String,
    /// What is higher than 0 is drawn.
    pub(super) values: Vec<i128>,
}

/// All rows have one scale. `hours` has the name of each column, and `name` says what the chart shows.
pub(super) fn chart(name: &str, hours: &[String], rows: &[Bars]) -> Markup {
    let most = rows.iter().flat_map(|row| &row.values).max().copied();
    let most = most.unwrap_or_default().max(1);
    let columns = i64::try_from(hours.len()).unwrap_or_default();
    let count = i64::try_from(rows.len()).unwrap_or_default();
    let (width, height) = (LABELS + columns * WIDTH, count * (HEIGHT + GAP) + GAP);
    let bar = |value: i128| i64::try_from(value * i128::from(HEIGHT) / most).unwrap_or_default();
    html! {
        svg.chart role="img" aria-label=(name) viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height)
            fill="currentColor" font-size="11" {
            title { (name) }
            @for (row, base) in rows.iter().zip((1..).map(|row| row * (HEIGHT + GAP) - GAP)) {
                text x="0" y=(base) { (row.name) }
                rect x=(LABELS) y=(base) width=(columns * WIDTH) height="1" opacity="0.4" {}
                @for (value, column) in row.values.iter().zip(0..) {
                    // A small amount is still seen.
                    @if *value > 0 {
                        rect x=(LABELS + column * WIDTH + 3) y=(base - bar(*value).max(1)) width=(WIDTH - 6)
                            height=(bar(*value).max(1)) {}
                    }
                }
            }
            @for (hour, column) in hours.iter().zip(0..) {
                @if column % 3 == 0 {
                    text x=(LABELS + column * WIDTH) y=(height - 4) { (hour) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_closed_and_no_bar_is_higher_than_its_row_or_drawn_for_nothing() {
        let hours: Vec<_> = (0..25).map(|hour| format!("{hour:02}")).collect();
        let row = |values| Bars {
            name: "<kaspi>".into(),
            values,
        };
        let rows = [
            row(vec![0, 1, i128::from(i64::MAX) * 1_000_000]),
            row(vec![-5]),
        ];
        let drawn = chart("money", &hours, &rows).into_string();
        assert_eq!(
            drawn.matches("<rect").count(),
            drawn.matches("</rect>").count()
        );
        assert_eq!(
            drawn.matches("<rect").count(),
            2 + 2,
            "two lines and two bars"
        );
        assert!(drawn.contains(r#"height="40""#) && drawn.contains("&lt;kaspi&gt;"));
        assert!(!chart("nothing", &[], &[]).into_string().contains("<rect"));
    }
}
