//! `actbill explain`.

/// The smallest changes against brute force over all facts.
mod changes;
/// The command as it is run: what is notes and what is a name, the exit status, and nothing private.
mod command;
/// What is told of notes holds for all of them: the same decision, the right lever, questions and no instructions.
mod notes;
/// The texts as they are read.
mod texts;
