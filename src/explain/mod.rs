//! Why a note came to its payer, why not, and what would change it; and a page for every name.
//!
//! Knows no terminal and opens no files.

mod bill;
mod case;
mod change;
mod changes;
mod fact_page;
mod levers;
mod near;
mod notes;
mod page;
mod page_text;
mod pages;
mod rule_page;
mod search;
mod setting_page;
mod standing;
mod tell;
mod text;
mod told;

pub use change::{Answers, Change, Suits};
pub use changes::{Changes, changes};
pub use notes::{Wanted, notes};
pub use page::{
    AnswerTold, CodePage, ConditionTold, FactPage, InvariantPage, Page, PayerPage, PresumedTold, RulePage, RuleRef,
    ServicePage, SettingPage, Shown, SourcePage, ValueTold,
};
pub use page_text::page_text;
pub use pages::{code_page, pages};
pub use text::text;
pub use told::{
    BasisTold, Bill, ChangeTold, ChangesTold, CiteTold, Explained, Explanation, FactTold, From, HoldTold, Lack,
    NearOffer, OtherNote, Part, PayerTold, Pooled, REMINDER, RateTold, RuleTold, RuleUse, Stand, Standing,
    UnknownField,
};
