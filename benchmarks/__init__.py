"""What the product costs and how fast it is: scripts/bench. docs/benchmarks.md tells what is measured, and why."""
