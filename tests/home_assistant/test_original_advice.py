"""Our copy of the coach's rules gives the same figures as the firmware's."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from custom_components.p1_monitor.capacity_tariff import target_w
from custom_components.p1_monitor.original_advice import (
    QUARTER_S,
    Advice,
    RiskTracker,
    advise,
    allowed_w,
    in_same_month,
    projected_w,
    quarter_start,
)

VECTORS: dict[str, Any] = json.loads(
    Path(__file__).parents[1].joinpath("fixtures/demand_vectors.json").read_text()
)


@pytest.mark.parametrize("vector", VECTORS["formulas"])
def test_formulas(vector: list[Any]) -> None:
    t, demand, power, export, target, projected, allowed, headroom, unavoidable = vector
    assert projected_w(demand, power, t) == projected
    if target is None:
        assert (allowed, headroom, unavoidable) == (None, None, False)
    else:
        assert allowed_w(target, demand, t) == allowed
        assert allowed - power + export == headroom
        assert (demand >= target) is unavoidable


@pytest.mark.parametrize("vector", VECTORS["quarter_ids"])
def test_quarter_id_is_its_start_in_belgium(vector: list[Any]) -> None:
    quarter_id, _, start, end, _ = vector
    begin = _start(quarter_id)
    assert begin.isoformat() == start
    assert datetime.fromisoformat(end).timestamp() - begin.timestamp() == QUARTER_S


def test_the_doubled_hour_is_told_apart() -> None:
    summer, winter = _start(403315592), _start(403315464)
    assert summer.astimezone(UTC).hour == 0
    assert winter.astimezone(UTC).hour == 1


@pytest.mark.parametrize("quarter_id", [0, 0xFFFFFFFF, -1, 1 << 90])
def test_an_id_that_is_no_date_gives_none(quarter_id: int) -> None:
    assert quarter_start(quarter_id) is None


@pytest.mark.parametrize("vector", VECTORS["targets"])
def test_targets(vector: list[Any]) -> None:
    area, own, peak, target = vector
    assert target_w(area, peak, own) == target


@pytest.mark.parametrize("vector", VECTORS["original"], ids=lambda vector: vector["name"])
def test_quarter_of_an_original_device(vector: dict[str, Any]) -> None:
    consumed = _slots(vector["consumed"])
    if "produced" in vector:
        produced = _slots(vector["produced"])
    else:
        produced = [None if power is None else 0 for power in consumed]
    target, percent = _target(vector), vector.get("warning_percent", 100)
    assert target == vector["target_w"]

    changes, at_risk = [], False
    for count in range(1, len(consumed) + 1):
        if consumed[count - 1] is None:
            continue
        advice = _advice(consumed[:count], produced[:count], target, percent)
        if advice.at_risk != at_risk:
            at_risk = advice.at_risk
            changes.append([advice.elapsed_s, at_risk])
    assert changes == vector["changes"]

    for t, *figures in vector["polls"]:
        advice = _advice(consumed[: t // 5], produced[: t // 5], target, percent)
        assert advice.elapsed_s == t
        assert figures == [
            advice.demand_w,
            advice.projected_w,
            advice.allowed_w,
            advice.headroom_w,
            advice.at_risk,
            advice.unavoidable,
        ]


@pytest.mark.parametrize("slots", [[], [None], [None] * 180])
def test_no_telegram_no_figures(slots: list[None]) -> None:
    assert advise(slots, [], 2500) is None


def test_a_device_without_production_has_no_export() -> None:
    advice = _advice([500, 600], [], 2500)
    assert (advice.import_w, advice.export_w) == (600, None)
    assert advice.headroom_w == (advice.allowed_w or 0) - 600


def test_a_clock_put_back_begins_the_waiting_again() -> None:
    tracker = RiskTracker()
    for elapsed_s in range(100, 215, 5):
        assert not tracker.update(elapsed_s, 3000, 2500)
    for elapsed_s in range(200, 320, 5):
        assert not tracker.update(elapsed_s, 3000, 2500)
    assert tracker.update(320, 3000, 2500)


def _slots(runs: list[list[Any]]) -> list[int | None]:
    return [power for count, power in runs for _ in range(count)]


def _target(vector: dict[str, Any]) -> int | None:
    peak = vector.get("peak")
    peak_w = peak["power"] if peak and in_same_month(peak["quarter_id"], vector["quarter_id"]) else None
    return target_w(vector.get("area"), peak_w, vector.get("own_target_w"))


def _start(quarter_id: int) -> datetime:
    start = quarter_start(quarter_id)
    assert start is not None
    return start


def _advice(
    consumed: list[int | None], produced: list[int | None], target: int | None, percent: int = 100
) -> Advice:
    advice = advise(consumed, produced, target, percent)
    assert advice is not None
    return advice
