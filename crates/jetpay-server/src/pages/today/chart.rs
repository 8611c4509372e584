//! The money of a day as bars: a row for each method, so that no colour has a meaning. Only bars are drawn, and as wide as the
//! screen: words and numbers are text of the page, so that they are as large on a telephone. The same figures are in a table.

use maud::{Markup, html};

/// The units of a drawing: the width of an hour, and the height.
const WIDTH: i64 = 10;
const HEIGHT: i64 = 100;

/// A row of bars with its name.
pub(super) struct Bars {
    pub(super) name: String,
    /// What is higher than 0 is drawn.
    pub(super) values: Vec<i128>,
}

/// How an amount in minor units is said: as a value of the scale, and as the sum of an hour.
pub(super) struct Said<S, V> {
    pub(super) scale: S,
    pub(super) sum: V,
}

/// All rows have one scale. `hours` has the name of each column, and `name` says what the chart shows.
pub(super) fn chart(
    name: &str,
    hours: &[String],
    rows: &[Bars],
    said: &Said<impl Fn(i128) -> String, impl Fn(i128) -> String>,
) -> Markup {
    let most = rows.iter().flat_map(|row| &row.values).max().copied();
    let top = rounded_up(most.unwrap_or_default());
    html! {
        figure.chart {
            figcaption { (name) }
            @for row in rows {
                p { (row.name) }
                div.scale aria-hidden="true" { @for value in [top, top / 2, 0] { span { ((said.scale)(value)) } } }
                (bars(row, hours, top, &said.sum))
            }
            // Each third hour has its name; on a telephone, each sixth.
            div.hours aria-hidden="true" {
                @for (hour, column) in hours.iter().zip(0..) {
                    span.between[column % 6 != 0] { @if column % 3 == 0 { (hour) } }
                }
            }
        }
    }
}

fn bars(row: &Bars, hours: &[String], top: i128, sum: impl Fn(i128) -> String) -> Markup {
    let columns = i64::try_from(hours.len()).unwrap_or_default();
    let width = columns * WIDTH;
    // A small amount is still seen.
    let height = |value: i128| {
        i64::try_from(value * i128::from(HEIGHT) / top)
            .unwrap_or(HEIGHT)
            .max(1)
    };
    let drawn = row
        .values
        .iter()
        .zip(hours)
        .zip(0..)
        .filter(|((value, _), _)| **value > 0);
    html! {
        svg role="group" aria-label=(row.name) viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" {
            line x1="0" x2=(width) y1=(HEIGHT / 2) y2=(HEIGHT / 2) {}
            @for ((value, hour), column) in drawn {
                rect role="img" x=(column * WIDTH + 1) y=(HEIGHT - height(*value)) width=(WIDTH - 2) height=(height(*value)) {
                    title { (hour) ": " (sum(*value)) }
                }
            }
        }
    }
}

/// The smallest number that is not below: 2, 4, 6, 8 or 10 with noughts, so that its half is round, too.
fn rounded_up(most: i128) -> i128 {
    let mut unit = 1_i128;
    while unit.saturating_mul(10) < most {
        unit = unit.saturating_mul(10);
    }
    let steps = [2, 4, 6, 8, 10].map(|step| unit.saturating_mul(step));
    steps
        .into_iter()
        .find(|top| *top >= most)
        .unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_is_round_and_never_below_the_highest_bar() {
        let of = [0, 1, 2, 3, 10, 11, 20, 2_001, 79_999, 80_001].map(rounded_up);
        assert_eq!(of, [2, 2, 2, 4, 10, 20, 20, 4_000, 80_000, 100_000]);
        assert!(rounded_up(i128::MAX) == i128::MAX);
    }

    #[test]
    fn every_element_is_closed_and_each_bar_says_its_sum_and_is_no_higher_than_its_row() {
        let hours: Vec<_> = (0..25).map(|hour| format!("{hour:02}:00")).collect();
        let row = |values| Bars {
            name: "<kaspi>".into(),
            values,
        };
        let most = i128::from(i64::MAX) * 1_000_000;
        let rows = [row(vec![0, 1, most]), row(vec![-5])];
        let said = Said {
            scale: |value: i128| value.to_string(),
            sum: |value: i128| format!("{value} KZT"),
        };
        let drawn = chart("money", &hours, &rows, &said).into_string();
        for part in [
            "<title>01:00: 1 KZT</title>",
            &format!("<title>02:00: {most} KZT</title>"),
            "<span>10000000000000000000000000</span><span>5000000000000000000000000</span><span>0</span>",
            "&lt;kaspi&gt;",
        ] {
            assert!(drawn.contains(part), "{part} is not in {drawn}");
        }
        let bars: Vec<_> = drawn.split("<rect").skip(1).collect();
        assert_eq!(bars.len(), drawn.matches("</rect>").count());
        assert_eq!(bars.len(), 2, "nothing is drawn for nothing");
        assert!(
            bars[0].contains(r#"height="1""#) && bars[1].contains(r#"y="8""#),
            "{drawn}"
        );
        let empty = chart("nothing", &[], &[], &said).into_string();
        assert!(!empty.contains("<rect"));
    }
}
