#!/usr/bin/env python3
"""Puts the rows of the parts together again, and adds up their totals.

usage: join.py [--whole SUMMARY] FOLDER ROWS TOTALS

For each `2026-10.numbers` that split.py wrote, FOLDER has the rows `2026-10.rows` and the summary `2026-10.json` of that
part. ROWS gets all rows in the order of the notes, as one run over all notes writes them; TOTALS gets the sums. It ends
with 1 if a record has no row or two, or if the sums are not those of SUMMARY, the summary of one run over all notes.
"""
import sys

sys.dont_write_bytecode = True  # A checkout stays as it is.

import argparse
import heapq
import json
import re
from decimal import Decimal
from pathlib import Path

COUNTED = ("notes", "minutes", "quarter_hours", "units", "amount", "unpriced_units", "shadow_units", "shadow_amount")


def rows(folder, month):
    """Yields the rows of a part with the numbers of their records among all notes."""
    with open(folder / f"{month}.numbers") as numbers, open(folder / f"{month}.rows", "rb") as file:
        position = 0
        for row in file:
            own = re.match(rb'\{"record":([0-9]+),', row)
            if not own:
                sys.exit("join.py: a row does not begin with its record number")
            while position < int(own[1]):
                number, position = int(next(numbers)), position + 1
            yield number, b'{"record":%d,' % number + row[own.end():]


def count_records(folder, months):
    """Returns the largest number of a record, which is how many there are."""
    numbers = (int(line) for month in months for line in open(folder / f"{month}.numbers"))
    return max(numbers, default=0)


def join(folder, months, path):
    """Writes the rows of all parts in the order of the notes. Returns the numbers of records without exactly one row."""
    wrong, last = [], 0
    with open(path, "wb") as out:
        for number, row in heapq.merge(*(rows(folder, month) for month in months), key=lambda row: row[0]):
            if number != last + 1:
                wrong.extend(range(last + 1, number) if number > last else [number])
            last = number
            out.write(row)
    wrong.extend(range(last + 1, count_records(folder, months) + 1))
    return wrong


def totals(summaries):
    """Adds up counts by status, and counts and dollars by payer and service, without those that are 0."""
    sums = {"records": 0, "status": {}, "payers": {}, "amount": 0}
    for summary in summaries:
        sums["records"] += summary["records"]
        sums["amount"] += summary["amount"]
        for status, records in summary["status"].items():
            sums["status"][status] = sums["status"].get(status, 0) + records
        for payer, total in summary["payers"].items():
            # What nobody pays for has no service.
            for service, own in (total["services"] or {"none": total}).items():
                known = sums["payers"].setdefault(payer, {}).setdefault(service, {})
                for name in COUNTED:
                    # What a part has none of can be 0 in it and absent from the whole, or the other way round.
                    if not isinstance(own.get(name, 0), dict) and own.get(name, 0):
                        known[name] = known.get(name, 0) + own[name]
    return sums


def summary(path):
    return json.loads(path.read_text(), parse_float=Decimal)["summary"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--whole", metavar="SUMMARY", type=Path)
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument("rows", metavar="ROWS")
    parser.add_argument("totals", metavar="TOTALS", type=Path)
    args = parser.parse_args()
    months = sorted(path.stem for path in args.folder.glob("*.numbers"))
    wrong = join(args.folder, months, args.rows)
    if wrong:
        shown = ", ".join(map(str, wrong[:10]))
        sys.exit(f"join.py: {len(wrong)} records have no row or several, such as record {shown}: was a part left out?")
    sums = totals(summary(args.folder / f"{month}.json") for month in months)
    args.totals.write_text(json.dumps(sums, indent=2, default=str) + "\n")
    if args.whole and totals([summary(args.whole)]) != sums:
        sys.exit("join.py: the sums of the parts are not those of the whole")


if __name__ == "__main__":
    main()
