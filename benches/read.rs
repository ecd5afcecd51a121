//! Measures the readers of tables on one thread, each beside a library that does nothing but split the same bytes.
//!
//! Run `cargo bench --bench read`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark stops where something went wrong")]

mod workload;

use std::io::Cursor;
use std::num::NonZeroUsize;

use actbill::cores::Threads;
use actbill::read::{Format, InputHint, Reading, Record, Slots, Worker, read_blocks};
use calamine::{Reader, Xlsx};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

use workload::{notes, ready, rule_files, text};

/// Number of notes in each input.
const NOTES: usize = 10_000;

fn main() {
    divan::main();
}

/// Counts records.
struct Count(usize);

impl Worker for Count {
    type Output = usize;

    fn plain(&mut self, slots: &Slots<'_>, _: usize, _: &[&str]) -> bool {
        self.0 += usize::from(!divan::black_box(slots).filled().is_empty());
        true
    }

    fn record(&mut self, record: Record<'_>) {
        self.0 += usize::from(!divan::black_box(record).fields.is_empty());
    }

    fn finish(&mut self) -> usize {
        std::mem::take(&mut self.0)
    }
}

/// Splits notes into records with known fields.
fn actbill(bencher: Bencher<'_, '_>, format: Format) {
    let (ready, bytes) = (ready(rule_files()), text(&notes(NOTES), format));
    let reading = Reading::on(Threads::new(NonZeroUsize::MIN));
    let wanted = InputHint { format: Some(format), sheet: None };
    let counted = bencher.counter(ItemsCount::new(NOTES)).counter(BytesCount::new(bytes.len()));
    counted.bench(|| {
        let mut records = 0;
        let worker = || Count(0);
        let mut take = |count, _: &actbill::read::Piece<'_>| records += count;
        read_blocks(bytes.as_slice(), wanted, &*ready.set.vocabulary, reading, worker, &mut take).unwrap();
        assert_eq!(records, NOTES);
    });
}

#[divan::bench]
fn csv(bencher: Bencher<'_, '_>) {
    actbill(bencher, Format::Csv);
}

#[divan::bench]
fn xlsx(bencher: Bencher<'_, '_>) {
    actbill(bencher, Format::Workbook);
}

/// Splits the same CSV into cells.
#[divan::bench]
fn csv_core(bencher: Bencher<'_, '_>) {
    let bytes = text(&notes(NOTES), Format::Csv);
    let counted = bencher.counter(ItemsCount::new(NOTES)).counter(BytesCount::new(bytes.len()));
    counted.bench(|| {
        let mut reader = csv_core::Reader::new();
        let (mut input, mut output, mut ends) = (bytes.as_slice(), vec![0; 1 << 16], vec![0; 1 << 10]);
        let mut rows = 0;
        loop {
            let (result, read, _, _) = reader.read_record(input, &mut output, &mut ends);
            input = input.get(read..).unwrap();
            match result {
                csv_core::ReadRecordResult::Record => rows += 1,
                csv_core::ReadRecordResult::End => break,
                _ => {}
            }
        }
        assert_eq!(rows, NOTES + 1);
    });
}

/// Reads the same cells of the same workbook.
#[divan::bench]
fn calamine(bencher: Bencher<'_, '_>) {
    let bytes = text(&notes(NOTES), Format::Workbook);
    let counted = bencher.counter(ItemsCount::new(NOTES)).counter(BytesCount::new(bytes.len()));
    counted.bench(|| {
        let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes.as_slice())).unwrap();
        let sheet = workbook.sheet_names().first().unwrap().clone();
        let mut reader = workbook.worksheet_cells_reader(&sheet).unwrap();
        let mut cells = 0;
        while let Some(cell) = reader.next_cell().unwrap() {
            divan::black_box(cell);
            cells += 1;
        }
        assert!(cells > NOTES);
    });
}
