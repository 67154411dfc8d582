"""What the LED shows to whom, and what the BOOT button does."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from simulator.clock import moment
from tests.device.board.conftest import SwitchOn
from tests.device.board.hardware import Hardware

type Card = Callable[..., Path]
EVENING = moment(2026, 11, 12, 18, 3)
FULL, DIM, DARK = 1023 * 64, 12 * 64, 0
FADE = [n * n * 1023 // 81 * 64 for n in (*range(1, 10), *range(8, -1, -1))]


def changes(hardware: Hardware) -> list[tuple[int, int]]:
    """In which of its steps of a tenth of a second the light changed, and to which duty; needs STEPS."""
    lit = [act.split()[1:] for act in hardware.acts() if act.startswith("lit ")]
    return [(int(step), int(duty)) for step, duty in lit]


def telegrams(hardware: Hardware) -> set[int]:
    """In which of its steps the light has to show a telegram; needs STEPS."""
    return {int(act.split()[1]) + 1 for act in hardware.acts() if act.startswith("telegram ")}


def morse(found: list[tuple[int, int]]) -> str:
    """What the light spelled: a dot is one step, a dash three, three are dark between letters."""
    said = ""
    for (step, duty), (end, _) in pairwise(found):
        if duty == FULL:
            said += "." if end - step < 2 else "-"
        elif end - step >= 2:
            said += " "
    return said


def test_start_fades_says_hi_and_goes_dim(power: SwitchOn, card: Card) -> None:
    hardware = power()
    hardware.break_firmware(STEPS)
    hardware.insert_card(card())
    with hardware:
        hardware.wait(lambda: len(changes(hardware)) > 30 and changes(hardware)[-1][1] == DIM)
        found = changes(hardware)

    assert [duty for _, duty in found[: len(FADE)]] == FADE
    spelled = found[len(FADE) :]
    assert morse(spelled).strip() == ".... .."
    assert found[-1][1] == DIM


def test_each_telegram_is_one_pulse(power: SwitchOn, card: Card) -> None:
    hardware = power(meter=EVENING, speed=4)
    hardware.break_firmware(STEPS)
    hardware.insert_card(card())
    with hardware:
        hardware.wait(lambda: hardware.device()["p1"]["telegrams"] >= 15)
        found, came = changes(hardware), telegrams(hardware)

    begin = max(step for step, duty in found if duty == DARK) + 1  # from here on "hi" has been said
    pulses = {step for step, duty in found if duty == FULL and step > begin}
    due = {step for step in came if step - 1 not in came and begin < step <= max(pulses)}
    assert len(pulses) > 3
    assert pulses == due


@pytest.mark.parametrize("inserted", [False, True])
def test_card_that_is_missing_or_unreadable_calls_sos(
    power: SwitchOn, tmp_path: Path, inserted: bool
) -> None:
    hardware = power()
    hardware.break_firmware(STEPS)
    if inserted:
        (tmp_path / "empty.img").write_bytes(bytes(1 << 20))
        hardware.insert_card(tmp_path / "empty.img")
    with hardware:
        hardware.wait(lambda: "... --- ..." in morse(changes(hardware)))


def test_quarter_at_risk_warns_by_a_pattern_of_its_own(power: SwitchOn) -> None:
    hardware = power(meter=EVENING, power_w=9000, speed=20)
    hardware.break_firmware(STEPS)
    with hardware:
        hardware.wait(lambda: hardware.get("/api/quarter")["at_risk"], 30)
        before = len(changes(hardware))
        hardware.wait(lambda: len(changes(hardware)) > before + 24)
        found = changes(hardware)[before:]

    double = [end - at for (at, duty), (end, _) in pairwise(found) if duty == DIM]
    assert min(double) < 4 < max(double)  # two pulses, a pause


def test_press_opens_a_window_of_a_minute(power: SwitchOn) -> None:
    hardware = power(speed=8)
    hardware.break_firmware(WINDOW)
    with hardware:
        hardware.wait(lambda: hardware.said("window 0"))
        hardware.hold_button()
        hardware.wait(lambda: hardware.said("window 60") or hardware.said("window 59"))
        hardware.release_button()
        hardware.wait(lambda: any(hardware.said(f"window {seconds}") for seconds in range(20, 41)), 30)
        hardware.wait(lambda: hardware.lines.count("window 0") == 2, 30)


def test_button_held_for_20_s_erases_once_and_says_bye(power: SwitchOn) -> None:
    hardware = power(speed=4)
    hardware.break_firmware(STEPS + ERASE)
    with hardware:
        hardware.wait_ready()
        hardware.hold_button()
        hardware.wait(lambda: hardware.said("erased"))
        held_ms = next(at for at, what in hardware.did() if what == "erase") - next(
            at for at, what in hardware.did() if what == "pressed"
        )
        hardware.wait(lambda: "-... -.-- ." in morse(changes(hardware)))

    assert 19_500 < held_ms < 30_000
    assert hardware.lines.count("erased") == 1


# Look into the firmware, from inside. Steps do not depend on how busy this computer is.
STEPS = """
import machine
from board import light
light_step, light_duty = light.Light.step, machine.PWM.duty_u16
light_telegram = light.Light.telegram
steps = [0]
def counted(self):
    steps[0] += 1
    light_step(self)
def lit(self, duty):
    if duty != self._given and steps[0]:
        world.did("lit %d %d" % (steps[0], duty))
    light_duty(self, duty)
def told(self, local_s):
    world.did("telegram %d" % steps[0])
    light_telegram(self, local_s)
light.Light.step, machine.PWM.duty_u16 = counted, lit
light.Light.telegram = told
"""
WINDOW = """
from board import button
step = button.Button.step
last = [None]
def told(self):
    step(self)
    if self.window != last[0]:
        last[0] = self.window
        print("window", self.window)
button.Button.step = told
"""
ERASE = """
from board import button
step, make = button.Button.step, button.Button.__init__
def told(self):
    before = self._since
    step(self)
    if before is None and self._since:
        world.did("pressed")
def made(self, pressed, clock, on_hold, on_presses):
    def held():
        world.did("erase")
        print("erased")
        on_hold()
    make(self, pressed, clock, held, on_presses)
button.Button.step, button.Button.__init__ = told, made
"""
