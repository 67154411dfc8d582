"""The version of the firmware, by semantic versioning."""

VERSION = "0.1.0"
