//! Why a note came to its payer, why not, and what would change it.
//!
//! Knows no terminal and opens no files.

mod bill;
mod change_words;
pub mod changes;
mod near;
mod note;
mod notes;
mod standing;
mod text;
mod view;

pub use notes::{Options, Wanted, notes};
pub use text::text;
pub use view::{
    AnswerSource, BillView, ChangeView, ChangesView, CompleteView, Explanation, Explanations, FactView, HoldView,
    LackView, NearOfferView, OtherNoteView, PartView, PayerView, PooledNote, REMINDER, RuleUse, ServiceView, Standing,
    UnknownField,
};
