#!/usr/bin/env python3
"""Classifies notes month by month as a Spark job.

usage: spark-submit spark_job.py [--actbill PATH] NOTES ROWS [OPTION OF CLASSIFY …]

NOTES is NDJSON in UTF-8, with dates as YYYY-MM-DD, wherever Spark can read it. All records of a month are brought into
one partition, in their order, and each partition is piped through `actbill classify - --month`. ROWS gets the rows,
month by month; `record` counts within the partition. The job fails if an id is repeated, if actbill fails on any
partition, or if a record has no row. Which records go into which partition is decided as by split.py, beside this file.
"""
import sys

sys.dont_write_bytecode = True  # A checkout stays as it is.

import argparse
import os
import shlex
import shutil
from pathlib import Path

from pyspark import StorageLevel
from pyspark.sql import SparkSession

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import split

# The first line of a partition is its month. Rejected records are rows like all others, so 1 is no failure.
PIPED = """\
read -r month || exit 0
"$0" classify - --from ndjson --format ndjson --month "$month" "$@"
status=$?
[ "$status" -le 1 ] || exit "$status"
"""


def survey(records):
    """Returns the months of the clients whose notes go into several partitions, and the earliest month."""
    ids = records.flatMap(lambda record: [(own, record[1]) for own in record[0].ids]).groupByKey().mapValues(sorted)
    repeated = sorted(ids.flatMap(lambda found: found[1][1:]).take(1_000))
    if repeated:
        sys.exit(f"spark_job.py: {split.listed(repeated)}: an earlier record has this id")
    dated = records.map(lambda record: record[0].month).filter(bool)
    if dated.isEmpty():
        sys.exit("spark_job.py: no record has a readable date in the field `date`")
    episodes = (
        records.map(lambda record: record[0])
        .filter(lambda record: record.client)
        .map(lambda record: (record.client, ({*filter(None, [record.month, *record.episodes])}, bool(record.episodes))))
        .reduceByKey(lambda one, other: (one[0] | other[0], one[1] or other[1]))
        .filter(lambda client: client[1][1] and len(client[1][0]) > 1)
    )
    return episodes.mapValues(lambda found: found[0]).collectAsMap(), dated.min()


def by_month(records, crossing, earliest):
    """Returns one partition for each month: its name, then its records in their order."""
    placed = records.flatMap(
        lambda record: [((month, record[1]), record[2]) for month in split.parts_of(record[0], crossing.value, earliest)])
    months = sorted(placed.map(lambda entry: entry[0][0]).distinct().collect())
    index = {month: at for at, month in enumerate(months)}

    def texts(entries):
        before = None
        for (month, _), text in entries:
            if month != before:
                yield month
            before = month
            yield text

    placed = placed.repartitionAndSortWithinPartitions(len(months), lambda key: index[key[0]])
    return placed.mapPartitions(texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--actbill", default="actbill", help="the program, on every machine")
    parser.add_argument("notes", metavar="NOTES")
    parser.add_argument("rows", metavar="ROWS")
    args, options = parser.parse_known_args()
    program = shutil.which(args.actbill) or args.actbill
    context = SparkSession.builder.appName("actbill").getOrCreate().sparkContext
    context.addPyFile(str(HERE / "split.py"))
    lines = context.textFile(args.notes).zipWithIndex().filter(lambda line: line[0].strip())
    records = lines.map(lambda line: (split.read(line[0], split.Fields()), line[1] + 1, line[0]))
    records.persist(StorageLevel.MEMORY_AND_DISK)
    crossing, earliest = survey(records)
    parts = by_month(records, context.broadcast(crossing), earliest)
    command = shlex.join(["sh", "-c", PIPED, program, *options])
    env = {name: os.environ[name] for name in ("PATH", "SOURCE_DATE_EPOCH") if name in os.environ}
    # Without `checkCode` a partition on which actbill failed would only lack rows.
    rows = parts.pipe(command, env=env, checkCode=True)
    rows.saveAsTextFile(args.rows)
    wanted, written = records.count(), context.textFile(args.rows).count()
    if wanted != written:
        sys.exit(f"spark_job.py: {wanted} records have {written} rows")


if __name__ == "__main__":
    main()
