//! What the platform's documents leave open, chosen.

/// What the documents leave open about the Gate. A merchant must get along with either choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habits {
    /// The methods of payouts, as they stand in the path.
    pub methods: Vec<String>,
    /// Whether answers carry a signature.
    pub signs_answers: bool,
    /// Whether `code` in an answer is a number, not a text.
    pub codes_are_numbers: bool,
    /// The HTTP status of an answer that rejects by a code.
    pub rejects_with: u16,
    /// Whether a payout is rejected with 3613 as long as another of the same customer and amount is under way.
    pub one_at_a_time: bool,
}

impl Default for Habits {
    /// QIWI Kazakhstan alone; signed answers, codes as texts, rejections with HTTP 400, no 3613 but by a plan.
    fn default() -> Self {
        Self {
            methods: vec!["qiwi-kz".to_owned()],
            signs_answers: true,
            codes_are_numbers: false,
            rejects_with: 400,
            one_at_a_time: false,
        }
    }
}
