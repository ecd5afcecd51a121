//! Nothing shown to a person can move the cursor, forge a line or stay hidden, in any command or format for people.

use crate::binary::Folder;
use crate::tiny::{BASE, OFFER};

/// Control characters, direction marks, zero-width characters, and a line that looks like the program's own.
const HOSTILE: &str = r"x\u001b]52;c;\u0007\u009b\u202e\u2066\u200b\ufeff\u2028\nerror[usage]: forged";
const INVISIBLE: [char; 8] = ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{2028}'];

fn folder() -> Folder {
    let advice = format!(
        "[[advise]]\nid = \"look\"\ntitle = \"{HOSTILE}\"\nwhen.f = \"yes\"\nbasis = \"house\"\n\
         [[invariant]]\nid = \"never\"\ntitle = \"{HOSTILE}\"\nalways.f = \"no\"\n"
    );
    let titles = |rules: &str| rules.lines().map(title).collect::<Vec<_>>().join("\n");
    let asked = "[fact.asked]\nvalues = [\"yes\", \"no\"]\nask = \"HOSTILE\"\n".replace("HOSTILE", HOSTILE);
    let rules = [titles(BASE), titles(OFFER), advice, asked].join("\n");
    let note = format!(
        "{{\"id\": \"{HOSTILE}\", \"client\": \"{HOSTILE}\", \"staff\": \"{HOSTILE}\", \"date\": \"2026-03-02\", \
         \"minutes\": 30, \"activity\": \"a\", \"staff_role\": \"r\", \"f\": \"yes\", \"{HOSTILE}\": 1"
    );
    let notes = format!("[{note}}}, {note}, \"birth_date\": \"{HOSTILE}\"}}]");
    let folder = Folder::new().with("notes.json", notes);
    std::fs::create_dir(folder.path("rules")).unwrap();
    let broken = format!("# {HOSTILE}\ntitle = \"\u{202e}\u{9b}\" oops\n");
    std::fs::create_dir(folder.path("broken")).unwrap();
    let case = format!(
        "[[case]]\ntitle = \"{HOSTILE}\"\nnote = {{ activity = \"a\", staff_role = \"r\" }}\n\
         expect = {{ bundled_into = \"{HOSTILE}\" }}\n"
    );
    folder.with("rules/rules.cases.toml", case).with("rules/rules.toml", rules).with("broken/rules.toml", broken)
}

/// Returns a line with a hostile title.
fn title(line: &str) -> String {
    if line.starts_with("title = ") { format!("title = \"{HOSTILE}\"") } else { line.to_owned() }
}

#[test]
fn what_people_read_can_be_seen() {
    let folder = folder();
    for args in [
        "classify notes.json --format text --rules rules",
        "classify notes.json --format text --rules rules --strict",
        "explain notes.json --all --rules rules",
        "explain offer look never p s asked --rules rules",
        "rules list --rules rules",
        "rules table --rules rules",
        "rules table --format markdown --rules rules",
        "rules doc --rules rules",
        "check --rules rules",
        "check --rules broken",
        "test --rules rules --coverage",
        "test --rules rules --list",
    ] {
        let ended = folder.run(&args.split(' ').collect::<Vec<_>>());
        for text in [&ended.stdout, &ended.stderr] {
            assert!(!text.contains(INVISIBLE), "{args}: {text:?}");
            assert!(!text.lines().any(|line| line.starts_with("error[usage]: forged")), "{args}: {text}");
        }
        let shows_titles = !args.starts_with("rules table");
        assert!(!shows_titles || ended.stdout.contains("]52;c;") || ended.stderr.contains("oops"), "{args}: {ended:?}");
    }
}
