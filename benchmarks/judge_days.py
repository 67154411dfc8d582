"""Runs under MicroPython: the firmware's coach over days of seconds, and the rule that anybody would think of.

judge_days.py FIRMWARE FILE START (seconds since 2000, local, winter time, at the start of a month)

FILE holds the net power of each second in W as 16-bit integers. Prints a line for each quarter that ended above its
target or was warned of: the average it ended at, the target, and how many seconds before its end the coach warned and
the naive rule did (-1: not at all).
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
