//! Surveys an export whose columns and words the rule set does not know yet, and drafts the agency file that maps them.
//!
//! Only words of columns that stand for coded facts are shown or written: never ids, names or other text of a note.

mod columns;
mod draft;
mod open;
mod survey;

pub use draft::write_draft;
pub use open::{OpenPoint, open_points};
pub use survey::{ColumnSurvey, Mapping, Survey, Words, survey};
