# ruff: noqa: D100, F821
include("$(MPY_DIR)/extmod/asyncio")
