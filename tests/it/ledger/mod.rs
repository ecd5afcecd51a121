//! Months, discharges and pairs: the batch agrees with a naive judge of them on random months, and more knowledge never
//! takes anything away.

/// A naive reading of counts and pairs, note by note and subset by subset.
mod judge;
/// The same for pairs.
mod pairs;
/// Random months of coordination notes.
pub(crate) mod months;
/// What always holds of periods.
mod properties;
