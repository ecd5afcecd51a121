//! The fields of rows as text, whatever format they are in.

use std::collections::BTreeMap;

use serde_json::Value;

/// The fields of a row or an adjustment that have text.
#[derive(Debug, Default)]
pub(super) struct RawRow {
    fields: BTreeMap<String, String>,
    /// Further lines that the row carries.
    pub(super) also: Vec<RawLine>,
    /// The codes of its findings.
    pub(super) findings: Vec<String>,
}

/// A further line of a row.
#[derive(Debug)]
pub(super) struct RawLine {
    /// The service or its code.
    pub(super) service: String,
    pub(super) units: String,
    pub(super) amount: Option<String>,
}

impl RawRow {
    /// Creates a row without further lines and findings.
    pub(super) fn new(fields: impl Iterator<Item = (String, String)>) -> Self {
        Self { fields: fields.collect(), ..Self::default() }
    }

    /// Returns the text of a field; `None` if it is empty or not there.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Returns the payer and the service that the rules decided on for the note alone.
    pub(super) fn alone(&self) -> Option<(&str, &str)> {
        self.text("alone_payer").zip(self.text("alone_service"))
    }
}

/// What keeps rows from being read, and the number of the record if it is known.
type Unreadable = (&'static str, Option<u64>);

/// Reads the rows of a file: a JSON document with `decisions`, an array, one row on each line, or CSV.
pub(super) fn read_rows(bytes: &[u8]) -> Result<Vec<RawRow>, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| ("the file is not UTF-8 text", None))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['{', '[']) { read_json(text) } else { read_csv(text) }
}

fn read_json(text: &str) -> Result<Vec<RawRow>, Unreadable> {
    let mut rows = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let number = crate::number::count(rows.len()) + 1;
        let value = value.map_err(|_| ("the row is not JSON", Some(number)))?;
        let list = match value {
            Value::Array(list) => list,
            Value::Object(mut object) => match object.remove("decisions") {
                Some(Value::Array(list)) => list,
                _ => vec![Value::Object(object)],
            },
            _ => return Err(("the row is not an object", Some(number))),
        };
        for value in list {
            let Value::Object(object) = value else { return Err(("the row is not an object", Some(number))) };
            rows.push(json_row(object));
        }
    }
    Ok(rows)
}

fn json_row(object: serde_json::Map<String, Value>) -> RawRow {
    let mut row = RawRow::default();
    for (name, value) in object {
        match (name.as_str(), value) {
            ("also", Value::Array(lines)) => row.also = lines.iter().filter_map(json_line).collect(),
            ("findings", Value::Array(findings)) => {
                row.findings = findings.iter().filter_map(|finding| text_of(finding.get("code")?)).collect();
            }
            // The parts of such a field are columns in CSV.
            (_, Value::Object(parts)) => {
                let parts = parts.iter().filter_map(|(part, value)| Some((format!("{name}_{part}"), text_of(value)?)));
                row.fields.extend(parts);
            }
            (_, value) => row.fields.extend(text_of(&value).map(|text| (name, text))),
        }
    }
    row
}

fn json_line(line: &Value) -> Option<RawLine> {
    let part = |name: &str| {
        let own = line.get(name).and_then(text_of);
        own.or_else(|| line.get("shadow").and_then(|shadow| shadow.get(name)).and_then(text_of))
    };
    Some(RawLine { service: part("service")?, units: part("units")?, amount: part("amount") })
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn read_csv(text: &str) -> Result<Vec<RawRow>, Unreadable> {
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| ("the header row cannot be read", None))?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let number = crate::number::count(rows.len()) + 1;
        let record = record.map_err(|_| ("the row has another number of cells than the header", Some(number)))?;
        let mut row = RawRow::default();
        for (name, cell) in header.iter().zip(&record) {
            match name {
                "also" => row.also = cell.split("; ").filter_map(csv_line).collect(),
                "findings" => row.findings = cell.split(' ').map(str::to_owned).collect(),
                _ => {
                    row.fields.insert(name.to_owned(), crate::table::restore_formula(cell).to_owned());
                }
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Reads a line such as `99439 x 2 = 92.30`.
fn csv_line(text: &str) -> Option<RawLine> {
    let (line, amount) = match text.split_once(" = ") {
        Some((line, amount)) => (line, Some(amount.to_owned())),
        None => (text, None),
    };
    let (service, units) = line.rsplit_once(" x ")?;
    Some(RawLine { service: service.to_owned(), units: units.to_owned(), amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_all_formats_say_the_same() {
        let object = r#"{"record":1,"id":"n-01","units":1,"amount":62.16,"alone":{"payer":"p","service":"s"},
            "also":[{"service":"t","units":2,"amount":92.30}],"findings":[{"code":"unpriced","text":"x"}]}"#;
        let document = format!(r#"{{"run":{{}},"decisions":[{object}]}}"#);
        let csv = "record,id,units,amount,alone_payer,alone_service,also,findings\n\
                   1,n-01,1,62.16,p,s,t x 2 = 92.30,unpriced\n";
        let shown = |text: &str| {
            let rows = read_rows(text.as_bytes()).unwrap();
            let [row] = rows.as_slice() else { panic!("{rows:?}") };
            let also: Vec<_> = row.also.iter().map(|line| (&line.service, &line.units, &line.amount)).collect();
            format!("{:?} {:?} {also:?} {:?} {:?}", row.text("id"), row.text("units"), row.alone(), row.findings)
        };
        let expected = shown(csv);
        assert_eq!(shown(object), expected);
        assert_eq!(shown(&document), expected);
        assert_eq!(shown(&format!("[{object}]")), expected);
    }

    #[test]
    fn what_is_no_row_is_refused() {
        for text in ["[1]", "{\"id\": ", "id,status\nn-01\n"] {
            assert!(read_rows(text.as_bytes()).is_err(), "{text}");
        }
    }
}
