//! Explains why a note got its payer, why it did not get another one, and what would change that.
//!
//! Does no terminal or file I/O.

mod bill;
mod change_words;
pub mod changes;
mod dollars;
mod near;
mod note;
mod notes;
mod pairs;
mod period;
mod period_view;
mod standing;
mod text;
mod view;

pub use notes::{Options, Wanted, notes};
pub use period_view::{CodeCheckView, CountView, EarnedView, OpenNoteView, PairView, PeriodNoteView, PeriodView};
pub use text::text;
pub use view::{
    AlsoView, AnswerSource, BillView, ChangeView, ChangesView, CompleteView, Explanation, Explanations, FactView,
    HoldView, LackView, NearOfferView, OtherNoteView, PartView, PayerView, PooledNote, REMINDER, RuleUse, ServiceView,
    ShadowView, Standing, UnknownField,
};
