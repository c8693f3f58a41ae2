#!/usr/bin/env python3
"""Check the JSON line of a headless demo (stdin) against the contract; the argument is the number of instances."""

import hashlib
import json
import sys
from pathlib import Path

wanted = int(sys.argv[1])
found = json.loads(sys.stdin.read())
assert "error" not in found, found["error"]
assert found["instances"] == {"planned": 0, "making": 0, "made": wanted, "failed": 0, "cancelled": 0}, found[
    "instances"
]
assert found["calls"] >= 12 * wanted, "a session takes at least ten turns, a supervisor and a check"
assert found["decisions"] >= 2 * wanted
dataset = found["dataset"]
manifest = Path(dataset["path"], "manifest.json").read_bytes()
assert hashlib.sha256(manifest).hexdigest() == dataset["sha256"]
for file in json.loads(manifest)["files"]:
    content = Path(dataset["path"], file["name"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == file["sha256"], file["name"]
assert dataset["rows"]["sft"] >= 2 and dataset["rows"]["preference"] >= 1 and dataset["rows"]["unpaired"] >= 2
assert dataset["rehearsal"] is True, "simulated reviewers make a rehearsal"
lines = Path(dataset["path"], "unpaired/train.jsonl").read_text(encoding="utf-8").splitlines()
labels = [json.loads(line)["label"] for line in lines]
assert True in labels and False in labels, labels
assert found["training"]["status"] == "succeeded" and Path(found["training"]["artifact"]).exists()
assert set(found["seconds"]) == {"install", "start", "synthesis", "review", "export", "training", "total"}
print("demo: 1 passed, 0 failed")
