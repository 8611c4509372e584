//! What does not fit the payment, or says nothing of its money.

use jetpay_core::Currency;

use super::{Plot, Teller};
use crate::fact::Meaning;

impl Teller<'_> {
    pub(super) fn misfit(&mut self, plot: Plot, sale: u64) {
        let (half, other) = (self.amount / 2, self.other_project);
        self.paid(sale);
        let odd = self.chance.among(&[
            ["capture", "success", "success"],
            ["moonlight", "success", "success"],
            ["sale", "success", "processing"],
            ["sale", "success", "moonlight"],
            ["sale", "moonlight", "success"],
            ["auth", "success", "awaiting capture"],
        ]);
        let last = self.last();
        last.meaning = Meaning::Misfit;
        match plot {
            Plot::WrongAmount => last.amount += 1,
            Plot::WrongCurrency => last.currency = Currency::parse("USD").expect("a currency"),
            Plot::WrongProject => last.project = other,
            Plot::Payout => last.payment_type = "payout",
            Plot::PaidPartially => {
                last.words[2] = "partially paid";
                last.amount = half;
            }
            _ => {
                last.words = odd;
                last.meaning = Meaning::Nothing;
            }
        }
    }

    /// One fact with two amounts: what comes first counts.
    pub(super) fn contradict(&mut self, sale: u64) {
        let wrong_first = self.chance.happens(500);
        self.paid(sale);
        self.paid(sale);
        let wrong = self.told.len() - 1 - usize::from(wrong_first);
        let (_, wrong) = &mut self.told[wrong];
        wrong.amount += 100;
        wrong.meaning = Meaning::Misfit;
    }
}
