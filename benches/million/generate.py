#!/usr/bin/env python3
"""Writes invented service notes: the same bytes for the same number, seed, kind and format.

usage: generate.py [--kind KIND] [--format FORMAT] [--seed SEED] NUMBER > notes.ndjson

kinds:
  complete  every fact is answered, ids are unique, and nothing overlaps, so that the peers can decide the notes too
  mix       like an export: some notes incomplete, rejected, out of order, with odd ids or with fields nobody asks for
  distinct  as many different sets of answers as possible: nothing that was worked out for one note serves another
  care      care coordination: months, discharges and sessions with several notes for each client and month

A line that is no JSON has no counterpart in the other formats, so they leave it out.
"""
import argparse
import csv
import datetime
import itertools
import json
import random
import sys

GENERAL_SKILLS = [
    "self_care_skills", "punctuality_skills", "time_management_skills", "task_prioritization_skills",
    "stress_coping_skills", "problem_solving_skills",
]
JOB_FINDING = [
    "readiness_assessment", "vocational_interests", "opportunity_search", "employer_contact_support",
    "interview_practice", "interview_accompaniment", "interview_debrief",
]
AT_WORK = ["transport", "specific_job_skills", "job_coaching", "work_crew_supervision", "job_development"]
CASE_MANAGEMENT = [
    "access_to_services", "insurance_navigation", "level_of_care_coordination", "basic_needs_resources",
]
COLLABORATIVE_CARE = [
    "registry_tracking", "treating_provider_collaboration", "progress_review", "brief_intervention",
    "rating_scale_monitoring", "relapse_prevention_planning",
]
# What a note must have, and what says when the work was done. The rest are answers that it can leave out.
FIXED = ["id", "client", "staff", "date", "start", "end", "minutes", "activity", "staff_role"]

YES_NO = ["yes", "no"]
# The answers of `distinct`.
ANSWERS = {
    "eligibility": ["mo_healthnet", "spenddown_unmet", "department", "none"],
    "contact": ["in_person", "video", "phone", "collateral"],
    "residence": ["community", "imd", "custody", "nursing_facility", "inpatient"],
    "other_funding": ["none", "vocational_rehabilitation", "other_public"],
    "medicare_coverage": ["original", "advantage", "none"],
    "decision_complexity": ["low", "moderate", "high"],
    "care_month": ["first", "later"],
    "chronic_conditions": [0, 1, 2, 3],
    **dict.fromkeys([
        "symptom_link", "medically_needed", "plan_link", "client_present", "sole_purpose", "csw_qualified",
        "commercial_coverage", "authorization", "target_group", "waiver_enrolled", "health_home_enrolled",
        "second_condition_risk", "serious_mental_illness", "systematic_assessment", "plan_revision",
        "continuous_relationship", "by_practitioner", "integration_warranted", "collaborative_team",
    ], YES_NO),
}
ROLES = [
    "vocational_specialist", "team_leader", "prescriber", "nurse", "substance_use_specialist", "peer_specialist",
    "community_support_specialist", "other_act_staff", "outside_act",
]


def clock(minutes):
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def calendar(number, draw):
    """Returns the ids and times of a note: each client has its own staff member, four notes a day and 300 days."""
    visit, slot = divmod(number, 4)
    client, day = divmod(visit, 300)
    month, day = divmod(day, 28)
    length = draw.randrange(1, 110)
    start = (8 + 2 * slot) * 60
    return {
        "id": f"N-{number:09d}", "client": f"C-{client:06d}", "staff": f"S-{client:06d}",
        "date": f"2026-{month % 12 + 1:02d}-{day + 1:02d}",
        "start": clock(start), "end": clock(start + length), "minutes": length,
    }


def complete(draw):
    """Yields complete notes. The order of the draws is part of what makes the bytes, so it never changes."""
    yes = lambda share: "yes" if draw.random() < share else "no"
    pick = lambda weights: draw.choices(list(weights), list(weights.values()))[0]
    roles = {
        "vocational_specialist": 70, "community_support_specialist": 12, "peer_specialist": 6, "team_leader": 6,
        "nurse": 6,
    }
    for number in itertools.count():
        note = calendar(number, draw)
        activity = draw.choice(GENERAL_SKILLS + JOB_FINDING + AT_WORK)
        # Job development with the client present is held for a person, which the peers cannot say.
        present = "no" if activity == "job_development" else yes(0.9)
        note["activity"] = activity
        note["staff_role"] = pick(roles)
        note["csw_qualified"] = yes(0.95)
        note["eligibility"] = pick({"mo_healthnet": 70, "department": 22, "spenddown_unmet": 5, "none": 3})
        note["symptom_link"] = yes(0.93)
        note["medically_needed"] = yes(0.95)
        note["plan_link"] = yes(0.95)
        note["client_present"] = present
        note["sole_purpose"] = "yes" if activity == "transport" else "no"
        note["contact"] = pick({"in_person": 92, "phone": 5, "collateral": 3})
        note["residence"] = pick({"community": 98, "custody": 2})
        note["other_funding"] = pick({"none": 98, "vocational_rehabilitation": 2})
        yield note


def mix(draw):
    """Yields complete notes with what exports do to them. A text instead of a note is a malformed line."""
    changes = random.Random(draw.random())
    earlier = "N-000000000"
    notes = complete(draw)
    while True:
        # An export is roughly, not strictly, in order.
        window = list(itertools.islice(notes, 64))
        changes.shuffle(window)
        for note in window:
            client = int(note["client"][2:])
            if client % 5 == 0:
                note["client"] = f"Ж-{client:06d}"
            if client % 7 == 0:
                note["staff"] = f'S-{client:06d} "nights"\\é'
            chance = changes.random()
            if chance < 0.1:
                for name in changes.sample([name for name in note if name not in FIXED], changes.randrange(1, 5)):
                    del note[name]
            elif chance < 0.105:
                note["activity"] = "made_up_work"
            elif chance < 0.110:
                note["date"] = "2026-02-30"
            elif chance < 0.115:
                del note["client"]
            elif chance < 0.120:
                note["id"] = earlier
            elif chance < 0.125:
                yield in_json(note)[: changes.randrange(2, 200)]
                continue
            elif chance < 0.155:
                note["comment"] = "invented, for whoever reads this file"
                note["room"] = changes.randrange(1, 9)
            earlier = note["id"]
            yield note


def distinct(draw):
    activities = GENERAL_SKILLS + JOB_FINDING + AT_WORK + CASE_MANAGEMENT + COLLABORATIVE_CARE
    activities += ["integration_management", "chronic_care_management", "health_home_service"]
    for number in itertools.count():
        note = calendar(number, draw)
        note["activity"] = draw.choice(activities)
        note["staff_role"] = draw.choice(ROLES)
        for name, values in ANSWERS.items():
            if draw.random() < 0.75:
                note[name] = draw.choice(values)
        yield note


def care(draw):
    number = itertools.count()
    for client in itertools.count():
        kind = draw.choice(list(EPISODES))
        for month in range(1, 13):
            for day, answers in zip(sorted(draw.sample(range(1, 20), 4)), EPISODES[kind](draw, month)):
                note = {
                    "id": f"M-{next(number):09d}", "client": f"C-{client:06d}", "staff": f"S-{client // 40:06d}",
                    "date": f"2026-{month:02d}-{answers.pop('day', day):02d}", "minutes": draw.randrange(8, 55),
                    "staff_role": "outside_act", "medicare_coverage": "original", "eligibility": "none", **answers,
                }
                missing = draw.choice(list(answers)) if draw.random() < 0.05 else "activity"
                if missing not in FIXED:
                    del note[missing]
                yield note


def chronic(draw, month):
    answers = {"activity": "chronic_care_management", "practitioner": "P-01", "chronic_conditions": 3}
    if draw.random() < 0.3:
        answers["decision_complexity"] = "high"
    return [dict(answers) for _ in range(draw.randrange(1, 5))]


def collaborative(draw, month):
    answers = {
        "practitioner": "P-02", "integration_warranted": "yes", "collaborative_team": "yes",
        "care_month": "first" if month == 1 else "later",
    }
    work = [{"activity": activity, **answers} for activity in draw.sample(COLLABORATIVE_CARE, draw.randrange(2, 5))]
    if draw.random() < 0.1:
        # It does not stand beside collaborative care.
        work[0] = integration(draw, month)[0]
    return work


def integration(draw, month):
    answers = dict.fromkeys(["systematic_assessment", "plan_revision", "continuous_relationship"], "yes")
    return [{"activity": "integration_management", **answers} for _ in range(draw.randrange(1, 4))]


def discharge(draw, month):
    left = draw.randrange(1, 10)
    day = lambda after: (datetime.date(2026, month, left) + datetime.timedelta(days=after)).isoformat()
    reached, visit = draw.randrange(1, 5), draw.randrange(5, 18)
    common = {"practitioner": "P-03", "discharge_date": day(0)}
    return [
        {"activity": "discharge_contact", "day": left + reached, **common},
        {"activity": "discharge_coordination", "day": left + reached, **common},
        {
            "activity": "discharge_visit", "day": left + visit, **common,
            "decision_complexity": draw.choice(["moderate", "high"]), "discharge_from": "psychiatric_hospital",
            "discharge_to": "home", "first_contact": "phone", "first_contact_date": day(reached),
            "timely_attempts": 1, "discharge_summary_reviewed": "yes", "medications_reconciled": "yes",
            "billing_credential": "physician", "contact": "in_person",
        },
    ]


def sessions(draw, month):
    session = {"activity": "psychotherapy", "staff_credential": "clinical_psychologist"}
    factor = {"activity": "interactive_complexity", "complexity_factor": "maladaptive_communication"}
    days = draw.sample(range(1, 28), 2)
    return [note | {"day": day} for day in sorted(days) for note in (session, factor)]


def case_management(draw, month):
    payer = {"medicare_coverage": "none", "eligibility": "mo_healthnet"}
    work = [{"activity": activity, **payer} for activity in draw.sample(CASE_MANAGEMENT, 3)]
    conditions = {"health_home_enrolled": "yes", "serious_mental_illness": "yes", "contact": "in_person"}
    return [*work, {"activity": "health_home_service", **payer, **conditions}]


EPISODES = {
    "chronic": chronic, "collaborative": collaborative, "integration": integration, "discharge": discharge,
    "sessions": sessions, "case_management": case_management,
}
KINDS = {"complete": complete, "mix": mix, "distinct": distinct, "care": care}
CARE_FIELDS = [
    "id", "client", "staff", "date", "minutes", "activity", "staff_role", "medicare_coverage", "eligibility",
    "practitioner", "chronic_conditions", "decision_complexity", "integration_warranted", "collaborative_team",
    "care_month", "systematic_assessment", "plan_revision", "continuous_relationship", "discharge_date",
    "discharge_from", "discharge_to", "first_contact", "first_contact_date", "timely_attempts",
    "discharge_summary_reviewed", "medications_reconciled", "billing_credential", "contact", "staff_credential",
    "complexity_factor", "health_home_enrolled", "serious_mental_illness",
]


def header(kind):
    """Returns the columns of the CSV file: every field that a note of this kind can have."""
    if kind == "care":
        return CARE_FIELDS
    if kind == "distinct":
        return [*FIXED, *ANSWERS]
    return [*next(complete(random.Random(0))), *(["comment", "room"] if kind == "mix" else [])]


def in_json(note):
    # Notes with these ids escape what is not ASCII, as some exports do.
    return json.dumps(note, ensure_ascii=note["id"].endswith("7"), separators=(",", ":"))


class Ndjson:
    def __init__(self, out, kind):
        self.out = out

    def write(self, note):
        self.out.write((note if isinstance(note, str) else in_json(note)) + "\n")

    def end(self):
        pass


class Csv:
    def __init__(self, out, kind):
        self.rows = csv.DictWriter(out, header(kind), restval="", lineterminator="\n")
        self.rows.writeheader()

    def write(self, note):
        if not isinstance(note, str):
            self.rows.writerow(note)

    def end(self):
        pass


class Array:
    """A JSON array: on one line, or printed over many lines."""

    def __init__(self, out, indent):
        self.out, self.indent, self.before = out, indent, "["

    def write(self, note):
        if not isinstance(note, str):
            text = in_json(note) if self.indent is None else json.dumps(note, ensure_ascii=False, indent=self.indent)
            self.out.write(self.before + text)
            self.before = "," if self.indent is None else ",\n"

    def end(self):
        self.out.write("]\n" if self.before != "[" else "[]\n")


FORMATS = {
    "ndjson": Ndjson,
    "csv": Csv,
    "json": lambda out, kind: Array(out, None),
    "json-pretty": lambda out, kind: Array(out, 2),
}


def notes(kind, number, seed):
    return itertools.islice(KINDS[kind](random.Random(seed)), number)


def write(kind, number, seed, outputs):
    """Writes the same notes to several outputs, a dictionary from format to text file."""
    writers = [FORMATS[name](out, kind) for name, out in outputs.items()]
    for note in notes(kind, number, seed):
        for writer in writers:
            writer.write(note)
    for writer in writers:
        writer.end()


def main():
    about, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        description=about, epilog=rest.partition("\n\n")[2], formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int, help="how many notes")
    parser.add_argument("--kind", choices=KINDS, default="complete")
    parser.add_argument("--format", choices=FORMATS, default="ndjson")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    write(args.kind, args.number, args.seed, {args.format: sys.stdout})


if __name__ == "__main__":
    main()
