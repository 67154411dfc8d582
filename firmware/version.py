"""The version of the firmware (semantic versioning)."""

VERSION = "0.1.0"
