//! `actbill schema`: prints the JSON Schemas with which editors complete and check rule files and notes.

use anyhow::Result;
use clap::Subcommand;

use actbill::schema;

use crate::args::RuleArgs;
use crate::draft::Readers;
use crate::exit::Exit;
use crate::files;
use crate::output::{self, Target};

const EXIT: &str = "\
Exit status:
  0  printed
  2  could not run or not finish: usage, unreadable file, broken output
  3  the rule set is not valid";

const HELP: &str = "\
Examples:
  actbill schema rules > rules.schema.json     of rule files and agency files
  actbill schema note > note.schema.json       of notes

`actbill check` and `actbill classify` have the last word: a schema knows names and types, and no dates or sums.";

/// Print a JSON Schema, so that an editor completes and checks rule files or notes
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{HELP}\n\n{EXIT}"), disable_help_subcommand = true)]
pub(crate) struct SchemaArgs {
    #[command(subcommand)]
    command: SchemaCommand,
}

#[derive(Debug, Subcommand)]
enum SchemaCommand {
    Rules(RulesArgs),
    Note(NoteArgs),
}

const RULES: &str = "\
Example:
  actbill schema rules > rules.schema.json

Then let the first line of your rule file or agency file name the schema, as seen from that file:
  #:schema rules.schema.json
Editors with a TOML server, such as Even Better TOML in VS Code or taplo elsewhere, now complete keys and names, and mark \
what they do not know.

The schema knows the settings, facts and values of the rules in force. A file that declares some of its own needs a schema \
that knows them too:
  actbill schema rules --with agency.toml > rules.schema.json";

/// Print the schema of rule files and agency files
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{RULES}\n\n{EXIT}"))]
struct RulesArgs {
    #[command(flatten)]
    rules: RuleArgs,
}

const NOTE: &str = "\
Examples:
  actbill schema note > note.schema.json
  actbill schema note --with agency.toml > note.schema.json    with the agency's own columns and words

Then tell the editor which files it is for. In VS Code, in settings.json:
  \"json.schemas\": [{ \"fileMatch\": [\"*.notes.json\"], \"url\": \"./note.schema.json\" }]
Any validator of JSON Schema (draft-07) can check an export with it.";

/// Print the schema of notes: one note, a list of notes, or an object with the list `notes`
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{NOTE}\n\n{EXIT}"))]
struct NoteArgs {
    #[command(flatten)]
    rules: RuleArgs,
}

/// Runs the command.
pub(crate) fn run(args: &SchemaArgs) -> Result<Exit> {
    let schema = match &args.command {
        SchemaCommand::Rules(args) => schema::rules(&files::rule_set(&args.rules)?),
        SchemaCommand::Note(args) => schema::note(&files::rule_set(&args.rules)?),
    };
    output::write(&Target::Stdout, Readers::Others, |out| writeln!(out, "{schema:#}"))?;
    Ok(Exit::Done)
}
