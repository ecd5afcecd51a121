//! Tests of `actbill explain`.

/// Compares smallest changes with brute force over all facts.
mod changes;
/// Runs the command: which arguments are notes and which are names, the exit status, and privacy.
mod command;
/// Explanations are true of all notes: the same decision, the right lever, and questions rather than instructions.
mod notes;
/// Explanations of notes that are counted within a month or after a discharge.
mod periods;
/// Snapshots of the explanation texts.
mod texts;
