"""Replay of a household's seconds to the firmware's coach and to the naive rule; runs under MicroPython.

judge_days.py FIRMWARE FILE START (seconds since 2000, local, winter time, at the start of a month)

FILE contains the net power of each second in W as 16-bit integers. The script prints a line for each quarter that
ended above its target or had a warning: its average, its target, and the seconds before its end at which the coach
and the naive rule warned (-1: not at all).
"""

import sys
from array import array

sys.path.insert(0, sys.argv[1])
from demand.coach import Coach

QUARTER_S = 900
coach = Coach()
coach.area = "antwerpen"
second = int(sys.argv[3])
used_ws = register_ws = peak_w = 0
warned = naive = -1
piece = array("h", bytes(2 * QUARTER_S))
with open(sys.argv[2], "rb") as file:
    while file.readinto(piece) == 2 * QUARTER_S:
        for t in range(QUARTER_S):
            net = piece[t]
            power = max(0, net)
            if coach.update(
                second, False, power, power - net, used_ws // QUARTER_S, register_ws // 3600, peak_w
            ):
                warned = QUARTER_S - t
            if naive < 0 and coach.projected_w > coach.target_w:
                naive = QUARTER_S - t
            used_ws += power
            register_ws += power
            second += 1
        average, target_w = used_ws // QUARTER_S, coach.target_w
        if average > target_w or warned >= 0 or naive >= 0:
            print(average, target_w, warned, naive)
        peak_w = max(peak_w, average)
        used_ws, warned, naive = 0, -1, -1
