//! Whatever an input holds, its records do not depend on the blocks and threads with which it is read, nor on whether
//! they are read as plain records or carefully.

use std::num::NonZeroUsize;

use actbill::cores::Threads;
use actbill::read::{
    Format, InputHint, InputInfo, Piece, Reading, Record, Slots, Value, Worker, read_blocks, read_records,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::notes::{batch, written};
use crate::reading::{Dribble, FORMATS, PIECES, damaged};
use crate::shared::ready;

/// A record as it was read: where it begins, its known fields in the order of their numbers, the names of its other
/// fields, and its fault.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    place: (u64, u64),
    fields: Vec<(usize, Value<'static>, (u64, u64))>,
    unknown: Vec<String>,
    fault: Option<(String, (u64, u64))>,
}

impl Seen {
    fn of(record: &Record<'_>) -> Self {
        let known = record.fields.iter().filter_map(|field| {
            let place = record.line_and_column(field.offset);
            Some((field.id?.index(), field.value.clone().into_owned(), place))
        });
        // A column without a name and a value is no field.
        let is_empty = |field: &actbill::read::Field<'_>| field.name.is_empty() && field.value.is_empty();
        let is_unknown = |field: &&actbill::read::Field<'_>| field.id.is_none() && !is_empty(field);
        let unknown = record.fields.iter().filter(is_unknown).map(|field| field.name.to_string());
        let fault = record.fault.as_ref().map(|fault| {
            (
                format!("{}: {} {:?} {}", fault.code, fault.text, fault.field, fault.help),
                record.line_and_column(fault.offset),
            )
        });
        let place = (record.line, record.column);
        Self { place, fields: known.collect(), unknown: unknown.collect(), fault }.sorted()
    }

    fn sorted(mut self) -> Self {
        self.fields.sort_by_key(|(id, _, place)| (*id, *place));
        self.unknown.sort();
        self
    }
}

/// What is known of a record within its block.
enum Read {
    /// Offsets of the record and of its fields.
    Plain(usize, Vec<(usize, Value<'static>, usize)>, Vec<String>),
    Careful(Seen),
}

/// Takes plain records, except one of so many; 0 takes none.
struct Reader {
    of: usize,
    seen: Vec<Read>,
}

impl Worker for Reader {
    type Output = Vec<Read>;

    fn plain(&mut self, slots: &Slots<'_>, start: usize, unknown: &[&str]) -> bool {
        if self.of == 0 || start % self.of == 1 {
            return false;
        }
        let field = |id: &actbill::field::FieldId| {
            let slot = slots.get(*id).unwrap();
            (id.index(), slot.value().into_owned(), slot.offset().unwrap())
        };
        let unknown = unknown.iter().map(|name| (*name).to_owned()).collect();
        self.seen.push(Read::Plain(start, slots.filled().iter().map(field).collect(), unknown));
        true
    }

    fn record(&mut self, record: Record<'_>) {
        assert_eq!(record.number, 0);
        self.seen.push(Read::Careful(Seen::of(&record)));
    }

    fn finish(&mut self) -> Vec<Read> {
        std::mem::take(&mut self.seen)
    }
}

/// Returns the record with its places in the input.
fn in_input(read: Read, piece: &Piece<'_>) -> Seen {
    match read {
        Read::Plain(start, fields, unknown) => {
            let place = |(id, value, offset)| (id, value, piece.line_and_column(offset));
            let fields = fields.into_iter().map(place).collect();
            Seen { place: piece.line_and_column(start), fields, unknown, fault: None }.sorted()
        }
        Read::Careful(mut seen) => {
            seen.place = piece.in_input(seen.place);
            seen.fields.iter_mut().for_each(|(_, _, place)| *place = piece.in_input(*place));
            seen.fault.iter_mut().for_each(|(_, place)| *place = piece.in_input(*place));
            seen
        }
    }
}

type All = (Vec<Seen>, Result<InputInfo, String>);

/// Reads the input carefully on one thread.
fn carefully(bytes: &[u8], format: Option<Format>) -> All {
    let mut all = Vec::new();
    let names = &*ready().set.vocabulary;
    let wanted = InputHint { format, sheet: None };
    let read = read_records(bytes, wanted, names, &mut |record| {
        all.push(Seen::of(&record));
        assert_eq!(usize::try_from(record.number).unwrap(), all.len());
    });
    let read = read.map(|(form, count)| {
        assert_eq!(usize::try_from(count).unwrap(), all.len());
        form
    });
    (all, read.map_err(|error| format!("{error:?}")))
}

/// Reads the input by blocks of a size, on several threads, from a reader that returns few bytes at a time.
fn by_blocks(bytes: &[u8], format: Option<Format>, threads: usize, block: usize, of: usize) -> All {
    let mut all = Vec::new();
    let mut input = Dribble(bytes, block % 5 + 1);
    let reading = Reading { threads: Threads::new(NonZeroUsize::new(threads).unwrap()), block };
    let worker = || Reader { of, seen: Vec::new() };
    let mut joined = Vec::new();
    let mut take = |seen: Vec<Read>, piece: &Piece<'_>| {
        joined.extend_from_slice(piece.bytes);
        all.extend(seen.into_iter().map(|read| in_input(read, piece)));
    };
    let read = read_blocks(
        &mut input,
        InputHint { format, sheet: None },
        &*ready().set.vocabulary,
        reading,
        worker,
        &mut take,
    );
    assert!(read.is_err() || input.0.is_empty(), "the input is read to its end");
    // Text of another encoding grows: a character of Windows-1252 has up to three bytes in UTF-8.
    assert!(joined.len() <= 3 * bytes.len());
    (all, read.map_err(|error| format!("{error:?}")))
}

/// Asserts that these bytes give the same records and the same error however they are read.
fn same(bytes: &[u8]) {
    for format in FORMATS.map(Some).into_iter().chain([None]) {
        let careful = carefully(bytes, format);
        for (at, block) in [1, 2, 3, 7, 16, 61, 1000, 1 << 19].into_iter().enumerate() {
            let threads = [1, 2, 3, 8][at % 4];
            let of = [0, 3, usize::MAX][at % 3];
            let blocks = by_blocks(bytes, format, threads, block, of);
            let context =
                || format!("{format:?}, blocks of {block}, {threads} threads, {of}: {}", bytes.escape_ascii());
            assert_eq!(blocks, careful, "{}", context());
        }
    }
}

/// Pieces that look like the places at which an input is cut.
const SEAMS: [&[u8]; 20] = [
    b"[{\"id\":\"a\"",
    b"},{\"id\":\"b\",\"minutes\":5",
    b"} , {\"client\":\"c\"}",
    b",\n{\"id\":\"},{\\\"\"",
    b"{\"notes\":[",
    b",\"notes\":[]",
    b"]}",
    b"\"},{\"",
    b"{\"id\":\"n-1\",\"mood\":true}\n",
    b"{\"id\":\"n-2\",\"id\":null}\r\n",
    b"{\"id\":\"n-3\",\"n\\u006f\":[1]}\n\n",
    b"id,client,date,mood,\r\n",
    b"a,b,2026-03-02,x,\r\n",
    b"a,b,2026-03-02,x,y\n",
    b"\"a\n\",b,\"c\r\n\r\nd\",,\n",
    b"\"a\",b\rc,d\r",
    b"\xc3\xbc",
    b"\xf0\x9f",
    b"\"\"",
    b"    ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn blocks_of_notes_mean_nothing(records in batch(12), format in select(FORMATS.to_vec())) {
        same(written(format, &records).as_bytes());
    }

    #[test]
    fn blocks_of_bytes_mean_nothing(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        same(&bytes);
    }

    #[test]
    fn blocks_of_pieces_mean_nothing(
        begin in select(vec![&b""[..], b"[", b"{\"notes\":[", b"id,client,date\n"]),
        pieces in prop::collection::vec(select([&PIECES[..], &SEAMS, &SEAMS].concat()), 0..25),
    ) {
        same(&[begin, &pieces.concat()].concat());
    }

    #[test]
    fn blocks_of_damaged_notes_mean_nothing(
        records in batch(6),
        format in select(FORMATS.to_vec()),
        damage in prop::collection::vec((any::<Index>(), 0u8..4, any::<u8>(), select([&PIECES[..], &SEAMS].concat())), 1..4),
    ) {
        same(&damaged(written(format, &records).into_bytes(), damage));
    }
}

/// Most records of an ordinary input are plain.
#[test]
fn ordinary_notes_are_plain() {
    let note =
        "{\"id\":\"n-1\",\"client\":\"ü\",\"date\":\"2026-03-02\",\"minutes\":30,\"plan_link\":true,\"mood\":null}";
    let row = "n-1,client-a,2026-03-02,30,x\n";
    for (format, text) in [
        (Format::Ndjson, format!("{note}\n").repeat(50)),
        (Format::Json, format!("[{}]", [note; 50].join(",\n  "))),
        (Format::Json, format!("{{\"notes\": [{}], \"more\": 1}}", [note; 50].join(", "))),
        (Format::Csv, format!("id,client,date,minutes,mood\n{}", row.repeat(50))),
        (Format::Csv, format!("id,client,date,minutes,mood\n{}", row.repeat(50)).replace('\n', "\r\n")),
    ] {
        let mut plain = 0;
        let worker = || Reader { of: usize::MAX, seen: Vec::new() };
        let mut take = |seen: Vec<Read>, _: &Piece<'_>| {
            plain += seen.iter().filter(|read| matches!(read, Read::Plain(..))).count();
        };
        let reading = Reading { threads: Threads::new(NonZeroUsize::MIN), block: 200 };
        let names = &*ready().set.vocabulary;
        assert_eq!(
            read_blocks(text.as_bytes(), InputHint::default(), names, reading, worker, &mut take).unwrap().format,
            format
        );
        assert_eq!(plain, 50, "{text}");
    }
}

/// Each of these inputs would take minutes if the time were quadratic.
#[test]
fn blocks_without_an_end_take_linear_time() {
    let many = "x,\"},{\"\n".repeat(200_000);
    for text in [
        format!("id,client,date\n\"{}", many.replace('"', "")),
        format!("[\"{}", many.replace('"', "\\\"")),
        format!("[{}", "{\"a\":[".repeat(100_000)),
        format!("[{{\"id\":\"{}\"}}]", many.replace('"', "\\\"").replace('\n', "")),
        format!("{{\"notes\":[],{}", many.replace('\n', " ")),
    ] {
        for format in FORMATS {
            let careful = carefully(text.as_bytes(), Some(format));
            let blocks = by_blocks(text.as_bytes(), Some(format), 2, 1004, usize::MAX);
            assert_eq!(blocks.1, careful.1);
            assert_eq!(blocks.0.len(), careful.0.len());
        }
    }
}
