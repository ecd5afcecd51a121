//! Rows and adjustments of earlier runs → what was billed. A file with any fault is not used: half of one would bill twice.

use super::{Input, fault_message, file_message, notices};
use crate::batch::SkippedRows;
use crate::digest::Hashing;
use crate::history::{BilledEntry, BilledFile, RowFault, RowNames};
use crate::message::{Code, Message, Messages};
use crate::note::Orders;
use crate::place::Place;
use crate::read::{Fault, InputHint, Record, read_records};
use crate::rules::RuleSet;

const HELP: &str = "give rows or adjustments that this program wrote, under the rules that wrote them";

/// Reads what an earlier run billed: its rows or its adjustments, as this program writes them or as a spreadsheet saved
/// them. Calls `on_message` for each warning.
///
/// Returns an error for everything that is wrong with the file.
pub fn read_billed(
    set: &RuleSet,
    input: Input<'_>,
    on_message: &mut dyn FnMut(Message),
) -> Result<BilledFile, Vec<Message>> {
    let mut bytes = Hashing::new(input.bytes, true);
    let wanted = InputHint { format: input.format, sheet: input.sheet.as_deref() };
    let (name, mut entries, mut errors) = (input.name, Vec::new(), Messages::default());
    let mut each = |record: Record<'_>| match read_entry(set, &record) {
        Ok(entry) => entries.extend(entry),
        Err(fault) => errors.add(fault_message(&name, &record, fault)),
    };
    let read = read_records(&mut bytes, wanted, &RowNames, &mut each);
    let digest = bytes.finish_at_end().map_err(|error| vec![file_message(&name, error.into())])?;
    let is_empty = digest.as_ref().is_some_and(|digest| digest.bytes == 0);
    match read {
        Ok((form, records)) => {
            let notices = notices::messages(&name, &form, &SkippedRows::default(), Orders::default());
            let empty = (records == 0).then(|| no_rows(&name));
            empty.into_iter().chain(notices).for_each(on_message);
        }
        // Adjustments without a line are an empty file in some formats.
        Err(_) if is_empty => on_message(no_rows(&name)),
        Err(error) => return Err(vec![file_message(&name, error)]),
    }
    let errors = errors.finish();
    if errors.is_empty() { Ok(BilledFile { name, digest, entries }) } else { Err(errors) }
}

fn read_entry(set: &RuleSet, record: &Record<'_>) -> Result<Option<BilledEntry>, Fault> {
    if let Some(fault) = &record.fault {
        return Err(fault.clone());
    }
    BilledEntry::from_record(set, record).map_err(|RowFault { field: name, text }| {
        let offset = record.fields.iter().find(|field| field.name == name).and_then(|field| field.offset);
        Fault { field: Some(name.to_owned()), offset, ..Fault::new(Code::BadField, text, HELP) }
    })
}

fn no_rows(name: &str) -> Message {
    let help = "if something was billed, check which file this is";
    Message::warning(Code::NoNotes, "the file holds no rows of an earlier run")
        .with_place(Place::new(name, 1, 1))
        .help(help)
}
