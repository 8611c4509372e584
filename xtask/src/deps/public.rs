//! Which types of foreign crates a merchant meets in the public signatures of an SDK crate.
//!
//! A foreign type in a signature is a promise: a new major version of its crate is one of ours. The [list](ALLOWED) has those
//! that we promise. The source is parsed, not compiled. Therefore a type behind a macro or behind an alias of another file
//! is not seen, `pub` in a private module counts as public, and so does a name that a derive macro and a trait share.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::visit::{self, Visit};
use syn::{Fields, ImplItem, Item, TraitItem, UseTree, Visibility};

/// A crate that another one may show in its signatures, and the reason.
pub(crate) struct Allowed {
    pub(crate) ours: &'static str,
    pub(crate) foreign: &'static str,
    #[expect(dead_code, reason = "it is for the reader of the list")]
    pub(crate) reason: &'static str,
}

const fn allowed(ours: &'static str, foreign: &'static str, reason: &'static str) -> Allowed {
    Allowed {
        ours,
        foreign,
        reason,
    }
}

const SERDE: &str =
    "a type that is stored or sent implements its traits, and so do the types of merchants";
const JSON: &str = "a field whose content no document fixes is JSON";

/// All foreign crates in public signatures.
pub(crate) const ALLOWED: &[Allowed] = &[
    allowed("jetpay-core", "serde", SERDE),
    allowed("jetpay-core", "serde_json", JSON),
    allowed("jetpay-rules", "serde", SERDE),
    allowed("jetpay-explain", "serde", SERDE),
    allowed("jetpay-kaspi", "serde", SERDE),
    allowed("jetpay-kassa24", "serde", SERDE),
    allowed("jetpay-kassa24-bvu", "serde", SERDE),
    allowed("jetpay-cashin-kz", "serde", SERDE),
    allowed("jetpay-qiwi-kz", "serde", SERDE),
    allowed("jetpay-qiwi-kz", "serde_json", JSON),
    allowed(
        "jetpay-actix",
        "actix_web",
        "an endpoint is registered there",
    ),
];

/// Describes each foreign type in a public signature of a crate that the list does not have, and each row that no signature
/// needs.
pub(crate) fn problems(
    name: &str,
    dependencies: &[String],
    source: &Path,
    allowed: &[Allowed],
) -> Result<Vec<String>> {
    let dependencies: Vec<String> = dependencies.iter().map(|it| it.replace('-', "_")).collect();
    let mut shown = BTreeMap::new();
    for path in files_below(source)? {
        let text = fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        let foreign = foreign_in(&text, &dependencies)
            .with_context(|| format!("{} cannot be parsed", path.display()))?;
        for (dependency, item) in foreign {
            shown.entry(dependency).or_insert((path.clone(), item));
        }
    }
    let rows: Vec<&str> = allowed
        .iter()
        .filter(|row| row.ours == name)
        .map(|row| row.foreign)
        .collect();
    let unlisted = shown
        .iter()
        .filter(|(dependency, _)| !rows.contains(&dependency.as_str()))
        .map(|(dependency, (path, item))| {
            format!(
                "{}: {item} shows a type of {dependency} in its signature",
                path.display()
            )
        });
    let unused = rows
        .iter()
        .filter(|row| !shown.contains_key(**row))
        .map(|row| {
            format!("{name} shows no type of {row}: remove the row from xtask/src/deps/public.rs")
        });
    Ok(unlisted.chain(unused).collect())
}

/// The source files of a crate, tests left out.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if name == "tests" || name == "tests.rs" {
            continue;
        }
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The foreign crates in the public signatures of a file, each with an item that shows it.
fn foreign_in(source: &str, dependencies: &[String]) -> syn::Result<Vec<(String, String)>> {
    let file = syn::parse_file(source)?;
    let mut names = BTreeMap::new();
    for item in &file.items {
        if let Item::Use(item) = item {
            import(&item.tree, None, &mut names);
        }
    }
    let mut finder = Finder {
        dependencies,
        names,
        item: String::new(),
        found: Vec::new(),
    };
    finder.items(&file.items);
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

struct Finder<'a> {
    dependencies: &'a [String],
    names: BTreeMap<String, String>,
    /// The item whose signature is visited.
    item: String,
    found: Vec<(String, String)>,
}

impl Finder<'_> {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            self.signature_of(item);
        }
    }

    /// Visits what a user of the crate sees of an item: no body, and no private field.
    fn signature_of(&mut self, item: &Item) {
        match item {
            Item::Fn(it) if is_public(&it.vis) => {
                self.named(&it.sig.ident, |finder| finder.visit_signature(&it.sig));
            }
            Item::Struct(it) if is_public(&it.vis) => self.named(&it.ident, |finder| {
                finder.derives(&it.attrs);
                finder.visit_generics(&it.generics);
                finder.public_fields(&it.fields, false);
            }),
            Item::Enum(it) if is_public(&it.vis) => self.named(&it.ident, |finder| {
                finder.derives(&it.attrs);
                finder.visit_generics(&it.generics);
                for variant in &it.variants {
                    finder.public_fields(&variant.fields, true);
                }
            }),
            Item::Const(it) if is_public(&it.vis) => {
                self.named(&it.ident, |finder| finder.visit_type(&it.ty));
            }
            Item::Static(it) if is_public(&it.vis) => {
                self.named(&it.ident, |finder| finder.visit_type(&it.ty));
            }
            Item::Type(it) if is_public(&it.vis) => {
                self.named(&it.ident, |finder| visit::visit_item_type(finder, it));
            }
            Item::Use(it) if is_public(&it.vis) => {
                let mut names = BTreeMap::new();
                import(&it.tree, None, &mut names);
                for (name, root) in names {
                    self.record(&root, &name);
                }
            }
            Item::Trait(it) if is_public(&it.vis) => self.named(&it.ident, |finder| {
                finder.visit_generics(&it.generics);
                for bound in &it.supertraits {
                    finder.visit_type_param_bound(bound);
                }
                for item in &it.items {
                    match item {
                        TraitItem::Fn(it) => finder.visit_signature(&it.sig),
                        item => finder.visit_trait_item(item),
                    }
                }
            }),
            Item::Impl(it) => self.implementation(it),
            Item::Mod(it) if is_public(&it.vis) => {
                if let Some((_, items)) = &it.content {
                    self.items(items);
                }
            }
            _ => {}
        }
    }

    /// A trait's implementation is as public as its type and its trait, which may be in other files. All count, but those of
    /// types that are private in this file are rare enough to be listed or avoided.
    fn implementation(&mut self, it: &syn::ItemImpl) {
        if let Some((path, _)) = &it.trait_ {
            self.item = format!("an implementation of {}", last(path));
            self.visit_path(path);
            return;
        }
        for item in &it.items {
            match item {
                ImplItem::Fn(it) if is_public(&it.vis) => {
                    self.named(&it.sig.ident, |finder| finder.visit_signature(&it.sig));
                }
                ImplItem::Const(it) if is_public(&it.vis) => {
                    self.named(&it.ident, |finder| finder.visit_type(&it.ty));
                }
                _ => {}
            }
        }
    }

    fn named(&mut self, name: &syn::Ident, visit: impl FnOnce(&mut Self)) {
        self.item = name.to_string();
        visit(self);
    }

    fn public_fields(&mut self, fields: &Fields, all: bool) {
        for field in fields.iter().filter(|field| all || is_public(&field.vis)) {
            self.visit_type(&field.ty);
        }
    }

    /// A derived trait of a foreign crate is implemented for all to see. The macro has the trait's name.
    fn derives(&mut self, attributes: &[syn::Attribute]) {
        for attribute in attributes.iter().filter(|it| it.path().is_ident("derive")) {
            let _ = attribute.parse_nested_meta(|meta| {
                // `thiserror` derives a trait of the standard library.
                if last(&meta.path) != "Error" {
                    self.visit_path(&meta.path);
                }
                Ok(())
            });
        }
    }

    fn record(&mut self, root: &str, item: &str) {
        if self.dependencies.iter().any(|it| it == root) {
            self.found.push((root.to_owned(), item.to_owned()));
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(first) = path.segments.first() {
            let first = first.ident.to_string();
            let root = self.names.get(&first).cloned().unwrap_or(first);
            let item = self.item.clone();
            self.record(&root, &item);
        }
        visit::visit_path(self, path);
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn last(path: &syn::Path) -> String {
    path.segments
        .last()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, foreign_in, problems};

    fn foreign(source: &str) -> Vec<String> {
        let dependencies = ["reqwest", "serde", "serde_json", "thiserror"].map(str::to_owned);
        let found = foreign_in(source, &dependencies).unwrap();
        found
            .into_iter()
            .map(|(dependency, _)| dependency)
            .collect()
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
            let found = foreign(source);
            assert!(
                !found.is_empty() && found.iter().all(|it| it == "reqwest"),
                "{source}: {found:?}"
            );
        }
        assert_eq!(
            foreign("use serde::Serialize; #[derive(Debug, Serialize)] pub struct A;"),
            ["serde"]
        );
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
            assert_eq!(foreign(source), Vec::<String>::new(), "{source}");
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
        let problems = problems("jetpay-actix", &dependencies, folder.path(), ALLOWED).unwrap();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(
            problems[0].ends_with("open shows a type of reqwest in its signature"),
            "{problems:?}"
        );
        assert!(
            problems[1].starts_with("jetpay-actix shows no type of actix_web"),
            "{problems:?}"
        );
    }
}
