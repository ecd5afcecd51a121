//! Reads the rows of one sheet of a workbook: XLSX as a stream, XLSB, XLS and ODS whole.
//!
//! Typed cells become text in the notation that notes use: dates as `YYYY-MM-DD`, times as `HH:MM:SS`.

use std::borrow::Cow;
use std::io::Cursor;
use std::iter;

use calamine::{
    Cell, CellType, Data, DataRef, DataType, ExcelDateTime, OdsError, Reader, SheetType, Sheets, XlsError, XlsbError,
    Xlsx, XlsxCellReader, XlsxError, open_workbook_auto_from_rs,
};
use chrono::{Duration, NaiveDateTime, NaiveTime, SubsecRound};
use rust_decimal::Decimal;

use super::blocks::{Encoding, HeaderRow, InputInfo, Piece, Reading, Worker};
use super::csv_header::header_help;
use super::rows::{self, Columns, HEADER_ROWS};
use super::{Fault, FieldNames, FileError, Format, Record, Value};
use crate::cores::map_in_order;
use crate::message::Code;
use crate::nearest::one_of;
use crate::visible::visible;

type Bytes = Cursor<Vec<u8>>;

/// A row of a sheet.
struct SheetRow {
    /// Number of the row, starting at 1.
    number: u64,
    /// The cells from the first column on; cells without content are `Null`.
    cells: Vec<Value<'static>>,
}

impl SheetRow {
    fn texts(&self) -> Vec<Option<Cow<'_, str>>> {
        self.cells.iter().map(|value| text_of(value).map(Cow::Borrowed)).collect()
    }
}

/// Returns the text of a cell; `None` for a cell of another kind.
fn text_of<'v>(value: &'v Value<'static>) -> Option<&'v str> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text),
        Value::Null => Some(""),
        Value::Boolean(_) | Value::Nested(_) | Value::Unreadable => None,
    }
}

type Rows<'w> = Box<dyn Iterator<Item = Result<SheetRow, FileError>> + Send + 'w>;

/// The rows of a sheet below its header row.
struct Table<'w> {
    sheet: String,
    columns: Columns,
    header: HeaderRow,
    rows: Rows<'w>,
}

/// Number of rows that a thread takes at a time.
const ROWS: usize = 1024;

/// Reads the first sheet that has a header row, or the one with the given name, and passes on what the workers made of its
/// rows, in order.
pub(super) fn read<W: Worker>(
    bytes: Vec<u8>,
    sheet: Option<&str>,
    names: &dyn FieldNames,
    reading: Reading,
    worker: impl Fn() -> W + Sync,
    take: &mut dyn FnMut(W::Output, &Piece<'_>),
) -> Result<InputInfo, FileError> {
    let mut workbook = open(bytes)?;
    let Table { sheet, columns, header, rows } = find_table(&mut workbook, sheet, names)?;
    let (sheet, columns) = (&sheet, &columns);
    let blocks = Blocks { rows, is_ended: false };
    let piece = Piece { format: Format::Workbook, sheet: Some(sheet), ..Piece::ALONE };
    let work = || {
        let mut worker = worker();
        move |block: Result<Vec<SheetRow>, FileError>| {
            for row in block? {
                take_row(sheet, columns, row, &mut worker);
            }
            Ok::<_, FileError>(worker.finish())
        }
    };
    map_in_order(reading.threads, blocks, work, |output| {
        take(output?, &piece);
        Ok::<_, FileError>(())
    })?;
    Ok(form(header))
}

/// Like [`read`], but with one worker, which takes one row after the other.
pub(super) fn read_one_by_one(
    bytes: Vec<u8>,
    sheet: Option<&str>,
    names: &dyn FieldNames,
    worker: &mut impl Worker,
) -> Result<InputInfo, FileError> {
    let mut workbook = open(bytes)?;
    let Table { sheet, columns, header, rows } = find_table(&mut workbook, sheet, names)?;
    for row in rows {
        take_row(&sheet, &columns, row?, worker);
    }
    Ok(form(header))
}

fn open(bytes: Vec<u8>) -> Result<Sheets<Bytes>, FileError> {
    open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| damaged(&error))
}

fn form(header: HeaderRow) -> InputInfo {
    InputInfo { format: Format::Workbook, encoding: Encoding::Utf8, header: Some(header) }
}

/// The rows of a sheet, some at a time.
struct Blocks<'w> {
    rows: Rows<'w>,
    is_ended: bool,
}

impl Iterator for Blocks<'_> {
    type Item = Result<Vec<SheetRow>, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_ended {
            return None;
        }
        let block: Result<Vec<SheetRow>, FileError> = self.rows.by_ref().take(ROWS).collect();
        self.is_ended = block.as_ref().map_or(true, |block| block.len() < ROWS);
        Some(block)
    }
}

/// Passes on a row, unless it is no record.
fn take_row<W: Worker>(sheet: &str, columns: &Columns, row: SheetRow, worker: &mut W) {
    if let Some(why) = columns.skips(&row.texts()) {
        worker.skip(why, (row.number, 1));
        return;
    }
    let width = columns.list.len();
    let beyond = row.cells.iter().skip(width).position(|cell| !cell.is_empty()).map(|at| width + at);
    let fault = beyond.map(|at| {
        let text = "a cell stands beyond the last column that the header row names";
        let help = "give its column a name in the header row, or clear the cell";
        Fault { offset: Some(at), ..Fault::new(Code::RaggedRow, text, help) }
    });
    // Cells behind the last one with content are left out of the file.
    let cells = row.cells.into_iter().chain(iter::repeat_with(|| Value::Null)).zip(0..).take(width);
    let fields = rows::fields(columns, cells).collect();
    worker.record(Record { line: row.number, column: 1, fields, fault, sheet: Some(sheet), ..Record::default() });
}

/// Finds the header row in the sheet with this name, or in the first sheet that has one.
fn find_table<'w>(
    workbook: &'w mut Sheets<Bytes>,
    wanted: Option<&str>,
    names: &dyn FieldNames,
) -> Result<Table<'w>, FileError> {
    let sheets = workbook.sheets_metadata();
    let sheets: Vec<String> =
        sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).map(|sheet| sheet.name.clone()).collect();
    if let Some(wanted) = wanted
        && !sheets.iter().any(|sheet| sheet == wanted)
    {
        let text = format!("the workbook has no sheet `{}`", visible(wanted));
        let help = format!("it has {}", one_of(sheets.iter().map(String::as_str)));
        return Err(FileError::new(Code::NoNotes, text, help));
    }
    let candidates: Vec<String> =
        sheets.into_iter().filter(|sheet| wanted.is_none_or(|wanted| sheet == wanted)).collect();
    let mut help = None;
    let mut found = None;
    for sheet in candidates {
        let mut rows = rows_of(workbook, &sheet)?;
        match find_header(&mut rows, names)? {
            Ok((columns, line, above)) => {
                found = Some((sheet, columns, line, above));
                break;
            }
            Err(first) => {
                help.get_or_insert(first);
            }
        }
    }
    let Some((sheet, columns, line, above)) = found else {
        let text = format!("no sheet of the workbook has a row that names the fields of {}", names.table().what);
        return Err(FileError::new(Code::NoHeader, text, help.unwrap_or_default()));
    };
    if let Some(excess) = columns.excess() {
        return Err(FileError::new(Code::NoHeader, format!("the header row has {excess}"), super::EXCESS_HELP));
    }
    // The sheet is opened again, because a loop cannot hand out what it borrowed from the workbook.
    let rows = rows_of(workbook, &sheet)?;
    let rows = Box::new(rows.skip_while(move |row| row.as_ref().is_ok_and(|row| row.number <= line)));
    let header = HeaderRow { sheet: Some(sheet.clone()), line, separator: None, above };
    Ok(Table { sheet, columns, header, rows })
}

/// The columns, the number of the header row, and the numbers of the rows above it; or the help if there is none.
type FoundHeader = Result<(Columns, u64, Vec<u64>), String>;

fn find_header(rows: &mut Rows<'_>, names: &dyn FieldNames) -> Result<FoundHeader, FileError> {
    let (mut above, mut first) = (Vec::new(), None);
    for row in rows.take(HEADER_ROWS) {
        let row = row?;
        let texts = row.texts();
        let written = || texts.iter().map(|text| text.as_deref().unwrap_or_default());
        let columns = Columns::new(written(), names);
        if columns.are_header() {
            return Ok(Ok((columns, row.number, above)));
        }
        first.get_or_insert_with(|| header_help(written(), names));
        above.push(row.number);
    }
    Ok(Err(first.unwrap_or_else(|| "the first sheet is empty".to_owned())))
}

/// Returns the rows of a sheet that have content.
fn rows_of<'w>(workbook: &'w mut Sheets<Bytes>, sheet: &str) -> Result<Rows<'w>, FileError> {
    if let Sheets::Xlsx(workbook) = workbook {
        return stream(workbook, sheet);
    }
    let range = workbook.worksheet_range(sheet).map_err(|error| damaged(&error))?;
    let (row, column) = range.start().unwrap_or_default();
    let cells: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
    let before = usize::try_from(column).unwrap_or_default();
    let rows = (u64::from(row) + 1..).zip(cells).map(move |(number, cells)| {
        let blank = iter::repeat_with(|| Value::Null).take(before);
        Ok(SheetRow { number, cells: blank.chain(cells.iter().map(value)).collect() })
    });
    Ok(Box::new(rows.filter(|row| row.as_ref().is_ok_and(|row| row.cells.iter().any(|cell| !cell.is_empty())))))
}

fn stream<'w>(workbook: &'w mut Xlsx<Bytes>, sheet: &str) -> Result<Rows<'w>, FileError> {
    let cells = workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(&error.into()))?;
    Ok(Box::new(CellRows { cells, next: None, is_ended: false }))
}

/// Collects the cells of a stream into rows.
struct CellRows<'w> {
    cells: XlsxCellReader<'w, Bytes>,
    /// The first cell of the next row.
    next: Option<Cell<DataRef<'w>>>,
    is_ended: bool,
}

impl CellRows<'_> {
    fn row(&mut self) -> Result<Option<SheetRow>, FileError> {
        let mut row: Option<SheetRow> = None;
        loop {
            let cell = match self.next.take() {
                Some(cell) => Some(cell),
                None => self.cells.next_cell().map_err(|error| damaged(&error.into()))?,
            };
            let Some(cell) = cell else {
                self.is_ended = true;
                return Ok(row);
            };
            let (number, column) = cell.get_position();
            let number = u64::from(number) + 1;
            if row.as_ref().is_some_and(|row| row.number != number) {
                self.next = Some(cell);
                return Ok(row);
            }
            let value = value(cell.get_value());
            if value != Value::Null {
                let row = row.get_or_insert_with(|| SheetRow { number, cells: Vec::new() });
                let column = usize::try_from(column).unwrap_or_default();
                row.cells.resize_with(row.cells.len().max(column), || Value::Null);
                if row.cells.len() == column {
                    row.cells.push(value);
                } else if let Some(cell) = row.cells.get_mut(column) {
                    *cell = value;
                }
            }
        }
    }
}

impl Iterator for CellRows<'_> {
    type Item = Result<SheetRow, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_ended {
            return None;
        }
        let row = self.row();
        self.is_ended |= row.is_err();
        row.transpose()
    }
}

/// Returns the content of a cell as notes write it.
fn value(cell: &(impl DataType + CellType)) -> Value<'static> {
    let text = |text: String| Value::Text(text.into());
    if let Some(string) = cell.get_string() {
        return text(string.to_owned());
    }
    if let Some(number) = cell.get_int() {
        return Value::Number(number.to_string().into());
    }
    if let Some(number) = cell.get_float() {
        return Value::Number(number_text(number).into());
    }
    if let Some(truth) = cell.get_bool() {
        return Value::Boolean(truth);
    }
    if let Some(time) = cell.get_datetime() {
        return time_text(&time).map_or(Value::Unreadable, text);
    }
    if let Some(iso) = cell.get_datetime_iso() {
        return text(iso.to_owned());
    }
    if let Some(iso) = cell.get_duration_iso() {
        return text(duration_text(iso).unwrap_or_else(|| iso.to_owned()));
    }
    match cell.get_error() {
        Some(error) => text(error.to_string()),
        None => Value::Null,
    }
}

/// Returns a number as digits, to the fifteen digits that spreadsheets keep. A number with more digits has lost some, and is
/// written as a power of ten.
fn number_text(number: f64) -> String {
    let scientific = format!("{number:.14e}");
    let digits = Decimal::from_scientific(&scientific).map(|number| number.normalize().to_string());
    match digits {
        Ok(digits) if digits.len() <= 16 || digits.contains('.') => digits,
        _ => format!("{number:E}").replace('E', "E+"),
    }
}

/// Returns a typed time as a length, a time of day, a date, or both.
fn time_text(time: &ExcelDateTime) -> Option<String> {
    let (zero, one) = (0.0, 1.0);
    if time.is_duration() {
        let seconds = (time.as_duration()? + Duration::milliseconds(500)).num_seconds();
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        return (seconds >= 0).then(|| format!("{}:{:02}:{seconds:02}", minutes / 60, minutes % 60));
    }
    let is_time_of_day = (zero..one).contains(&time.as_f64());
    let time: NaiveDateTime = time.as_datetime()?.round_subsecs(0);
    Some(if is_time_of_day {
        time.time().format("%H:%M:%S").to_string()
    } else if time.time() == NaiveTime::MIN {
        time.date().to_string()
    } else {
        time.format("%Y-%m-%d %H:%M:%S").to_string()
    })
}

/// Returns `PT9H5M0S`, as ODS files write times, as `9:05:00`.
fn duration_text(iso: &str) -> Option<String> {
    let (hours, rest) = iso.strip_prefix("PT")?.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds = rest.strip_suffix('S')?.split(['.', ',']).next()?;
    Some(format!("{hours}:{minutes:0>2}:{seconds:0>2}"))
}

/// Returns the error of a file that no workbook can be read from. The library's text may quote cells, so it is left out.
fn damaged(error: &calamine::Error) -> FileError {
    use calamine::Error;
    let is_protected = matches!(
        error,
        Error::Xlsx(XlsxError::Password)
            | Error::Xls(XlsError::Password)
            | Error::Xlsb(XlsbError::Password)
            | Error::Ods(OdsError::Password)
    );
    if is_protected {
        let text = "the workbook is protected by a password";
        return FileError::new(Code::Unreadable, text, "save a copy of it without the password");
    }
    let text = "the input is no workbook that can be read: it is damaged, or another kind of archive";
    FileError::new(
        Code::Unreadable,
        text,
        "unpack an archive first; save a damaged workbook again, or export it as CSV",
    )
}
