//! The schema of rule files and agency files: the shapes that the readers of the blocks record, and the names in force.

use serde_json::{Map, Value, json};

use super::names::add_names;
use super::{DRAFT, any_of};
use crate::rules::{RuleSet, file_shapes};
use crate::toml::{Many, Shape, ShapeKind, TableShape};

const DESCRIPTION: &str = "\
A rule file, or an agency's own file beside the shipped rules. The schema knows the settings, facts and values of one rule \
set. For a file that declares facts or settings of its own, write a schema that knows them: \
actbill schema rules --with FILE.";

/// Returns the schema of rule files and agency files. Its keys are those that the readers of the blocks ask for; the names
/// of settings, facts and fields are those of `set`.
pub fn rules(set: &RuleSet) -> Value {
    let shapes = file_shapes();
    let mut writer = Writer { shapes: &shapes, definitions: Map::new(), open: Vec::new() };
    let mut schema = writer.body(0);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".into(), DRAFT.into());
        schema.insert("title".into(), "actbill rule file".into());
        schema.insert("description".into(), DESCRIPTION.into());
        schema.insert("definitions".into(), Value::Object(writer.definitions));
    }
    add_names(&mut schema, set);
    schema
}

/// Writes the shapes of tables as schemas.
struct Writer<'s> {
    shapes: &'s [TableShape],
    /// The tables with keys, by the names under which others refer to them.
    definitions: Map<String, Value>,
    /// The tables that are being written, each with its name.
    open: Vec<(usize, String)>,
}

impl Writer<'_> {
    /// Returns a reference to the schema of a table, or the schema itself if the table has no keys of its own.
    fn table(&mut self, index: usize) -> Value {
        let Some(shape) = self.shapes.get(index) else { return json!(true) };
        if shape.keys.is_empty() {
            return self.body(index);
        }
        if let Some((_, name)) = self.open.iter().find(|(open, _)| *open == index) {
            return reference(name);
        }
        // Different tables may be of one kind, such as the groups of a rule and those of a fact.
        for number in 1.. {
            let name = if number == 1 { plain(shape.what) } else { format!("{}-{number}", plain(shape.what)) };
            self.open.push((index, name.clone()));
            let body = self.body(index);
            self.open.pop();
            let known = self.definitions.entry(name.clone()).or_insert_with(|| body.clone());
            if *known == body {
                return reference(&name);
            }
        }
        json!(true)
    }

    fn body(&mut self, index: usize) -> Value {
        let Some(shape) = self.shapes.get(index) else { return json!(true) };
        let mut body = Map::new();
        body.insert("type".into(), "object".into());
        body.insert("title".into(), shape.what.into());
        let mut properties = Map::new();
        for (key, known) in &shape.keys {
            properties.insert((*key).into(), self.values(&known.shapes));
        }
        if !properties.is_empty() {
            body.insert("properties".into(), properties.into());
        }
        let required: Vec<&str> =
            shape.keys.iter().filter(|(_, known)| known.is_required()).map(|(key, _)| *key).collect();
        if !required.is_empty() {
            body.insert("required".into(), required.into());
        }
        let others = shape.others().map_or(json!(false), |others| self.values(others));
        body.insert("additionalProperties".into(), others);
        body.into()
    }

    /// Returns the schema of values that have one of these shapes.
    fn values(&mut self, shapes: &[Shape]) -> Value {
        let (mut schemas, mut items) = (Vec::new(), Vec::new());
        let mut is_filled = true;
        for shape in shapes {
            let kind = self.kind(&shape.kind);
            if shape.many != Many::One {
                items.push(kind.clone());
                is_filled &= shape.many == Many::OneOrFilledList;
            }
            if shape.many != Many::List {
                schemas.push(kind);
            }
        }
        if !items.is_empty() {
            let mut list = json!({ "type": "array", "items": any_of(items) });
            if let (Some(list), true) = (list.as_object_mut(), is_filled) {
                list.insert("minItems".into(), 1.into());
            }
            schemas.push(list);
        }
        any_of(schemas)
    }

    fn kind(&mut self, kind: &ShapeKind) -> Value {
        match kind {
            ShapeKind::Text => json!({ "type": "string" }),
            ShapeKind::FilledText => json!({ "type": "string", "pattern": "\\S" }),
            ShapeKind::OneOf(words) => json!({ "enum": words }),
            ShapeKind::Word => json!({ "type": ["string", "integer"] }),
            ShapeKind::Number => json!({ "type": "integer" }),
            ShapeKind::Flag => json!({ "type": "boolean" }),
            ShapeKind::Table(index) => self.table(*index),
        }
    }
}

/// Returns the name of a definition for a kind of table.
fn plain(what: &str) -> String {
    what.replace(' ', "-").replace('`', "")
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}
