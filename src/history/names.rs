//! The names by which a table of rows or adjustments is told from other tables.

use crate::field::FieldId;
use crate::read::{FieldNames, TableRules};

/// The names of the fields that rows and adjustments have. Other fields are kept under their names too.
#[derive(Clone, Copy, Debug)]
pub struct RowNames;

const NAMES: [&str; 8] = ["id", "client", "date", "status", "action", "payer", "service", "units"];

impl FieldNames for RowNames {
    fn field(&self, name: &str) -> Option<FieldId> {
        NAMES.iter().position(|known| *known == name).map(FieldId::new)
    }

    fn nearest(&self, _: &str) -> Option<&str> {
        None
    }

    fn list_key(&self) -> &'static str {
        "decisions"
    }

    fn table(&self) -> TableRules {
        TableRules {
            what: "a row of an earlier run",
            header: "id,status,payer,client,date,service,units",
            other_names: "the columns keep the names that this program gave them",
            // Rows have all of them but `action`, adjustments all but `status`.
            fewest_names: NAMES.len() - 1,
            required: Some(FieldId::new(0)),
            // A row without an id is a fault, not a line of totals.
            telling: Vec::new(),
        }
    }
}
