//! Decides a month of service notes: who pays, under which code, for how many units and dollars, and by which sentence.
//!
//! The modules below are the pipeline. A module imports only modules above it in this list; a test holds that.
//! The library opens no files and knows no clock, terminal or network: bytes come in, rows go out.

pub mod money;
pub mod units;
pub mod effective;
pub mod status;
pub mod place;
pub mod visible;
pub mod nearest;
pub mod field;
pub mod codes;
pub mod message;
pub mod toml;
pub mod table;
pub mod read;
pub mod facts;
pub mod note;
pub mod rules;
pub mod diagram;
pub mod words;
pub mod decide;
pub mod space;
pub mod compare;
pub mod proof;
pub mod citations;
pub mod mutants;
pub mod batch;
pub mod report;
pub mod run;
pub mod explain;
pub mod handbook;
pub mod cases;
