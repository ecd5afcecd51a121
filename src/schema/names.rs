//! The names in force, where rule files name settings, facts, values and fields: typos are found, and editors complete.

use serde_json::{Map, Value, json};

use super::{any_of, described, one_of};
use crate::facts::{Fact, Kind, OUTCOME_NAMES, Origin};
use crate::field::FieldId;
use crate::rules::RuleSet;

/// The names of days between two dates, which exist if a rule asks them.
const DAYS_BETWEEN: &str = "^(business_)?days_from_.+_to_.+$";

/// Puts the names of a rule set into the schema of rule files.
pub(super) fn add_names(schema: &mut Value, set: &RuleSet) {
    let facts = || set.vocabulary.facts().map(|(_, fact)| fact);
    let asked = || facts().filter(|fact| fact.origin == Origin::Note);
    let settings = facts().filter(|fact| fact.origin == Origin::Setting);
    let answers = settings.map(|fact| (fact.name.clone(), described(answer(fact), &fact.ask)));
    close(schema.pointer_mut("/properties/answer"), answers.collect());

    if let Some(column) = schema.pointer_mut("/properties/column/additionalProperties") {
        let fields = FieldId::NAMES.into_iter().chain(asked().map(|fact| fact.name.as_str()));
        *column = one_of(fields.map(Value::from).collect());
    }
    let coded = asked().filter(|fact| !fact.values().is_empty());
    let aliases = |alias: &Value, fact: &Fact| {
        let mut alias = alias.clone();
        if let Some(value) = alias.get_mut("additionalProperties") {
            *value = answer(fact);
        }
        described(alias, &format!("Other words that notes use. {}", fact.ask))
    };
    close_with(schema.pointer_mut("/properties/alias"), coded, aliases);

    let presumable = asked().filter(|fact| fact.kind != Kind::Date && !fact.is_required());
    let presumed = |block: &Value, fact: &Fact| {
        let value = json!({ "properties": { "value": answer(fact) } });
        described(json!({ "allOf": [block, value] }), &fact.ask)
    };
    close_with(schema.pointer_mut("/properties/presume"), presumable, presumed);

    add_facts(schema, &facts().collect::<Vec<_>>());
}

/// Gives a table with a value for each fact these properties, and no others. `property` returns one from the schema that
/// the reader takes under any name.
fn close_with<'f>(
    table: Option<&mut Value>,
    facts: impl Iterator<Item = &'f Fact>,
    property: impl Fn(&Value, &Fact) -> Value,
) {
    let Some(any) = table.as_ref().and_then(|table| table.get("additionalProperties")).cloned() else { return };
    close(table, facts.map(|fact| (fact.name.clone(), property(&any, fact))).collect());
}

/// Gives a table these properties beside those that it has, and no others.
fn close(table: Option<&mut Value>, more: Map<String, Value>) {
    if let Some(table) = table.and_then(Value::as_object_mut) {
        table.insert("additionalProperties".into(), json!(false));
        let properties = table.entry("properties").or_insert_with(|| json!({}));
        if let Some(properties) = properties.as_object_mut() {
            properties.extend(more);
        }
    }
}

/// Gives conditions the facts that they can ask, each with its values.
fn add_facts(schema: &mut Value, facts: &[&Fact]) {
    let Some(definitions) = schema.get_mut("definitions").and_then(Value::as_object_mut) else { return };
    // Without names, a condition takes texts and bounds of numbers under any key.
    let any = definitions.get("condition").and_then(|condition| condition.get("additionalProperties")).cloned();
    let Some(any) = any else { return };
    let is_table = |schema: &&Value| schema.get("$ref").is_some();
    let bounds = any.get("anyOf").and_then(Value::as_array).and_then(|schemas| schemas.iter().find(is_table));
    let bounds = bounds.unwrap_or(&any);
    let mut properties: Map<String, Value> =
        OUTCOME_NAMES.into_iter().map(|name| (name.to_owned(), any.clone())).collect();
    for fact in facts.iter().filter(|fact| fact.kind != Kind::Date) {
        let name = format!("when-{}", fact.name);
        properties.insert(fact.name.clone(), json!({ "$ref": format!("#/definitions/{name}") }));
        definitions.insert(name, described(test(fact, bounds), &fact.ask));
    }
    for name in ["condition", "group"] {
        close(definitions.get_mut(name), properties.clone());
        if let Some(condition) = definitions.get_mut(name).and_then(Value::as_object_mut) {
            condition.insert("patternProperties".into(), json!({ DAYS_BETWEEN: bounds }));
        }
    }
}

/// Returns the schema of a test of a fact: values and groups of values, or bounds of a number.
fn test(fact: &Fact, bounds: &Value) -> Value {
    match &fact.kind {
        Kind::Coded(values) => {
            let words = one_of(values.iter().chain(fact.groups.keys()).map(|word| json!(word)).collect());
            let list = json!({ "type": "array", "items": words, "minItems": 1 });
            any_of(vec![words, list])
        }
        Kind::Number(..) | Kind::Date => json!({ "allOf": [bounds] }),
    }
}

/// Returns the schema of an answer to a fact in a rule file: the exact name of a value, or a whole number.
fn answer(fact: &Fact) -> Value {
    match &fact.kind {
        Kind::Coded(values) => {
            // A number is read as the word that it is written as.
            let word = |value: &String| {
                let number: Option<i64> = value.parse().ok().filter(|number: &i64| number.to_string() == *value);
                std::iter::once(json!(value)).chain(number.map(|number| json!(number)))
            };
            one_of(values.iter().flat_map(word).collect())
        }
        Kind::Number(least, most) => {
            json!({ "type": ["integer", "string"], "minimum": least, "maximum": most, "pattern": "^-?[0-9]+$" })
        }
        Kind::Date => json!(true),
    }
}
