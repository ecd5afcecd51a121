//! Outputs connected by a shell, and runs that are killed: nothing is lost, and nothing is left behind.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::binary::{Ended, Folder};

const NOTES: &str = "id,client,date,minutes,activity,staff_role,eligibility\n\
    n-1,client-a,2026-03-02,45,job_coaching,vocational_specialist,department\n";

fn folder() -> Folder {
    Folder::new().with("notes.csv", NOTES)
}

/// Runs a shell command line in the folder, with `actbill` as the program.
fn shell(folder: &Folder, line: &str) -> Ended {
    let mut command = Command::new("sh");
    let line = line.replace("actbill", env!("CARGO_BIN_EXE_actbill"));
    Ended::of(command.args(["-c", &line]).current_dir(folder.path("")).stdin(Stdio::null()).output().unwrap())
}

#[track_caller]
fn refused(folder: &Folder, line: &str, says: &str) {
    let before = folder.names();
    let ended = shell(folder, line);
    assert_eq!(ended.status, 2, "{line}: {ended:?}");
    assert!(ended.stderr.contains(says), "{line}: {ended:?}");
    assert_eq!(folder.names(), before, "{line}");
}

#[test]
fn an_input_on_standard_input_is_never_replaced() {
    let folder = folder();
    for line in [
        "actbill classify - -o notes.csv < notes.csv",
        "actbill classify - --summary ./notes.csv < notes.csv",
        "actbill explain - -o notes.csv < notes.csv",
        "actbill classify notes.csv >> notes.csv",
    ] {
        refused(&folder, line, "is an input and would be overwritten");
        assert_eq!(folder.read("notes.csv"), NOTES, "{line}");
    }
}

#[test]
fn two_outputs_never_share_a_file() {
    let folder = folder();
    symlink("rows.csv", folder.path("link")).unwrap();
    refused(&folder, "actbill classify notes.csv -o rows.csv --summary link", "two outputs");
    refused(
        &folder,
        "actbill classify notes.csv --summary notes.log >> notes.log; s=$?; rm notes.log; exit $s",
        "two outputs",
    );
}

#[test]
fn what_is_open_is_written_to_and_keeps_what_it_held() {
    let folder = folder().with("log", "kept\n");
    let rows = folder.run(&["classify", "notes.csv"]).stdout;
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"] {
        let _ = symlink("/dev/stdout", folder.path("link"));
        fs::write(folder.path("log"), "kept\n").unwrap();
        assert_eq!(shell(&folder, &format!("actbill classify notes.csv -o {name} >> log")).status, 0);
        assert_eq!(folder.read("log"), format!("kept\n{rows}"), "{name}");
    }
    let ended = shell(&folder, "actbill classify notes.csv --format ndjson --summary /dev/stdout > both");
    let both = folder.read("both");
    assert!(ended.status == 0 && both.contains("\"record\":1") && both.contains("\"lines\": ["), "{both}");
    let ended = shell(&folder, "mkfifo pipe; cat pipe > copy & actbill classify notes.csv -o pipe; wait");
    assert_eq!((ended.status, folder.read("copy")), (0, rows));
}

#[test]
fn rows_never_go_to_a_closed_standard_output() {
    let folder = folder();
    for line in [
        "actbill classify notes.csv >&-",
        "actbill classify notes.csv --summary totals.json >&-",
        "actbill explain notes.csv >&-",
        "actbill rules doc >&-",
    ] {
        refused(&folder, line, "standard output cannot be written: it is closed");
    }
    assert_eq!(shell(&folder, "actbill classify notes.csv > /dev/null").status, 0);
    assert_eq!(shell(&folder, "actbill classify notes.csv -o rows.csv >&-").status, 0);
    assert_eq!(shell(&folder, "actbill check >&-").status, 0, "the exit status is what was asked for");
}

#[test]
fn a_read_only_file_is_never_replaced() {
    let folder = folder().with("rows.csv", "old");
    fs::set_permissions(folder.path("rows.csv"), fs::Permissions::from_mode(0o444)).unwrap();
    refused(&folder, "actbill classify notes.csv -o rows.csv", "permission denied");
    assert_eq!(folder.read("rows.csv"), "old");
}

#[test]
fn links_are_followed_to_their_end_unless_there_is_none() {
    let folder = folder();
    symlink("b", folder.path("a")).unwrap();
    symlink("c", folder.path("b")).unwrap();
    assert_eq!(shell(&folder, "actbill classify notes.csv -o a").status, 0);
    assert!(fs::symlink_metadata(folder.path("a")).unwrap().is_symlink());
    assert!(fs::symlink_metadata(folder.path("c")).unwrap().is_file());
    symlink("b", folder.path("d")).unwrap();
    fs::remove_file(folder.path("b")).unwrap();
    symlink("d", folder.path("b")).unwrap();
    refused(&folder, "actbill classify notes.csv -o d", "it leads through too many links");
}

/// Creates a folder with so many notes that their rows exceed every buffer.
fn many() -> Folder {
    let row = |at: u32| format!("n-{at},client-a,2026-03-02,45,job_coaching,nurse,department\n");
    let rows: String = (0..5_000).map(row).collect();
    Folder::new().with("many.csv", NOTES.lines().next().unwrap().to_owned() + "\n" + &rows)
}

#[test]
fn a_file_over_its_size_limit_is_an_error_and_leaves_nothing() {
    let folder = many();
    refused(&folder, "ulimit -f 8; actbill classify many.csv -o rows.csv", "it would be larger than files may be");
}

/// Drafts of killed runs are removed, but not drafts of live runs or other files.
#[test]
fn drafts_of_killed_runs_are_cleared() {
    let folder =
        folder().with(".rows.csv.abc123.actbill-draft", "dead").with(".rows.csv.def456.actbill-draft", "alive");
    let folder = folder.with(".other.csv.abc123.actbill-draft", "another's").with(".rows.csv.swp", "an editor's");
    let alive = File::open(folder.path(".rows.csv.def456.actbill-draft")).unwrap();
    alive.lock().unwrap();
    assert_eq!(folder.run(&["classify", "notes.csv", "-o", "rows.csv"]).status, 0);
    assert_eq!(
        folder.names(),
        [".other.csv.abc123.actbill-draft", ".rows.csv.def456.actbill-draft", ".rows.csv.swp", "notes.csv", "rows.csv"]
    );
}

/// Waits until the run has begun a draft.
fn wait_for_draft(folder: &Folder) {
    for _ in 0..2_000 {
        if folder.names().iter().any(|name| name.ends_with(".actbill-draft")) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("no draft was begun: {:?}", folder.names());
}

/// The rows wait for a reader of the pipe when the totals are already a draft.
#[test]
fn an_interrupted_run_says_so_and_leaves_nothing() {
    for signal in ["INT", "TERM", "HUP"] {
        let folder = many().with("totals.json", "old").with("receipt.json", "old");
        let args = ["classify", "many.csv", "--summary", "totals.json", "--receipt", "receipt.json"];
        let mut command = folder.command(&args);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_for_draft(&folder);
        let kill = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        let ended = child.wait_with_output().unwrap();
        assert!(kill.success() && ended.status.code() == Some(2), "{ended:?}");
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(said, "error[unwritable]: the run was interrupted; no output file was changed\n");
        assert_eq!(folder.names(), ["many.csv", "receipt.json", "totals.json"]);
        assert_eq!((folder.read("totals.json"), folder.read("receipt.json")), ("old".into(), "old".into()));
    }
}

/// A run with rosters and earlier rows is killed at moments spread over its time: every file it writes is whole, either
/// the old one or the new, its inputs are as before, and the next run says the same and clears what was left.
#[test]
fn a_run_that_is_killed_at_any_moment_leaves_whole_files() {
    let client = |at: u32| format!("client-{at},department\n");
    let clients: String = (0..500).map(client).collect();
    let note = |at: u32, minutes: u32| format!("n-{at},client-{},s-1,2026-03-02,{minutes},job_coaching\n", at % 500);
    let notes = |minutes: fn(u32) -> u32| -> String { (0..5_000).map(|at| note(at, minutes(at))).collect() };
    let head = "id,client,staff,date,minutes,activity\n";
    let folder = Folder::new()
        .with("clients.csv", format!("id,eligibility\n{clients}"))
        .with("staff.csv", "id,staff_role\ns-1,nurse\n")
        .with("first.csv", format!("{head}{}", notes(|_| 45)))
        .with("corrected.csv", format!("{head}{}", notes(|at| 45 + at % 2 * 15)));
    let rosters = ["--clients", "clients.csv", "--staff", "staff.csv"];
    let first = [&["classify", "first.csv", "-o", "billed.csv"][..], &rosters].concat();
    assert_eq!(folder.run(&first).status, 0);
    let outputs = ["rows.csv", "adjustments.csv", "totals.json", "receipt.json"];
    let files = ["-o", "rows.csv", "--adjustments", "adjustments.csv", "--summary", "totals.json"];
    let again = ["classify", "corrected.csv", "--billed", "billed.csv", "--receipt", "receipt.json"];
    let again = [&again[..], &files, &rosters].concat();
    let begun = Instant::now();
    assert_eq!(folder.run(&again).status, 0);
    let duration = begun.elapsed();
    let new = outputs.map(|name| folder.read(name));
    let entries = folder.names();
    let inputs = || ["clients.csv", "staff.csv", "billed.csv", "corrected.csv"].map(|name| folder.read(name));
    let before = inputs();

    let moments = 24;
    for moment in 0..moments {
        for name in outputs {
            fs::write(folder.path(name), "old").unwrap();
        }
        let mut child = folder.command(&again).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(duration * moment / moments);
        child.kill().unwrap();
        child.wait().unwrap();
        for (name, new) in outputs.iter().zip(&new) {
            let left = folder.read(name);
            assert!(left == "old" || left == *new, "{name} holds {} bytes at {moment}/{moments}", left.len());
        }
        assert!(inputs() == before, "an input changed at {moment}/{moments}");
    }
    assert_eq!(folder.run(&again).status, 0);
    assert!(outputs.map(|name| folder.read(name)) == new, "a run after the killed ones says the same");
    assert_eq!(folder.names(), entries, "drafts of killed runs are cleared");
}

/// Someone else's file in a folder where nobody may replace other people's files, which only root can set up.
#[test]
fn where_a_file_may_not_be_replaced_the_other_is_not_either() {
    let folder = folder().with("rows.csv", "old");
    let shared = folder.path("shared");
    fs::create_dir(&shared).unwrap();
    fs::write(shared.join("totals.json"), "another's").unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).unwrap();
    fs::set_permissions(shared.join("totals.json"), fs::Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(folder.path(""), fs::Permissions::from_mode(0o777)).unwrap();
    for path in ["rows.csv", "notes.csv"] {
        fs::set_permissions(folder.path(path), fs::Permissions::from_mode(0o666)).unwrap();
    }
    let line = format!(
        "cd '{}' && '{}' classify notes.csv -o rows.csv --summary shared/totals.json",
        folder.path("").display(),
        env!("CARGO_BIN_EXE_actbill")
    );
    let Ok(output) = Command::new("setpriv").args(["--reuid=65534", "--clear-groups", "sh", "-c", &line]).output()
    else {
        return;
    };
    if output.status.code() != Some(2) {
        return;
    }
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("totals.json` cannot be written: "), "{said}");
    assert_eq!((folder.read("rows.csv"), folder.read("shared/totals.json")), ("old".into(), "another's".into()));
}

#[test]
fn standard_output_is_appended_to_where_it_was_opened_so() {
    let folder = folder().with("log", "kept\n");
    let log = OpenOptions::new().append(true).open(folder.path("log")).unwrap();
    assert!(folder.command(&["classify", "notes.csv"]).stdout(log).status().unwrap().success());
    assert!(folder.read("log").starts_with("kept\ninput,record,"));
}
