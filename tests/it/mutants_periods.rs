//! Changes of counts, pairs and holidays: each is killed, shown by notes, or changes nothing.

use std::fmt::Write;

use actbill::cases::{MutantStatus, Suite};
use actbill::mutants::{self, Change, Mutant};
use actbill::report::Row;

use crate::mutants::{ready, statuses};
use crate::proof_periods::{Note, base, count, notes_of, pair, rows};

/// A set with counts, pairs, a shadow, a label and promises about months.
fn small() -> String {
    let mut text = base();
    text += "[setting.pays]\nask = \"How?\"\nvalues = [\"unit\", \"whole\"]\ndefault = \"unit\"\n";
    text += "[[advise]]\nid = \"label\"\ntitle = \"T\"\nwhen.activity = \"a\"\nlabel = \"kind\"\nbasis = \"house\"\n";
    text += &count("a", "notes = \"a\"; within = \"month\"; at_least = 20; earns = \"a\"; one_practitioner = true");
    text += &count("a-further", "notes = \"a\"; within = \"month\"; at_least = 40; each = 20; most = 2; earns = \"x\"");
    text += &count("b", "notes = \"b\"; within = \"month\"; at_least = 10; below = 30; earns = \"y\"");
    text += &count("b-long", "notes = \"b\"; within = \"month\"; at_least = 30; earns = \"b\"");
    text += &pair("both", "these = [\"a\"]; not_with = [\"b\"]; within = \"month\"; then = \"hold\"");
    text +=
        &pair("near", "these = [\"a\"]; not_with = [\"y\"]; within = \"day\"; lifted_by = [\"25\"]; then = \"advise\"");
    text += "[[shadow]]\nid = \"whole\"\ntitle = \"T\"\nwhen.pays = \"whole\"\npayers = [\"p\"]\nbasis = \"house\"\n";
    text += "[[invariant]]\nid = \"inv.further\"\ntitle = \"T\"\nthese = [\"x\"]\nonly_with = [\"a\"]\nwithin = \"month\"\nbasis = \"house\"\n";
    text += "[[invariant]]\nid = \"inv.both\"\ntitle = \"T\"\nthese = [\"a\"]\nnot_with = [\"b\"]\nwithin = \"month\"\nbasis = \"house\"\n";
    text
}

/// Whether a mutant is one of a block about several notes.
fn is_counted(mutant: &Mutant) -> bool {
    matches!(
        mutant.changed,
        Change::Count(..) | Change::Pair(..) | Change::Shadow(..) | Change::Holiday(..) | Change::Service(..)
    )
}

#[test]
fn each_mutant_of_counts_and_pairs_is_killed_alike_everywhere_or_shown() {
    let ready = ready(&small());
    let list: Vec<Mutant> = mutants::all(&ready.set).into_iter().collect();
    let statuses = statuses(&ready, &Suite::default(), list.clone());
    let lengths = [9, 10, 19, 20, 29, 30, 39, 40, 60, 80, 100];
    let work = |work: &'static str| {
        let one = lengths.iter().map(move |minutes| vec![(work, *minutes, 2, 1)]);
        one.chain([Vec::new(), vec![(work, 10, 2, 1), (work, 10, 3, 2)], vec![(work, 20, 2, 1), (work, 20, 2, 2)]])
    };
    let months: Vec<Vec<Note>> = work("a").flat_map(|a| work("b").map(move |b| [a.clone(), b].concat())).collect();
    let before: Vec<Vec<Row>> = months.iter().map(|month| rows(&ready.set, &ready.diagram, notes_of(month))).collect();
    let mut told = String::new();
    for (mutant, status) in list.iter().zip(&statuses) {
        match status {
            MutantStatus::Equivalent if is_counted(mutant) => {
                let set = mutant.apply(&ready.set);
                let same = months.iter().zip(&before).all(|(month, before)| {
                    let after = rows(&set, &ready.diagram, notes_of(month));
                    before
                        .iter()
                        .zip(&after)
                        .all(|(before, after)| actbill::cases::differences(before, after).is_empty())
                });
                if !same {
                    writeln!(told, "not alike: {}", mutant.describe()).unwrap();
                }
            }
            MutantStatus::Survived(None) => writeln!(told, "no notes: {}", mutant.describe()).unwrap(),
            MutantStatus::Survived(Some(evidence)) => {
                let mut both = evidence.before.iter().zip(&evidence.after);
                if both.all(|(before, after)| actbill::cases::differences(before, after).is_empty()) {
                    writeln!(told, "notes show nothing: {} {:?}", mutant.describe(), evidence.witness).unwrap();
                }
            }
            _ => {}
        }
    }
    assert!(told.is_empty(), "{told}");
}

/// A set that asks business days between two dates.
fn dated() -> String {
    let mut text = base();
    text += "[fact.out]\nkind = \"date\"\n[fact.met]\nkind = \"date\"\n";
    text += "[holiday.may]\nmonth = 5\nday = 1\n[holiday.late]\nmonth = 3\nweekday = \"monday\"\nnth = 3\n";
    text += "[[exclude]]\nid = \"late\"\ntitle = \"T\"\nwhen.activity = \"b\"\nwhen.business_days_from_out_to_met.at_least = 3\n\
             payers = [\"p\"]\nbasis = \"house\"\n";
    text
}

#[test]
fn each_mutant_of_holidays_is_shown_by_dates_around_it() {
    let ready = ready(&dated());
    let list: Vec<Mutant> =
        mutants::all(&ready.set).into_iter().filter(|mutant| matches!(mutant.changed, Change::Holiday(..))).collect();
    let statuses = statuses(&ready, &Suite::default(), list.clone());
    assert_eq!(list.len(), 7);
    for (mutant, status) in list.iter().zip(&statuses) {
        let MutantStatus::Survived(Some(evidence)) = status else { panic!("{} is {status:?}", mutant.describe()) };
        let both = evidence.before.iter().zip(&evidence.after);
        let differs = both.into_iter().any(|(before, after)| !actbill::cases::differences(before, after).is_empty());
        assert!(differs, "{} {:?}", mutant.describe(), evidence.witness);
    }
}
