"""Compare judgement.txt with what probe_servers.py saw; print every difference.

python check_judgement.py
"""

import json

from probe_servers import SERVERS_TO_PROBE, read_examples, read_judgement
from servers import LAB

# Judged "any" or the like for a stated reason: not a mismatch.
STORAGE = {"bitmap": "string", "geo": "zset", "search_index": None, "none": None}
# Differences that are as they should be, with the reason.
EXPECTED = {
    ("EVAL", "creates"): "depends on the script",
    ("GETEX", "ttl"): "only with an option; checked in check_data.py",
    ("RESTORE", "ttl"): "the example's ttl argument 0 means no TTL",
    ("MOVE", "creates"): "creates it in another database",
    ("MOVE", "ttl"): "the key is gone here; it takes its TTL along (checked in check_data.py)",
}


def ttl_seen(words, result):
    """The judgement word that fits what happened to the key's TTL."""
    ttl = result["ttl"]
    target = "D2" if "D2" in ttl else "D" if "D" in ttl else "K1"
    return ttl.get(target), target


def compare(name, words, row, result):
    problems = []
    if "failed" in result:
        return ["probe failed: " + result["failed"]]
    own = STORAGE.get(row["type"], row["type"])
    refuses_existing = any("exists" in e for e in result["errors"].values())
    if "|" in row["type"]:
        if sorted(result["accepts"]) != sorted(row["type"].split("|")):
            problems.append("type: judged %s, accepts %s" % (row["type"], result["accepts"]))
    elif row["type"] not in ("any", "none") and own not in result["accepts"] and not refuses_existing:
        problems.append("type: did not run on its own type %s: %s" % (own, result["errors"]))
    if row["type"] == "any" and len(result["accepts"]) < 4:
        problems.append("type: judged any, accepts only %s %s" % (result["accepts"], result["errors"]))
    made = bool(result["creates"])
    if made != row["creates"]:
        problems.append(
            "creates: judged %s, seen %s %s" % (row["creates"], result["creates"], result.get("creates_error", ""))
        )
    seen, target = ttl_seen(words, result)
    fits = {
        "sets": ("changed",),
        "clears": ("cleared",),
        "keeps": ("kept", "taken from source"),
        "none": ("kept", "gone"),
    }[row["ttl"]]
    if seen not in fits:
        problems.append("ttl of %s: judged %s, seen %s %s" % (target, row["ttl"], seen, result.get("ttl_error", "")))
    return problems


def main():
    judged = read_judgement()
    examples = read_examples(judged)
    total = bad = 0
    for server in SERVERS_TO_PROBE:
        probe = json.loads((LAB / "raw" / ("probe-%s.json" % server)).read_text())
        for name, result in probe["commands"].items():
            total += 1
            for problem in compare(name, examples[name], judged[name], result):
                if (name, problem.split()[0].rstrip(":")) in EXPECTED:
                    continue
                bad += 1
                print("%-11s %-20s %s" % (server, name, problem))
    print(total, "command runs compared,", bad, "differences")


if __name__ == "__main__":
    main()
