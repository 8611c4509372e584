//! Reads `docs/openapi.yaml`, and compares a request and its answer with it.

use std::collections::BTreeSet;
use std::fs;

use boon::{Compiler, Schemas};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// The file, and what was seen of it.
pub(super) struct Document {
    pub(super) json: Value,
    schemas: Schemas,
    compiler: Compiler,
    /// The operations with the statuses of their answers.
    pub(super) answered: BTreeSet<(String, String)>,
    /// Pointers to the properties that answers, and the bodies of requests, had.
    pub(super) shown: BTreeSet<String>,
}

/// An operation of the file.
#[derive(Clone)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: Method,
    pub(super) path: String,
    /// Where it is in the file.
    pub(super) pointer: String,
    /// Parameters, with those of its path: name, place, and where the schema is.
    pub(super) parameters: Vec<(String, String, String)>,
    /// The role that it needs; `None` when it needs no token.
    pub(super) role: Option<String>,
    /// The statuses of its answers.
    pub(super) statuses: Vec<String>,
}

impl Operation {
    /// A request with this value of the path's parameters.
    pub(super) fn request(&self, value: &str, query: &str) -> String {
        let path = self.path.split(['{', '}']).enumerate();
        let path = path.map(|(at, part)| if at % 2 == 1 { value } else { part });
        let request = format!("{} {}?{query}", self.method, path.collect::<String>());
        request.trim_end_matches('?').to_owned()
    }

    /// A request for what does not exist.
    pub(super) fn for_nothing(&self) -> String {
        let is_number = self.path.contains("{seq}") || self.path.contains("{run}");
        self.request(if is_number { "999" } else { "none" }, "")
    }
}

/// The HTTP methods, as the file writes them.
pub(super) const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

impl Document {
    pub(super) fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.yaml");
        let json: Value = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource("openapi.json", json.clone()).unwrap();
        Self {
            json,
            schemas: Schemas::new(),
            compiler,
            answered: BTreeSet::new(),
            shown: BTreeSet::new(),
        }
    }

    pub(super) fn at(&self, pointer: &str) -> &Value {
        self.json
            .pointer(pointer)
            .unwrap_or_else(|| panic!("{pointer} is not in the file"))
    }

    /// The pointer, or the one that it refers to.
    pub(super) fn target(&self, pointer: &str) -> String {
        match self.at(pointer).get("$ref") {
            Some(target) => target.as_str().unwrap()[1..].to_owned(),
            None => pointer.to_owned(),
        }
    }

    pub(super) fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in self.json["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if !METHODS.contains(&&**method) {
                    continue;
                }
                let of_path = format!("/paths/{}", path.replace('/', "~1"));
                let pointer = format!("{of_path}/{method}");
                let role = operation["security"]
                    .get(0)
                    .map(|it| it["bearer"][0].as_str().unwrap().to_owned());
                operations.push(Operation {
                    id: operation["operationId"].as_str().unwrap().to_owned(),
                    method: method.to_uppercase().parse().unwrap(),
                    path: path.clone(),
                    parameters: [&of_path, &pointer]
                        .into_iter()
                        .flat_map(|it| self.parameters(it))
                        .collect(),
                    pointer,
                    role,
                    statuses: operation["responses"]
                        .as_object()
                        .unwrap()
                        .keys()
                        .cloned()
                        .collect(),
                });
            }
        }
        operations
    }

    pub(super) fn parameters(&self, of: &str) -> Vec<(String, String, String)> {
        let count = self
            .at(of)
            .get("parameters")
            .map_or(0, |list| list.as_array().unwrap().len());
        let parameter = |index| {
            let pointer = self.target(&format!("{of}/parameters/{index}"));
            let text = |name: &str| self.at(&pointer)[name].as_str().unwrap().to_owned();
            (
                text("name"),
                text("in"),
                self.target(&format!("{pointer}/schema")),
            )
        };
        (0..count).map(parameter).collect()
    }

    /// Where the schema of the body is that the operation takes.
    pub(super) fn body_of(&self, operation: &Operation) -> Option<String> {
        let pointer = format!(
            "{}/requestBody/content/application~1json/schema",
            operation.pointer
        );
        self.json.pointer(&pointer).map(|_| pointer)
    }

    /// What the schema at this place says against the value.
    pub(super) fn against(&mut self, pointer: &str, value: &Value) -> Option<String> {
        let index = self
            .compiler
            .compile(&format!("openapi.json#{pointer}"), &mut self.schemas);
        let refused = self.schemas.validate(value, index.unwrap()).err();
        refused.map(|error| format!("{error:#}"))
    }

    /// Holds an answer to the file, and returns its status and body.
    pub(super) async fn check(&mut self, operation: &Operation, answer: Response) -> (u16, Value) {
        let (id, status) = (&operation.id, answer.status().as_u16());
        let pointer = format!("{}/responses/{status}", operation.pointer);
        assert!(
            self.json.pointer(&pointer).is_some(),
            "{id} answered {status}, which is not in the file"
        );
        let of_type = answer
            .headers()
            .get(CONTENT_TYPE)
            .map(|it| it.to_str().unwrap().to_owned());
        let text = answer.text().await.unwrap();
        self.answered.insert((id.clone(), status.to_string()));
        let pointer = self.target(&pointer);
        let content = self
            .at(&pointer)
            .get("content")
            .cloned()
            .unwrap_or_default();
        if content.get("application/json").is_none() {
            assert_eq!(content.is_null(), text.is_empty(), "{id} {status}: {text}");
            assert!(
                content.is_null() || of_type.unwrap().starts_with("text/plain"),
                "{id} {status}"
            );
            return (status, Value::String(text));
        }
        assert_eq!(
            of_type.as_deref(),
            Some("application/json"),
            "{id} {status}"
        );
        let value: Value = serde_json::from_str(&text).unwrap();
        let schema = format!("{pointer}/content/application~1json/schema");
        self.show(&schema, &value);
        (status, value)
    }

    /// Remembers the properties that a value of this schema has.
    pub(super) fn show(&mut self, schema: &str, value: &Value) {
        assert_eq!(self.against(schema, value), None, "{value}");
        let mut shown = std::mem::take(&mut self.shown);
        self.properties(schema, Some(value), &mut shown);
        self.shown = shown;
    }

    /// The error about the field or the parameter `colour` names those that the service knows: they must be these.
    pub(super) fn knows<'a>(error: &str, of: &str, documented: impl Iterator<Item = &'a str>) {
        let (_, known) = error
            .split_once("expected")
            .unwrap_or_else(|| panic!("{of}: {error}"));
        let known: BTreeSet<_> = known.split('`').skip(1).step_by(2).collect();
        assert_eq!(known, documented.collect(), "{of}: {error}");
    }

    /// The names of the properties of the schema at this place.
    pub(super) fn names(&self, pointer: &str) -> impl Iterator<Item = &str> {
        let properties = self.at(pointer)["properties"].as_object().unwrap();
        properties.keys().map(String::as_str)
    }

    /// Adds the pointers of the properties below a schema: those that the value has, or all without a value.
    pub(super) fn properties(
        &self,
        pointer: &str,
        value: Option<&Value>,
        found: &mut BTreeSet<String>,
    ) {
        let schema = self.at(pointer);
        if schema.get("$ref").is_some() {
            self.properties(&self.target(pointer), value, found);
        }
        for list in ["allOf", "anyOf"] {
            for index in 0..schema
                .get(list)
                .map_or(0, |list| list.as_array().unwrap().len())
            {
                self.properties(&format!("{pointer}/{list}/{index}"), value, found);
            }
        }
        for name in schema
            .get("properties")
            .into_iter()
            .flat_map(|it| it.as_object().unwrap().keys())
        {
            let inner = value.map(|value| value.get(name));
            if inner != Some(None) {
                let pointer = format!("{pointer}/properties/{name}");
                self.properties(&pointer, inner.flatten(), found);
                found.insert(pointer);
            }
        }
        if schema.get("items").is_some() {
            let pointer = format!("{pointer}/items");
            match value {
                None => self.properties(&pointer, None, found),
                Some(list) => list
                    .as_array()
                    .unwrap()
                    .iter()
                    .for_each(|item| self.properties(&pointer, Some(item), found)),
            }
        }
    }

    /// Values that differ from a good one in one place, where the schema forbids it.
    pub(super) fn broken(&self, pointer: &str, good: &Value) -> Vec<Broken> {
        let pointer = self.target(pointer);
        let schema = self.at(&pointer);
        let another_type = match good {
            Value::String(_) => json!(7),
            Value::Bool(_) => json!("x"),
            _ => json!(true),
        };
        let too_small = schema
            .get("minimum")
            .map(|least| json!(least.as_i64().unwrap() - 1));
        let empty = schema.get("minLength").map(|_| json!(""));
        let empty = empty.or(schema.get("minItems").map(|_| json!([])));
        let most = schema.get("maxLength").and_then(Value::as_u64);
        let too_long = most.map(|most| json!("x".repeat(usize::try_from(most).unwrap() + 1)));
        let unlike = [Some(another_type), too_small, empty, too_long];
        let unlike = unlike.into_iter().flatten();
        let mut broken: Vec<_> = unlike.map(|value| Broken::at("", value)).collect();
        if let (Some(good), Some(properties)) = (good.as_object(), schema.get("properties")) {
            let with = |name: &str, value: Value| {
                let mut object = good.clone();
                object.insert(name.to_owned(), value);
                Value::Object(object)
            };
            broken.push(Broken {
                unknown_in: Some(pointer.clone()),
                ..Broken::at("colour", with("colour", json!("red")))
            });
            let required = schema.get("required").and_then(Value::as_array);
            for name in required.into_iter().flatten().filter_map(Value::as_str) {
                let mut object = good.clone();
                object.remove(name);
                broken.push(Broken::at(name, Value::Object(object)));
            }
            for name in properties.as_object().unwrap().keys() {
                let Some(inner) = good.get(name) else {
                    continue;
                };
                let inner = self.broken(&format!("{pointer}/properties/{name}"), inner);
                broken.extend(inner.into_iter().map(|inner| Broken {
                    field: match &*inner.field {
                        "" => name.clone(),
                        item if item.starts_with('[') => format!("{name}{item}"),
                        field => format!("{name}.{field}"),
                    },
                    value: with(name, inner.value),
                    unknown_in: inner.unknown_in,
                }));
            }
        }
        if let (Some(first), true) = (good.get(0), schema.get("items").is_some()) {
            let items = self.broken(&format!("{pointer}/items"), first);
            broken.extend(items.into_iter().map(|inner| {
                Broken {
                    field: format!("[0].{}", inner.field)
                        .trim_end_matches('.')
                        .to_owned(),
                    value: json!([inner.value]),
                    unknown_in: inner.unknown_in,
                }
            }));
        }
        broken
    }
}

/// A value that differs from a good one in one place.
pub(super) struct Broken {
    pub(super) value: Value,
    /// The path of the wrong field; empty when the whole value is wrong.
    pub(super) field: String,
    /// Where the schema of the object is that does not know the field.
    pub(super) unknown_in: Option<String>,
}

impl Broken {
    fn at(field: &str, value: Value) -> Self {
        Self {
            value,
            field: field.to_owned(),
            unknown_in: None,
        }
    }
}
