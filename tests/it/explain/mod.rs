//! Tests of `actbill explain`.

/// Compares smallest changes with brute force over all facts.
mod changes;
/// Runs the command: which arguments are notes and which are names, the exit status, and privacy.
mod command;
/// Explanations are true of all notes: the same decision, the right lever, and questions rather than instructions.
mod notes;
/// Snapshots of the explanation texts.
mod texts;
