//! Which types of foreign crates a merchant meets in the public signatures of an SDK crate.
//!
//! A foreign type in a signature is a promise: a new major version of its crate is one of ours. The [list](ALLOWED) has those
//! that we promise. The source is parsed, not compiled. Therefore a type behind a macro or behind an alias of another file
//! is not seen, `pub` in a private module counts as public, and so does a name that a derive macro and a trait share.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use syn::visit::{self, Visit};
use syn::{Item, UseTree, Visibility};

use super::source::{self, Source};

/// All foreign crates in public signatures, with the reason and the crates that show them.
const ALLOWED: [(&str, &str, &str); 3] = [
    (
        "serde",
        "a type that is stored or sent implements its traits, and so do the types of merchants",
        "jetpay-core jetpay-rules jetpay-reconcile jetpay-explain jetpay-kaspi jetpay-kassa24 jetpay-kassa24-bvu jetpay-cashin-kz jetpay-qiwi-kz",
    ),
    (
        "serde_json",
        "a field whose content no document fixes is JSON",
        "jetpay-core jetpay-qiwi-kz",
    ),
    (
        "actix_web",
        "an endpoint is registered there",
        "jetpay-actix",
    ),
];

/// Describes each foreign type in a public signature of a crate that the list does not have, and each row that no signature
/// needs.
pub(super) fn problems(name: &str, dependencies: &[String], folder: &Path) -> Result<Vec<String>> {
    let dependencies: Vec<String> = dependencies.iter().map(|it| it.replace('-', "_")).collect();
    let mut shown = BTreeMap::new();
    for Source { path, text } in source::read(folder)? {
        let place = folder.join(path).display().to_string();
        let found = foreign_in(&text, &dependencies);
        for dependency in found.with_context(|| format!("{place} cannot be parsed"))? {
            shown.entry(dependency).or_insert(place.clone());
        }
    }
    let is_of = |ours: &str| ours.split(' ').any(|it| it == name);
    let rows = ALLOWED.iter().filter(|(.., ours)| is_of(ours));
    let rows: Vec<&str> = rows.map(|(foreign, ..)| *foreign).collect();
    let unlisted = shown.iter().filter(|(it, _)| !rows.contains(&it.as_str()));
    let unlisted =
        unlisted.map(|(it, place)| format!("{place}: a public signature shows a type of {it}"));
    let unused = rows.iter().filter(|row| !shown.contains_key(**row));
    let unused = unused.map(|it| {
        format!("{name} shows no type of {it}: remove it from the list in xtask/src/deps/public.rs")
    });
    Ok(unlisted.chain(unused).collect())
}

/// The foreign crates in the public signatures of a file.
fn foreign_in(source: &str, dependencies: &[String]) -> syn::Result<BTreeSet<String>> {
    let file = syn::parse_file(source)?;
    let mut names = BTreeMap::new();
    for item in &file.items {
        if let Item::Use(item) = item {
            import(&item.tree, None, &mut names);
        }
    }
    let mut finder = Finder {
        names,
        found: BTreeSet::new(),
    };
    finder.visit_file(&file);
    finder.found.retain(|it| dependencies.contains(it));
    Ok(finder.found)
}

/// Records each imported name with the crate that it comes from.
fn import(tree: &UseTree, root: Option<&str>, names: &mut BTreeMap<String, String>) {
    match tree {
        UseTree::Path(path) => {
            let first = path.ident.to_string();
            import(&path.tree, Some(root.unwrap_or(&first)), names);
        }
        UseTree::Name(name) => {
            let own = name.ident.to_string();
            names.insert(own.clone(), root.unwrap_or(&own).to_owned());
        }
        UseTree::Rename(rename) => {
            let own = rename.ident.to_string();
            names.insert(rename.rename.to_string(), root.unwrap_or(&own).to_owned());
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                import(tree, root, names);
            }
        }
        UseTree::Glob(_) => {}
    }
}

struct Finder {
    /// What the file imports: the crate of each name.
    names: BTreeMap<String, String>,
    /// The first names of all paths in public signatures.
    found: BTreeSet<String>,
}

impl Finder {
    fn path(&mut self, path: &syn::Path) {
        if let Some(first) = path.segments.first() {
            let first = first.ident.to_string();
            self.found
                .insert(self.names.get(&first).cloned().unwrap_or(first));
        }
    }
}

/// Visits what a user of the crate sees: no private item or field, and no body.
impl<'ast> Visit<'ast> for Finder {
    fn visit_item(&mut self, item: &'ast Item) {
        let seen = match item {
            Item::Const(it) => is_public(&it.vis),
            Item::Enum(it) => is_public(&it.vis),
            Item::Fn(it) => is_public(&it.vis),
            Item::Mod(it) => is_public(&it.vis),
            Item::Static(it) => is_public(&it.vis),
            Item::Struct(it) => is_public(&it.vis),
            Item::Trait(it) => is_public(&it.vis),
            Item::Type(it) => is_public(&it.vis),
            Item::Use(it) => is_public(&it.vis),
            Item::Impl(_) => true,
            _ => false,
        };
        if seen {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, it: &'ast syn::ItemUse) {
        let mut names = BTreeMap::new();
        import(&it.tree, None, &mut names);
        self.found.extend(names.into_values());
    }

    /// A trait's implementation is as public as its type and its trait, which may be in other files. All count, but those of
    /// types that are private in this file are rare enough to be listed or avoided.
    fn visit_item_impl(&mut self, it: &'ast syn::ItemImpl) {
        match &it.trait_ {
            Some((path, _)) => self.visit_path(path),
            None => it.items.iter().for_each(|it| self.visit_impl_item(it)),
        }
    }

    fn visit_impl_item_fn(&mut self, it: &'ast syn::ImplItemFn) {
        if is_public(&it.vis) {
            self.visit_signature(&it.sig);
        }
    }

    fn visit_impl_item_const(&mut self, it: &'ast syn::ImplItemConst) {
        if is_public(&it.vis) {
            self.visit_type(&it.ty);
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if is_public(&field.vis) {
            self.visit_type(&field.ty);
        }
    }

    /// The fields of a variant are as public as their enum.
    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        for field in &variant.fields {
            self.visit_type(&field.ty);
        }
    }

    fn visit_block(&mut self, _: &'ast syn::Block) {}

    fn visit_expr(&mut self, _: &'ast syn::Expr) {}

    /// A derived trait of a foreign crate is implemented for all to see. The macro has the trait's name.
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("derive") {
            let _ = attribute.parse_nested_meta(|meta| {
                // `thiserror` derives a trait of the standard library.
                if meta
                    .path
                    .segments
                    .last()
                    .is_some_and(|it| it.ident != "Error")
                {
                    self.path(&meta.path);
                }
                Ok(())
            });
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path(path);
        visit::visit_path(self, path);
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

#[cfg(test)]
mod tests {
    use super::{foreign_in, problems};

    fn foreign(source: &str) -> String {
        let dependencies = ["reqwest", "serde", "serde_json", "thiserror"].map(str::to_owned);
        let found = foreign_in(source, &dependencies).unwrap();
        found.into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn foreign_type_is_found_wherever_a_signature_may_have_it() {
        for source in [
            "pub fn open(url: reqwest::Url) {}",
            "use reqwest::Url; pub fn url() -> Option<Vec<Url>> { None }",
            "use reqwest::{self, Url as Address}; pub struct A { pub address: Address }",
            "use reqwest::Url; pub enum A { B(Url) }",
            "pub type A = reqwest::Url;",
            "pub const A: Option<reqwest::Url> = None;",
            "pub struct A; impl A { pub fn url(&self) -> reqwest::Url { todo!() } }",
            "impl From<reqwest::Url> for A { fn from(_: reqwest::Url) -> Self { A } }",
            "impl reqwest::IntoUrl for A {}",
            "pub trait A { fn url(&self) -> reqwest::Url; }",
            "pub trait A { type B: Into<reqwest::Url>; }",
            "pub fn a<T>(t: T) where T: Into<reqwest::Url> {}",
            "pub fn a(t: impl Into<reqwest::Url>) {}",
            "pub use reqwest::Url;",
            "pub use reqwest;",
            "pub mod a { pub fn url() -> reqwest::Url { todo!() } }",
        ] {
            assert_eq!(foreign(source), "reqwest", "{source}");
        }
        let derived = "use serde::Serialize; #[derive(Debug, Serialize)] pub struct A;";
        assert_eq!(foreign(derived), "serde");
    }

    #[test]
    fn what_no_user_of_the_crate_sees_is_ignored() {
        for source in [
            "use reqwest::Url; pub struct A { url: Url, pub(crate) other: Url }",
            "pub(crate) fn open(url: reqwest::Url) {}",
            "fn open(url: reqwest::Url) {}",
            "pub fn open() { let url = reqwest::Url::parse(\"\"); }",
            "pub struct A; impl A { fn url(&self) -> reqwest::Url { todo!() } }",
            "use thiserror::Error; #[derive(Error)] pub struct A;",
            "#[derive(thiserror::Error)] pub struct A;",
            "mod a { pub fn url() -> reqwest::Url { todo!() } }",
        ] {
            assert_eq!(foreign(source), "", "{source}");
        }
    }

    #[test]
    fn unlisted_type_and_unused_row_are_problems() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("lib.rs"),
            "pub fn open(url: reqwest::Url) {}",
        )
        .unwrap();
        let dependencies = ["actix-web", "reqwest"].map(str::to_owned);
        let problems = problems("jetpay-actix", &dependencies, folder.path()).unwrap();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(
            problems[0].ends_with("lib.rs: a public signature shows a type of reqwest"),
            "{problems:?}"
        );
        assert!(
            problems[1].starts_with("jetpay-actix shows no type of actix_web"),
            "{problems:?}"
        );
    }
}
