#!/usr/bin/env python3
"""Splits notes into one file for each month, so that each file can be classified on a machine of its own.

usage: split.py [--id FIELD] [--client FIELD] [--date FIELD] [--within FIELD] NOTES FOLDER

NOTES is NDJSON with dates as YYYY-MM-DD. For each month FOLDER gets `2026-10.ndjson`, with all that
`actbill classify 2026-10.ndjson --month 2026-10` has to know, and `2026-10.numbers`, with the number of each of its
records in NOTES.

A record goes into the part of its service date; one without a readable date into that of the earliest service date. A
client whose notes name a discharge (`--within`, by default `discharge_date`) and lie in several months is a case of its
own: what is counted by the discharge crosses the end of a month. All notes of such a client go into the parts of all
these months, and `--month` shows each of them once.

First all ids are compared, since no machine sees those of another. If one is repeated, nothing is split. What is kept
in memory grows with the clients, not with the notes.
"""
import sys

sys.dont_write_bytecode = True  # A checkout stays as it is.

import argparse
import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

SHOWN = 10
"""Most line numbers that a message names."""


class Fields(NamedTuple):
    """The names of the fields that decide where a record goes."""

    id: str = "id"
    client: str = "client"
    date: str = "date"
    within: str = "discharge_date"


class Record(NamedTuple):
    """What is to be known of a record."""

    ids: tuple
    client: str
    """Empty if the record does not say."""
    month: str
    """The month of the service date; empty if it is not readable."""
    episodes: tuple
    """The months of the discharges that it names."""
    fields: frozenset
    """Which of the fields it has."""


class Problem(Exception):
    """Why the notes are not split."""


def field_key(name):
    """Field names are compared by their letters and digits."""
    return "".join(c for c in name.lower() if c.isalnum())


def read(line, fields):
    """Reads a line of the notes. Raises `ValueError` if it has a date in another form than YYYY-MM-DD."""
    try:
        pairs = json.loads(
            line, object_pairs_hook=lambda pairs: pairs, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        pairs = []
    is_object = isinstance(pairs, list) and all(isinstance(pair, tuple) for pair in pairs)
    found = {name: [] for name in fields}
    for name, value in pairs if is_object else []:
        for field in fields:
            if field_key(name) == field_key(field) and isinstance(value, str) and value.strip():
                found[field].append(value.strip())
    dates = [month(date) for date in found[fields.date]]
    return Record(
        ids=tuple(found[fields.id]),
        client=found[fields.client][0] if found[fields.client] else "",
        # A record that gives its date twice is rejected.
        month=dates[0] if len(dates) == 1 else "",
        episodes=tuple(filter(None, map(month, found[fields.within]))),
        fields=frozenset(field for field in fields if found[field]),
    )


def month(text):
    """Returns the month of a date; empty if there is no such day or if the text is no date at all."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        if any(c.isdigit() for c in text):
            raise ValueError
        return ""
    try:
        return datetime.date.fromisoformat(text).isoformat()[:7]
    except ValueError:
        return ""


def parts_of(record, crossing, earliest):
    """Returns the months into whose parts a record goes. `crossing` holds the months of the clients whose notes go into
    several."""
    if not record.month:
        return [earliest]
    return sorted(crossing.get(record.client, [record.month]))


def records(path):
    """Yields the records of an NDJSON file: the number of each, its line number, and its bytes."""
    number = 0
    with open(path, "rb") as notes:
        for at, line in enumerate(notes, 1):
            line = line.removeprefix(b"\xef\xbb\xbf") if at == 1 else line
            if line.strip():
                number += 1
                yield number, at, line.rstrip(b"\r\n")


def listed(lines):
    shown = ", ".join(map(str, lines[:SHOWN]))
    return f"line{'s' if len(lines) > 1 else ''} {shown}{', …' if len(lines) > SHOWN else ''}"


class RepeatedIds:
    """Finds ids that several records have. `sort` keeps no more in memory than it may, and the rest on disk: keyed
    digests, from which no id can be read."""

    def __init__(self, folder):
        if not shutil.which("sort"):
            raise Problem("the command `sort` is not installed")
        self.key = os.urandom(16)
        self.path = Path(folder, "ids")
        self.file = open(self.path, "w")

    def add(self, text, line):
        self.file.write(f"{hashlib.blake2b(text.encode(), key=self.key, digest_size=16).hexdigest()} {line:012}\n")

    def lines(self):
        """Returns the lines whose id an earlier one has."""
        self.file.close()
        command = ["sort", "-T", self.path.parent, self.path]
        repeated, last = [], None
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C"}) as sort:
            for row in sort.stdout:
                digest, line = row.split()
                if digest == last:
                    repeated.append(int(line))
                last = digest
        if sort.returncode:
            raise Problem("the ids could not be sorted")
        return sorted(repeated)


def survey(path, fields, ids):
    """Reads the notes once. Returns the months of the clients whose notes go into several parts, and the earliest one."""
    months, with_episode, odd, seen = {}, set(), [], set()
    earliest = None
    for _, line, text in records(path):
        try:
            record = read(text, fields)
        except ValueError:
            odd.append(line)
            continue
        seen |= record.fields
        for own in record.ids:
            ids.add(own, line)
        if record.month:
            earliest = min(earliest or record.month, record.month)
        if record.client:
            months.setdefault(record.client, set()).update(filter(None, [record.month, *record.episodes]))
            if record.episodes:
                with_episode.add(record.client)
    if odd:
        raise Problem(f"{listed(odd)}: a date is not written as YYYY-MM-DD, so its month is not known here")
    for field in (fields.id, fields.client, fields.date):
        if field not in seen:
            raise Problem(f"no record has a field `{field}`; say what it is called with an option")
    repeated = ids.lines()
    if repeated:
        raise Problem(
            f"{listed(repeated)}: an earlier record has this id; give each note an id of its own, and each note once")
    if earliest is None:
        raise Problem("no record has a readable date")
    return {client: months[client] for client in with_episode if len(months[client]) > 1}, earliest


def split(path, folder, fields):
    """Writes the parts, and returns their months."""
    with tempfile.TemporaryDirectory(prefix="split-") as scratch:
        crossing, earliest = survey(path, fields, RepeatedIds(scratch))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Problem("the folder is not empty; parts of another run would be taken for those of this one")
    files = {}
    for number, _, text in records(path):
        for name in parts_of(read(text, fields), crossing, earliest):
            if name not in files:
                files[name] = [open(folder / f"{name}.{ending}", "wb") for ending in ("ndjson", "numbers")]
            part, numbers = files[name]
            part.write(text + b"\n")
            numbers.write(b"%d\n" % number)
    for opened in files.values():
        for file in opened:
            file.close()
    return sorted(files)


def main():
    about, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        description=about, epilog=rest.partition("\n\n")[2], formatter_class=argparse.RawDescriptionHelpFormatter)
    for field, name in Fields()._asdict().items():
        parser.add_argument(f"--{field}", default=name, metavar="FIELD", help=f"what `{name}` is called")
    parser.add_argument("notes", metavar="NOTES")
    parser.add_argument("folder", metavar="FOLDER")
    args = parser.parse_args()
    os.umask(0o077)  # Parts are notes: only their owner reads them.
    try:
        split(args.notes, args.folder, Fields(args.id, args.client, args.date, args.within))
    except (Problem, OSError) as problem:
        sys.exit(f"split.py: {problem}")


if __name__ == "__main__":
    main()
