#!/usr/bin/env python3
"""A yardstick: the rules for complete notes as one DuckDB query on all cores.

usage: peer_duckdb.py NOTES.ndjson ROWS.ndjson         (needs the package duckdb)
"""
import sys

import duckdb

from generate import GENERAL_SKILLS, JOB_FINDING

QUERY = f"""
COPY (
  WITH notes AS (SELECT * FROM read_json(?, format='newline_delimited')),
  offered AS (
    SELECT *, CASE
      WHEN other_funding <> 'none' THEN NULL
      WHEN activity = 'job_coaching' THEN
        CASE WHEN staff_role = 'vocational_specialist' AND csw_qualified = 'yes' AND eligibility <> 'none'
          THEN 'vocational_act' END
      WHEN contact IN ('phone', 'collateral') OR residence = 'custody' OR eligibility = 'none' THEN NULL
      WHEN activity IN {tuple(GENERAL_SKILLS)} AND symptom_link = 'yes' AND medically_needed = 'yes' THEN 'act_team'
      WHEN activity IN {tuple(JOB_FINDING)} AND symptom_link = 'yes' AND plan_link = 'yes' THEN 'act_team'
    END AS service FROM notes),
  decided AS (
    SELECT *, CASE service WHEN 'vocational_act' THEN 'department'
      WHEN 'act_team' THEN CASE WHEN eligibility = 'mo_healthnet' THEN 'mo_healthnet' ELSE 'department' END
      ELSE 'non_billable' END AS payer FROM offered),
  counted AS (
    SELECT *, minutes // 15 AS quarter_hours, CASE service
        WHEN 'vocational_act' THEN minutes // 15
        WHEN 'act_team' THEN CASE
          WHEN row_number() OVER (PARTITION BY client, date, service, payer ORDER BY start, id) = 1 THEN 1 ELSE 0 END
        ELSE 0 END AS units FROM decided)
  SELECT id, client, date, activity, CASE WHEN service IS NULL THEN 'non_billable' ELSE 'billable' END AS status, payer,
    minutes, quarter_hours, service,
    CASE service WHEN 'vocational_act' THEN 'H2023' WHEN 'act_team' THEN 'H0040' END AS code, units,
    CASE WHEN service = 'vocational_act' THEN units * 17.72::DECIMAL(9,2) WHEN service IS NULL THEN 0 END AS amount
  FROM counted
) TO '{sys.argv[2]}' (FORMAT JSON)
"""
duckdb.connect().execute(QUERY, [sys.argv[1]])
