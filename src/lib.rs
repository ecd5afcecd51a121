//! Decides a month of service notes: who pays, under which code, how many units and dollars, and by which sentence.
//!
//! The modules below form the pipeline. Each module may import only modules above it in this list, which a test
//! enforces. The library opens no files and uses no clock, terminal or network: it takes bytes and returns rows.

pub mod money;
pub mod units;
pub mod effective;
pub mod calendar;
pub mod status;
pub mod place;
pub mod visible;
pub mod spelling;
pub mod nearest;
pub mod notation;
pub mod field;
pub mod number;
pub mod cache;
pub mod cores;
pub mod digest;
pub mod codes;
pub mod message;
pub mod toml;
pub mod table;
pub mod read;
pub mod facts;
pub mod roster;
pub mod note;
pub mod rules;
pub mod ledger;
pub mod diagram;
pub mod words;
pub mod decide;
pub mod space;
pub mod compare;
pub mod proof;
pub mod citations;
pub mod mutants;
pub mod batch;
pub mod history;
pub mod report;
pub mod run;
pub mod receipt;
pub mod setup;
pub mod explain;
pub mod handbook;
pub mod schema;
pub mod cases;
