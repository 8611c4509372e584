//! Texts for people in Russian, Kazakh and English: `locales/LANGUAGE/*.ftl`. The pages take all of theirs from here; alarms say
//! the English ones everywhere else.

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jetpay_platform::visible;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    Russian,
    Kazakh,
    English,
}

type Bundle = FluentBundle<FluentResource>;

/// The files of a language.
macro_rules! files {
    ($lang:literal) => {
        [
            include_str!(concat!("../../locales/", $lang, "/shell.ftl")),
            include_str!(concat!("../../locales/", $lang, "/door.ftl")),
            include_str!(concat!("../../locales/", $lang, "/words.ftl")),
            include_str!(concat!("../../locales/", $lang, "/events.ftl")),
            include_str!(concat!("../../locales/", $lang, "/refusals.ftl")),
            include_str!(concat!("../../locales/", $lang, "/search.ftl")),
            include_str!(concat!("../../locales/", $lang, "/payment.ftl")),
            include_str!(concat!("../../locales/", $lang, "/work.ftl")),
            include_str!(concat!("../../locales/", $lang, "/payouts.ftl")),
            include_str!(concat!("../../locales/", $lang, "/reconciliations.ftl")),
            include_str!(concat!("../../locales/", $lang, "/deliveries.ftl")),
            include_str!(concat!("../../locales/", $lang, "/today.ftl")),
        ]
    };
}

static RUSSIAN: LazyLock<Bundle> = LazyLock::new(|| bundle("ru", &files!("ru")));
static KAZAKH: LazyLock<Bundle> = LazyLock::new(|| bundle("kk", &files!("kk")));
static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", &files!("en")));

fn bundle(lang: &str, files: &[&str]) -> Bundle {
    let lang = lang.parse().expect("the tag of a language");
    let mut bundle = Bundle::new_concurrent(vec![lang]);
    // Values go through `visible`, and no CSV should have marks around them.
    bundle.set_use_isolating(false);
    for file in files {
        let resource = FluentResource::try_new((*file).to_owned());
        let resource = resource.unwrap_or_else(|(_, errors)| panic!("{errors:?} in {file}"));
        let added = bundle.add_resource(resource);
        added.unwrap_or_else(|errors| panic!("{errors:?} in {file}"));
    }
    bundle
}

impl Lang {
    pub(crate) const ALL: [Self; 3] = [Self::Russian, Self::Kazakh, Self::English];

    /// The tag in HTML and in `?lang=`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Russian => "ru",
            Self::Kazakh => "kk",
            Self::English => "en",
        }
    }

    /// The language's own name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Russian => "Русский",
            Self::Kazakh => "Қазақша",
            Self::English => "English",
        }
    }

    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The one that a browser wants most, by its `Accept-Language`; Russian for one that wants none of them.
    pub(crate) fn wanted(accept_language: &str) -> Self {
        let wishes = accept_language.split(',').filter_map(|wish| {
            let mut parts = wish.split(';').map(str::trim);
            let tag = parts.next()?.split('-').next()?;
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight = weight.map_or(Some(1000), thousandths)?;
            Some((Self::of_tag(&tag.to_ascii_lowercase())?, weight)).filter(|_| weight > 0)
        });
        // Of several with the same weight, the first one.
        let best = wishes.reduce(|best, wish| if wish.1 > best.1 { wish } else { best });
        best.map_or(Self::Russian, |(lang, _)| lang)
    }

    fn bundle(self) -> &'static Bundle {
        match self {
            Self::Russian => &RUSSIAN,
            Self::Kazakh => &KAZAKH,
            Self::English => &ENGLISH,
        }
    }
}

/// A weight of `Accept-Language`, such as `0.8`: at most three digits behind the point.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number: u32 = format!("{whole}{fraction:0<3}").parse().ok()?;
    Some(number).filter(|number| fraction.len() <= 3 && *number <= 1000)
}

/// The longest word of another program that is shown where it has no message, in characters.
const LONGEST_WORD: usize = 100;

/// The texts in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) Lang);

impl Words {
    /// The text of a message without values.
    pub(crate) fn get(self, id: &str) -> String {
        self.text(id, None)
    }

    /// The text of a message with these values: `words.with("id", [("count", 3.into())])`.
    pub(crate) fn with<'v>(
        self,
        id: &str,
        values: impl IntoIterator<Item = (&'v str, FluentValue<'v>)>,
    ) -> String {
        self.text(id, Some(&values.into_iter().collect()))
    }

    /// What a word of a set means, such as a state or the platform's status: the message `GROUP-WORD`, with `-` for spaces. A
    /// word that has no message is shown as it is.
    pub(crate) fn word(self, group: &str, word: &str) -> String {
        let id = format!("{group}-{}", word.replace(' ', "-"));
        if self.0.bundle().has_message(&id) {
            self.get(&id)
        } else {
            visible::line(&word.chars().take(LONGEST_WORD).collect::<String>())
        }
    }

    /// A message that does not exist is shown as its id; a test finds it.
    fn text(self, id: &str, values: Option<&FluentArgs<'_>>) -> String {
        let bundle = self.0.bundle();
        let message = bundle.get_message(id).and_then(|message| message.value());
        let Some(pattern) = message else {
            debug_assert!(false, "locales/{}: there is no {id}", self.0.tag());
            return id.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, values, &mut errors);
        debug_assert!(errors.is_empty(), "{id}: {errors:?}");
        text.into_owned()
    }
}
