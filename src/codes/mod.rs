//! The pages of the codes: what each means, what to do about it, and the smallest input that shows it.
//!
//! `tests/it/gallery.rs` runs what stands on the pages. Knows no terminal.

use include_dir::{Dir, include_dir};

use crate::message::Code;

static PAGES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/codes");

/// The page of a code, as Markdown.
pub fn page(code: Code) -> &'static str {
    PAGES.get_file(format!("{code}.md")).and_then(|file| file.contents_utf8()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        for code in Code::ALL {
            assert!(page(*code).starts_with(&format!("# {code}\n")), "{code}");
        }
        let pages = PAGES.files().filter_map(|file| file.path().to_str()?.strip_suffix(".md"));
        for name in pages {
            assert!(Code::find(name).is_some(), "{name}.md");
        }
    }
}
