//! CSV cells that are safe to open in a spreadsheet.

use std::borrow::Cow;
use std::io;

/// Puts an apostrophe before a cell that a spreadsheet would take for a formula. NUL characters are dropped, because a
/// spreadsheet stops reading at them or refuses the file.
pub(crate) fn defuse_formula(cell: &str) -> Cow<'_, str> {
    if cell.contains('\0') {
        return Cow::Owned(defuse_formula(&cell.replace('\0', "")).into_owned());
    }
    match cell.trim_start_matches([' ', '\u{a0}']).chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' | '|') => {
            Cow::Owned(format!("'{cell}"))
        }
        _ => Cow::Borrowed(cell),
    }
}

/// Removes the apostrophe that [`defuse_formula`] put before a cell.
pub(crate) fn restore_formula(cell: &str) -> &str {
    let rest = cell.strip_prefix('\'').filter(|rest| matches!(defuse_formula(rest), Cow::Owned(_)));
    rest.unwrap_or(cell)
}

/// Returns the I/O error inside an error of the CSV writer.
pub(crate) fn unwrap_io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_defused() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"] {
            assert!(defuse_formula(bad).starts_with('\''), "{bad:?}");
            assert_eq!(restore_formula(&defuse_formula(bad)), bad);
        }
        for good in ["n-01", "17.72", "", "a=b"] {
            assert_eq!((defuse_formula(good).as_ref(), restore_formula(good)), (good, good));
        }
        assert_eq!((defuse_formula("n\0-01").as_ref(), defuse_formula("\0=1").as_ref()), ("n-01", "'=1"));
    }
}
