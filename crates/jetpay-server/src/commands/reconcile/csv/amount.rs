//! Amounts of a report: from the text to minor units, exactly or not at all.

use jetpay_core::money::MoneyTextError;
use jetpay_core::{Currency, Money};

/// What the number in a cell counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Tiyn.
    Minor,
    /// Tenge.
    Major,
}

/// The sign before the fraction.
#[derive(Clone, Debug, Default)]
pub(super) struct Decimal {
    /// None until an amount has one.
    pub(super) sign: Option<char>,
    /// The line of the first amount that has it; none if the map says it.
    line: Option<u64>,
}

impl Decimal {
    /// The sign that the map gives. Without one, the first amount with a sign decides for the whole report.
    pub(super) fn new(sign: Option<char>) -> Self {
        Self { sign, line: None }
    }

    /// The amount in a cell of this line. The error does not show the text.
    ///
    /// Thousands may be parted by a space, a no-break space (U+00A0), a narrow one (U+202F) or `'`.
    pub(super) fn read(
        &mut self,
        line: u64,
        text: &str,
        unit: Unit,
        currency: Currency,
    ) -> Result<Money, String> {
        if text.starts_with(['-', '\u{2212}', '(']) {
            return Err("is negative: the amount of an operation is positive, also of a refund; a settlement or a total \
                        is no operation"
                .to_owned());
        }
        let sign = self.sign_of(text)?;
        let plain: String = text
            .chars()
            .map(|it| match it {
                '\u{a0}' | '\u{202f}' | '\'' => ' ',
                _ if Some(it) == sign => '.',
                _ => it,
            })
            .collect();
        let no_amount = || format!("is no amount: it looks like `{}`", shape(text));
        if !plain
            .bytes()
            .all(|it| it.is_ascii_digit() || b" .".contains(&it))
        {
            return Err(no_amount());
        }
        let unit_word = if unit == Unit::Minor { "minor " } else { "" };
        let amount = Money::parse(&format!("{plain} {unit_word}{currency}"));
        let amount = amount.map_err(|error| match error {
            MoneyTextError::FractionOfMinorUnit { .. } if unit == Unit::Minor => {
                "has a fraction, but the map says amount_unit = \"minor\", and minor units are whole".to_owned()
            }
            MoneyTextError::FractionOfMinorUnit { digits } => format!(
                "has more digits behind its `{}` than {currency} has, which are {digits}; an amount is not rounded",
                sign.unwrap_or('.')
            ),
            MoneyTextError::Unlisted(_) => format!(
                "is in {currency}, and how many digits that has is not known: such amounts can be read in minor units only"
            ),
            MoneyTextError::Overflow => "is larger than any amount".to_owned(),
            MoneyTextError::Grouping => {
                format!("has its thousands parted in an odd way: it looks like `{}`", shape(text))
            }
            _ => no_amount(),
        })?;
        if let (None, Some(_)) = (self.sign, sign) {
            (self.sign, self.line) = (sign, Some(line));
        }
        Ok(amount)
    }

    /// The sign in an amount, which must be that of the report.
    fn sign_of(&self, text: &str) -> Result<Option<char>, String> {
        let sign = text.chars().find(|it| matches!(it, '.' | ','));
        let has_both = text.contains('.') && text.contains(',');
        match (sign, self.sign) {
            (Some(_), None) if has_both => Err(
                "has both `.` and `,`: neither may part thousands, because both can begin a fraction".to_owned(),
            ),
            (Some(sign), Some(known)) if has_both || sign != known => {
                let reason = match self.line {
                    Some(line) => format!("the amount in line {line} has `{known}`"),
                    None => format!("the map says decimal = \"{known}\""),
                };
                let other = if known == '.' { ',' } else { '.' };
                Err(format!("has `{other}`, but {reason}"))
            }
            _ => Ok(sign),
        }
    }
}

/// What a text looks like, with `0` for each digit and `a` for each letter, because it can be a person's data.
pub(super) fn shape(text: &str) -> String {
    let shape = text.chars().take(40).map(|it| match it {
        _ if it.is_numeric() => '0',
        _ if it.is_alphabetic() => 'a',
        _ => it,
    });
    shape.collect()
}
