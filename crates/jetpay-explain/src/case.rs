//! Examines one body: first as the service verifies it, then in every other way in which a sender may have signed it.

use jetpay_core::Rejection;
use jetpay_core::id::ProjectId;
use jetpay_core::signature::{Canonical, Key, Order, Project};

use crate::flatten::{self, Node};
use crate::rule::PLATFORM;
use crate::signed::{Signed, Signer, Text, foreign_signers, own_signers};
use crate::{Explanation, Hint, Verdict, candidates, loose};

/// The body to examine, and the secrets to try.
pub(super) struct Case<'a> {
    pub(super) body: &'a [u8],
    pub(super) canonical: Canonical,
    /// The project that the body names.
    pub(super) claimed: Option<ProjectId>,
    /// The secrets of the project.
    pub(super) keys: &'a [Key],
    /// The other projects.
    pub(super) others: &'a [&'a Project],
}

type Signature = [u8; 64];

/// The hints that explain a signature, and what the sender signed.
type Reasons = (Vec<Hint>, Option<Signed>);

impl Case<'_> {
    pub(super) fn explanation(&self) -> Explanation {
        let natural = self.canonical.string_to_sign();
        let root = self.root();
        let lines = root.as_ref();
        let lines = lines.and_then(|root| flatten::lines(root, PLATFORM, self.body.len()));
        let mut explanation = Explanation {
            verdict: Verdict::Mismatch,
            project: self.claimed,
            order: None,
            secret: None,
            string_to_sign: Some(natural.to_owned()),
            lines: lines.unwrap_or_default(),
            computed: self.keys.first().map(|key| key.sign(natural)),
            given: self.canonical.signature().text().map(str::to_owned),
            signed: None,
            hints: Vec::new(),
        };
        match self.canonical.signature().decode() {
            Ok(signature) => {
                if let Some((order, text, secret)) = self.matching(&signature) {
                    self.fill(&mut explanation, order, text, secret);
                } else {
                    let (hints, signed) = self.reasons(&signature, root.as_ref());
                    (explanation.hints, explanation.signed) = (hints, signed);
                }
            }
            Err(malformed) => {
                let (hints, signed) = self.reasons_of_loose_text(root.as_ref());
                explanation.hints.push(malformed.into());
                explanation.hints.extend(hints);
                explanation.signed = signed;
            }
        }
        self.add_of_places(&mut explanation.hints, root.as_ref());
        if explanation.verdict == Verdict::Mismatch && explanation.hints.is_empty() {
            explanation.hints.push(Hint::NoKnownReason);
        }
        explanation
    }

    fn root(&self) -> Option<Node<'_>> {
        Node::parse(std::str::from_utf8(self.body).ok()?.trim_ascii())
    }

    /// Tries what the verification of messages tries: natural order before byte order, and the secrets in their order.
    fn matching(&self, signature: &Signature) -> Option<(Order, String, usize)> {
        let natural = (Order::Natural, self.canonical.string_to_sign().to_owned());
        let byte = self
            .canonical
            .byte_ordered()
            .map(|text| (Order::Byte, text));
        let orders = std::iter::once(natural).chain(byte);
        orders.into_iter().find_map(|(order, text)| {
            let secret = self
                .keys
                .iter()
                .position(|key| key.verify(&text, signature))?;
            Some((order, text, secret))
        })
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
            .malleated()
            .map(|how| Hint::Refused(Rejection::Malleated(how)));
        explanation.hints.extend(refused);
    }

    /// Examines a signature whose text is malformed. Its bytes may be right, or they may be the signature of something else.
    fn reasons_of_loose_text(&self, root: Option<&Node<'_>>) -> Reasons {
        let text = self.canonical.signature().text();
        let decodings = text.map(loose::decodings).unwrap_or_default();
        for (hint, signature) in decodings {
            if self.matching(&signature).is_some() {
                return (vec![hint], None);
            }
            let (hints, signed) = self.reasons(&signature, root);
            if signed.is_some() {
                return ([vec![hint], hints].concat(), signed);
            }
        }
        Reasons::default()
    }

    /// Searches for one fault before two: another secret, then another string, then both.
    fn reasons(&self, signature: &Signature, root: Option<&Node<'_>>) -> Reasons {
        let Some(root) = root else {
            return Reasons::default();
        };
        let own = own_signers(self.keys);
        let foreign = foreign_signers(self.keys, self.others);
        let mut found: Vec<(Vec<Hint>, Signed)> = Vec::new();
        for text in candidates::platform(root, self.body.len()) {
            let signers = signed_by(&foreign, &text, signature);
            found.extend(
                signers
                    .map(|signer| (signer.hint().into_iter().collect(), signer.of(text.clone()))),
            );
        }
        found.extend(self.strings(&own, signature, root));
        if found.is_empty() {
            found.extend(self.strings(&foreign, signature, root));
        }
        let mut hints = Vec::new();
        for hint in found.iter().flat_map(|(hints, _)| hints) {
            if !hints.contains(hint) {
                hints.push(hint.clone());
            }
        }
        (hints, found.into_iter().next().map(|(_, signed)| signed))
    }

    /// The other strings that one of the signers signed.
    fn strings(
        &self,
        signers: &[Signer<'_>],
        signature: &Signature,
        root: &Node<'_>,
    ) -> Vec<(Vec<Hint>, Signed)> {
        if signers.is_empty() {
            return Vec::new();
        }
        let given = self.canonical.signature().text();
        let fitting = |(hint, text): (Hint, Text)| {
            let signer = signed_by(signers, &text, signature).next()?;
            let hints = [Some(hint), signer.hint()].into_iter().flatten().collect();
            Some((hints, signer.of(text)))
        };
        let json = candidates::json(self.body, root, given).find_map(fitting);
        let rules = candidates::rules(root, self.body.len()).filter_map(fitting);
        let mut found: Vec<_> = candidates::trimmed(root, self.body.len())
            .filter_map(fitting)
            .take(1)
            .chain(json)
            .chain(rules)
            .collect();
        if found.is_empty() {
            found.extend(candidates::changed(root, self.body.len()).find_map(fitting));
        }
        found
    }

    /// Adds hints about signatures in wrong places of the body.
    fn add_of_places(&self, hints: &mut Vec<Hint>, root: Option<&Node<'_>>) {
        let Some(root) = root else { return };
        let given = self.canonical.signature().text();
        if given.is_none() {
            hints.extend(flatten::signature_anywhere(root).map(Hint::SignatureMisplaced));
            return;
        }
        let in_general = flatten::signature_in_general(root).filter(|text| Some(*text) != given);
        let good = in_general.is_some_and(|text| {
            let decoded = loose::decodings(text);
            decoded
                .iter()
                .any(|(_, signature)| self.matching(signature).is_some())
        });
        if good {
            hints.push(Hint::SignatureInGeneral);
        }
    }
}

fn signed_by<'s, 'k>(
    signers: &'s [Signer<'k>],
    text: &Text,
    signature: &'s Signature,
) -> impl Iterator<Item = &'s Signer<'k>> {
    let string = text.string();
    signers
        .iter()
        .filter(move |signer| signer.signed(&string, signature))
}
