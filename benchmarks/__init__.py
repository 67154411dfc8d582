"""Benchmarks of memory, speed and storage, for scripts/bench. docs/benchmarks.md explains each of them."""
