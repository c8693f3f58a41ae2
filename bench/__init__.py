"""Measurements: one file each, run by bin/bench; what is worth keeping stands in RESULTS.md."""
