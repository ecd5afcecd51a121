//! Checks an edit as written: its keys, and the names in it.

use super::{Check, Edit, EditPeriod, Overlap, Scope, WrittenEdit, resolve_effect};
use crate::message::Code;
use crate::rules::Basis;
use crate::rules::block::Written;
use crate::rules::checker::Checker;
use crate::toml::{Located, Problems, Span, Text};

/// The name of a check in rule files, with the scopes and periods that it can have, the usual ones first.
struct CheckKind {
    name: &'static str,
    scopes: &'static [Scope],
    periods: &'static [EditPeriod],
}

const CHECKS: [CheckKind; 11] = {
    use EditPeriod::{Batch, Day, Month};
    use Scope::{Client, Staff};
    const fn kind(name: &'static str, scopes: &'static [Scope], periods: &'static [EditPeriod]) -> CheckKind {
        CheckKind { name, scopes, periods }
    }
    [
        kind(DUPLICATE, &[Client], &[Day]),
        kind(MAYBE_DUPLICATE, &[Client], &[Day]),
        kind(STAFF_OVERLAP, &[Staff], &[Day]),
        kind(CLIENT_OVERLAP, &[Client], &[Day]),
        kind(IMPOSSIBLE_DAY, &[Client, Staff], &[Day]),
        kind(LONG_DAY, &[Staff, Client], &[Day]),
        kind(OVER_LIMIT, &[Client], &[Day, Month]),
        kind(FUTURE_DATE, &[Client], &[Batch]),
        kind(LATE_FILING, &[Client], &[Batch]),
        kind(ALREADY_BILLED, &[Client], &[Batch]),
        kind(ROSTER_DISAGREES, &[Client, Staff], &[Batch]),
    ]
};

const DUPLICATE: &str = "duplicate";
const MAYBE_DUPLICATE: &str = "maybe-duplicate";
const STAFF_OVERLAP: &str = "staff-overlap";
const CLIENT_OVERLAP: &str = "client-overlap";
const IMPOSSIBLE_DAY: &str = "impossible-day";
const LONG_DAY: &str = "long-day";
const OVER_LIMIT: &str = "over-limit";
const FUTURE_DATE: &str = "future-date";
const LATE_FILING: &str = "late-filing";
const ALREADY_BILLED: &str = "already-billed";
const ROSTER_DISAGREES: &str = "roster-disagrees";

/// Most months of a filing limit, and most units of a limit.
const MAX_MONTHS: i64 = 120;
const MAX_UNITS: i64 = 100_000;

/// Returns the names of all checks.
pub(super) fn check_names() -> [&'static str; 11] {
    CHECKS.each_ref().map(|kind| kind.name)
}

pub(super) fn check_edit(block: Written<Box<WrittenEdit>>, checker: &Checker<'_>) -> Option<Edit> {
    let Written { name, span, body, .. } = block;
    let problems = checker.problems;
    checker.check_id(&name, "an edit");
    let then = body.then.as_ref().and_then(|then| resolve_effect(then, problems));
    let word = body.check.as_ref()?;
    let Some(kind) = CHECKS.iter().find(|kind| kind.name == word.value) else {
        problems.add_unknown_value(word, "check", check_names());
        return None;
    };
    for number in body.carc.iter().chain(&body.rarc).filter(|number| !is_adjustment_code(&number.value)) {
        let text = format!("`{}` is no number of an adjustment or remark code", number.value);
        problems.add(&number.span, Code::WrongType, text, "write letters and digits alone, such as `18` or `N20`");
    }
    let check = EditChecker { checker, span: &span, body: &body }.resolve(kind.name);
    let scope = resolve_words(body.scope.as_deref(), "scope", kind.scopes, Scope::as_str, problems);
    let within = body.within.as_ref().map(std::slice::from_ref);
    let within = resolve_words(within, "within", kind.periods, EditPeriod::as_str, problems);
    let is_limit = kind.name == OVER_LIMIT;
    let title = match (body.title, &check) {
        (Some(title), _) => title.value,
        (None, Some(Check::OverLimit { service, most })) => {
            let code = checker.set.service(*service).full_code();
            format!("more than {most} units of {code}")
        }
        (None, _) => {
            let text = "this edit has no `title`";
            problems.add(&span, Code::MissingKey, text, "say of the notes that it concerns what is wrong with them");
            String::new()
        }
    };
    let basis = if is_limit && body.basis.is_empty() {
        // Limits are the agency's own.
        Basis { house: true, ..Basis::default() }
    } else {
        checker.required_basis(body.basis, &span, &format!("the edit `{}`", name.value))
    };
    Some(Edit {
        id: name.value,
        title,
        check: check?,
        scope: if scope.is_empty() { kind.scopes.iter().take(1).copied().collect() } else { scope },
        within: within.first().or(kind.periods.first()).copied()?,
        then: then?,
        carc: body.carc.into_iter().map(|number| number.value).collect(),
        rarc: body.rarc.into_iter().map(|number| number.value).collect(),
        basis,
        span,
    })
}

/// Resolves the words of a key. A word that the check does not take is a problem.
fn resolve_words<T: Copy>(
    words: Option<&[Text]>,
    key: &str,
    known: &[T],
    name: impl Fn(T) -> &'static str,
    problems: &Problems<'_>,
) -> Vec<T> {
    let mut found = Vec::new();
    for word in words.unwrap_or_default() {
        match known.iter().find(|known| name(**known) == word.value) {
            Some(known) => found.push(*known),
            None => problems.add_unknown_value(word, key, known.iter().map(|known| name(*known))),
        }
    }
    found
}

/// Whether a text can be the number of a CARC or RARC.
fn is_adjustment_code(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Resolves what an edit checks.
struct EditChecker<'c, 'p> {
    checker: &'c Checker<'p>,
    span: &'c Span,
    body: &'c WrittenEdit,
}

impl EditChecker<'_, '_> {
    fn resolve(&self, check: &str) -> Option<Check> {
        self.refuse_keys(check);
        Some(match check {
            DUPLICATE => Check::Duplicate,
            MAYBE_DUPLICATE => Check::MaybeDuplicate,
            STAFF_OVERLAP => Check::StaffOverlap,
            CLIENT_OVERLAP => Check::ClientOverlap(self.overlap()?),
            IMPOSSIBLE_DAY => Check::ImpossibleDay,
            LONG_DAY => Check::LongDay,
            OVER_LIMIT => {
                let service = self.required("service", self.body.service.as_ref())?;
                let most = self.required("most", self.body.most.as_ref())?;
                Check::OverLimit { service: self.checker.service(service)?, most: self.number(most, MAX_UNITS)? }
            }
            FUTURE_DATE => Check::FutureDate,
            LATE_FILING => {
                let payers = self.required("payers", self.body.payers.as_ref())?;
                let months = self.required("months", self.body.months.as_ref())?;
                let days_left = self.body.days_left.as_ref().map(|days| self.number(days, 366));
                Check::LateFiling {
                    payers: self.checker.payers(payers),
                    months: self.number(months, MAX_MONTHS)?,
                    days_left: match days_left {
                        Some(days) => Some(days?),
                        None => None,
                    },
                }
            }
            ALREADY_BILLED => Check::AlreadyBilled,
            _ => Check::RosterDisagrees,
        })
    }

    fn overlap(&self) -> Option<Overlap> {
        let word = self.required("among", self.body.among.as_ref())?;
        let found = Overlap::ALL.into_iter().find(|overlap| overlap.as_str() == word.value);
        if found.is_none() {
            self.checker.problems.add_unknown_value(word, "among", Overlap::ALL.map(Overlap::as_str));
        }
        found
    }

    fn required<'b, T>(&self, key: &str, value: Option<&'b T>) -> Option<&'b T> {
        if value.is_none() {
            let text = format!("this edit has no `{key}`");
            self.checker.problems.add(self.span, Code::MissingKey, text, format!("add a line `{key} = …`"));
        }
        value
    }

    fn number(&self, number: &Located<i64>, most: i64) -> Option<u32> {
        let checked = u32::try_from(number.value).ok().filter(|_| (1..=most).contains(&number.value));
        if checked.is_none() {
            let help = format!("write a number from 1 to {most}");
            self.checker.problems.add(&number.span, Code::BadCount, "this number cannot be a limit", help);
        }
        checked
    }

    /// Reports keys that belong to other checks.
    fn refuse_keys(&self, check: &str) {
        let body = self.body;
        let keys = [
            ("among", CLIENT_OVERLAP, body.among.as_ref().map(|word| &word.span)),
            ("service", OVER_LIMIT, body.service.as_ref().map(|word| &word.span)),
            ("most", OVER_LIMIT, body.most.as_ref().map(|number| &number.span)),
            ("payers", LATE_FILING, body.payers.as_ref().map(|_| self.span)),
            ("months", LATE_FILING, body.months.as_ref().map(|number| &number.span)),
            ("days_left", LATE_FILING, body.days_left.as_ref().map(|number| &number.span)),
        ];
        for (key, of, span) in keys {
            if let Some(span) = span.filter(|_| of != check) {
                let text = format!("`{key}` means nothing to the check `{check}`");
                self.checker.problems.add(span, Code::UnknownKey, text, format!("it belongs to `{of}`"));
            }
        }
    }
}
