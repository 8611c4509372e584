//! Examines one body: first as the service verifies it, then in every other way in which a sender may have signed it.

use jetpay_core::Rejection;
use jetpay_core::id::ProjectId;
use jetpay_core::signature::{Canonical, Key, Order, Project};

use crate::flatten::{self, Node};
use crate::rule::PLATFORM;
use crate::secret::{Signer, foreign_signers, own_signers};
use crate::signed::{Line, Signed, Text};
use crate::texts::Changed;
use crate::{Explanation, Hint, Verdict, candidates, loose, texts};

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

/// The largest body, in bytes, for which changes of values are tried.
const SIZE: usize = 64 * 1024;
/// The most bytes that are hashed while one value after the other is changed.
const WORK: usize = 16 * 1024 * 1024;

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
        let decoded = self.canonical.signature().decode();
        if let Ok(signature) = decoded
            && let Some((order, text, secret)) = self.matching(&signature)
        {
            self.fill(&mut explanation, order, text, secret);
        } else {
            let (hints, signed) = match &decoded {
                Ok(signature) => self.reasons(signature, root.as_ref()),
                Err(_) => self.reasons_of_loose_text(root.as_ref()),
            };
            (explanation.hints, explanation.signed) = (hints, signed);
            if explanation.hints.is_empty() {
                let malformed = decoded.err().map(Hint::from);
                let why = root.as_ref().and_then(|root| self.otherwise_made(root));
                explanation.hints.extend(why.or(malformed));
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
                let others = hints.into_iter().filter(|other| *other != hint);
                return (
                    std::iter::once(hint.clone()).chain(others).collect(),
                    signed,
                );
            }
        }
        Reasons::default()
    }

    /// What made the signature of the right string and secret, if it was not HMAC-SHA512.
    fn otherwise_made(&self, root: &Node<'_>) -> Option<Hint> {
        let given = self.canonical.signature().text()?;
        candidates::platform(root, self.body.len())
            .iter()
            .find_map(|text| {
                let string = text.string();
                self.keys.iter().find_map(|key| {
                    let right = key.sign(&string);
                    loose::otherwise_made(given, &right, key.expose_secret(), &string)
                })
            })
    }

    /// Searches for one fault before two: another secret, another string, another value; then another secret and string.
    fn reasons(&self, signature: &Signature, root: Option<&Node<'_>>) -> Reasons {
        let Some(root) = root else {
            return Reasons::default();
        };
        let own = own_signers(self.keys);
        let mut foreign = foreign_signers(self.keys, self.others);
        let platform = candidates::platform(root, self.body.len());
        let lines = self.lines(root);
        let changed = texts::in_each_way(&lines);
        let mut found: Vec<(Vec<Hint>, Signed)> = Vec::new();
        for text in &platform {
            found.extend(fitting(&foreign, signature, Vec::new(), text.clone()));
        }
        found.extend(self.strings(&own, signature, root, &changed));
        if found.is_empty() {
            found.extend(self.value(&own, signature, root, (&lines, &changed)));
        }
        if found.is_empty() {
            found.extend(in_character_sets(&own, signature, &platform));
        }
        if found.is_empty() {
            foreign.retain(Signer::is_likely);
            found.extend(self.strings(&foreign, signature, root, &changed));
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
        signers: &[Signer],
        signature: &Signature,
        root: &Node<'_>,
        changed: &[Changed],
    ) -> Vec<(Vec<Hint>, Signed)> {
        if signers.is_empty() {
            return Vec::new();
        }
        let given = self.canonical.signature().text();
        let fits = |hints, text| fitting(signers, signature, hints, text);
        let fit = |(hint, text)| fits(vec![hint], text);
        let json = candidates::json(self.body, root, given).find_map(fit);
        let rules = candidates::rules(root, self.body.len()).filter_map(fit);
        let mut found: Vec<_> = candidates::trimmed(root, self.body.len())
            .filter_map(fit)
            .take(1)
            .chain(json)
            .chain(rules)
            .collect();
        if found.is_empty() {
            found.extend(texts::changed(changed).find_map(|(hints, text)| fits(hints, text)));
        }
        found
    }

    /// The string with one value left out, moved or changed that one of the signers signed.
    fn value(
        &self,
        signers: &[Signer],
        signature: &Signature,
        root: &Node<'_>,
        (lines, changed): (&[Line], &[Changed]),
    ) -> Option<(Vec<Hint>, Signed)> {
        let times = WORK / self.body.len().max(1) / signers.len().max(1);
        candidates::left_out(lines)
            .take(times)
            .chain(candidates::reordered(root, self.body.len()))
            .chain(candidates::other_values(lines, changed).take(times))
            .find_map(|(hint, text)| fitting(signers, signature, vec![hint], text))
    }

    /// The values of a body that is small enough to be changed in many ways.
    fn lines(&self, root: &Node<'_>) -> Vec<Line> {
        let small = self.body.len() <= SIZE;
        let lines = small.then(|| flatten::lines(root, PLATFORM, self.body.len()));
        lines.flatten().unwrap_or_default()
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

fn signed_by<'s>(
    signers: &'s [Signer],
    string: &[u8],
    signature: &Signature,
) -> Option<&'s Signer> {
    signers
        .iter()
        .find(|signer| signer.signed(string, signature))
}

/// The string to sign in another character set.
fn in_character_sets(
    signers: &[Signer],
    signature: &Signature,
    platform: &[Text],
) -> Option<(Vec<Hint>, Signed)> {
    platform.iter().find_map(|text| {
        let sets = texts::in_character_sets(&text.string());
        sets.into_iter().find_map(|(set, bytes)| {
            let signer = signed_by(signers, &bytes, signature)?;
            Some((
                vec![Hint::SignedInCharacterSet(set)],
                signer.of(text.clone()),
            ))
        })
    })
}

/// The text with what is wrong with it and with its secret, if one of the signers signed it.
fn fitting(
    signers: &[Signer],
    signature: &Signature,
    mut hints: Vec<Hint>,
    text: Text,
) -> Option<(Vec<Hint>, Signed)> {
    let signer = signed_by(signers, text.string().as_bytes(), signature)?;
    hints.extend(signer.hint());
    Some((hints, signer.of(text)))
}
