//! One body, examined: first as it is verified, then in every other way that a sender may have signed it.

use super::tree::Node;
use super::{Explanation, Hint, Verdict, flatten, json, loose, rule};
use crate::rejection::Rejection;
use crate::signature::{Canonical, Key, Order, Project};

/// What there is to examine.
pub(super) struct Case<'a> {
    pub(super) body: &'a [u8],
    pub(super) canonical: &'a Canonical,
    /// The secrets that may have signed it.
    pub(super) keys: &'a [Key],
    /// The projects that should not have.
    pub(super) others: &'a [&'a Project],
}

type Signature = [u8; 64];

impl Case<'_> {
    pub(super) fn explanation(&self) -> Explanation {
        let natural = self.canonical.string_to_sign();
        let mut explanation = Explanation {
            verdict: Verdict::Mismatch,
            order: None,
            secret: None,
            string_to_sign: Some(natural.to_owned()),
            computed: self.keys.first().map(|key| key.sign(natural)),
            given: self.canonical.signature().text().map(str::to_owned),
            hints: Vec::new(),
        };
        match self.canonical.signature().decode() {
            Ok(signature) => match self.matching(&signature) {
                Some((order, text, secret)) => self.fill(&mut explanation, order, text, secret),
                None => explanation.hints = self.reasons(&signature),
            },
            Err(malformed) => {
                explanation.hints.push(malformed.into());
                explanation.hints.extend(self.reasons_of_loose_text());
            }
        }
        explanation
    }

    /// As messages are verified: natural order before byte order, the secrets as they are listed.
    fn matching(&self, signature: &Signature) -> Option<(Order, String, usize)> {
        self.orders().into_iter().find_map(|(order, text)| {
            let secret = self
                .keys
                .iter()
                .position(|key| key.verify(&text, signature))?;
            Some((order, text, secret))
        })
    }

    fn orders(&self) -> Vec<(Order, String)> {
        let natural = (Order::Natural, self.canonical.string_to_sign().to_owned());
        let byte = self
            .canonical
            .byte_ordered()
            .map(|text| (Order::Byte, text));
        std::iter::once(natural).chain(byte).collect()
    }

    fn fill(&self, explanation: &mut Explanation, order: Order, text: String, secret: usize) {
        explanation.verdict = Verdict::Match;
        explanation.order = Some(order);
        explanation.secret = Some(secret);
        explanation.computed = Some(self.keys[secret].sign(&text));
        explanation.string_to_sign = Some(text);
        if order == Order::Byte {
            explanation.hints.push(Hint::ByteOrder);
        }
        let refused = self
            .canonical
            .malleation()
            .map(|malleation| Hint::Refused(Rejection::Malleated(malleation.into())));
        explanation.hints.extend(refused);
    }

    /// The right bytes in a base64 that is not taken, or the bytes of something else.
    fn reasons_of_loose_text(&self) -> Vec<Hint> {
        let Some(signature) = self.canonical.signature().text().and_then(loose::decode) else {
            return Vec::new();
        };
        match self.matching(&signature) {
            Some(_) => vec![Hint::LooseBase64],
            None => self
                .reasons(&signature)
                .into_iter()
                .filter(|hint| *hint != Hint::NoKnownReason)
                .collect(),
        }
    }

    fn reasons(&self, signature: &Signature) -> Vec<Hint> {
        let mut hints = self.other_secrets(signature);
        hints.extend(self.other_strings(signature));
        if hints.is_empty() {
            hints.push(Hint::NoKnownReason);
        }
        hints
    }

    fn other_secrets(&self, signature: &Signature) -> Vec<Hint> {
        let orders = self.orders();
        let fits = |key: &Key| orders.iter().any(|(_, text)| key.verify(text, signature));
        let trimmed = self
            .keys
            .iter()
            .filter_map(Key::trimmed)
            .any(|key| fits(&key))
            .then_some(Hint::SecretTrimmed);
        let others = self
            .others
            .iter()
            .filter(|project| project.keys().iter().any(fits));
        trimmed
            .into_iter()
            .chain(others.map(|project| Hint::OtherProject(project.id())))
            .collect()
    }

    fn other_strings(&self, signature: &Signature) -> Vec<Hint> {
        let fits = |text: &str| self.keys.iter().any(|key| key.verify(text, signature));
        let Some(root) = std::str::from_utf8(self.body)
            .ok()
            .and_then(|text| Node::parse(text.trim_ascii()))
        else {
            return Vec::new();
        };
        let by_rule = |rule: rule::Rule| {
            let orders = [Some(rule), rule.in_byte_order()];
            orders
                .into_iter()
                .flatten()
                .filter_map(|rule| flatten::string_to_sign(&root, rule, self.body.len()))
                .any(|text| fits(&text))
        };
        let trimmed = by_rule(rule::VALUES_TRIMMED).then_some(Hint::ValuesTrimmed);
        let text = json::texts(self.body, &root, self.canonical.signature().text())
            .find(|(_, text)| fits(text))
            .map(|(how, _)| Hint::Reserialised(how));
        let rules = rule::OTHERS
            .iter()
            .filter(|(_, rule)| by_rule(*rule))
            .map(|(name, _)| Hint::OtherRule(*name));
        trimmed.into_iter().chain(text).chain(rules).collect()
    }
}
