#!/usr/bin/env python3
"""A yardstick: the rules for complete notes by hand, the loop that a user would write.

usage: peer_python.py NOTES.ndjson > rows.ndjson        (needs the package orjson)
"""
import sys

import orjson

from generate import GENERAL_SKILLS, JOB_FINDING

SKILLS, FINDING = set(GENERAL_SKILLS), set(JOB_FINDING)
RATE_CENTS = 1772


def decide(note):
    activity = note["activity"]
    if note["other_funding"] != "none":
        return "non_billable", None
    if activity == "job_coaching":
        fits = (note["staff_role"] == "vocational_specialist" and note["csw_qualified"] == "yes"
                and note["eligibility"] != "none")
        return ("department", "vocational_act") if fits else ("non_billable", None)
    offered = (activity in SKILLS and note["symptom_link"] == "yes" and note["medically_needed"] == "yes") or (
        activity in FINDING and note["symptom_link"] == "yes" and note["plan_link"] == "yes")
    if not offered or note["contact"] in ("phone", "collateral") or note["residence"] == "custody":
        return "non_billable", None
    if note["eligibility"] == "mo_healthnet":
        return "mo_healthnet", "act_team"
    if note["eligibility"] in ("department", "spenddown_unmet"):
        return "department", "act_team"
    return "non_billable", None


def main():
    write = sys.stdout.buffer.write
    earned = set()
    totals = {}
    for line in open(sys.argv[1], "rb"):
        note = orjson.loads(line)
        payer, service = decide(note)
        quarter_hours = note["minutes"] // 15
        row = {"id": note["id"], "client": note["client"], "date": note["date"], "activity": note["activity"],
               "status": "non_billable" if service is None else "billable", "payer": payer,
               "minutes": note["minutes"], "quarter_hours": quarter_hours}
        if service == "vocational_act":
            amount = quarter_hours * RATE_CENTS / 100
            row |= {"service": service, "code": "H2023", "units": quarter_hours, "amount": amount}
        elif service == "act_team":
            key = (note["client"], note["date"], payer)
            row |= {"service": service, "code": "H0040", "units": 0 if key in earned else 1}
            earned.add(key)
        else:
            row |= {"units": 0, "amount": 0.0}
        total = totals.setdefault(payer, [0, 0, 0])
        total[0] += 1
        total[1] += note["minutes"]
        total[2] += row["units"]
        write(orjson.dumps(row) + b"\n")
    print(totals, file=sys.stderr)


main()
