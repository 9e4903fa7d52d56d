"""Measures Joblens beside what people use today, in one run, on this machine; docs/benchmarks.md says how."""
