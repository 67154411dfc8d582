"""The running quarter's demand, projection, headroom and risk.

Sources: Fluvius, capacity tariff (mean import per quarter-hour of the clock); P1 object 1-0:1.4.0 (demand).
"""

from micropython import const

from demand import target
from demand.quarter import QUARTER_S, SAMPLE_S, Quarter, quarter_id, start_of
from meter import timestamp

# Assumed limit of the grid connection, in W, while no limit is known. High peaks raise the limit (connection.py).
CONNECTION_W = const(25000)
# No house uses more power than this, in W. Therefore a higher value of the meter is not believed.
DOUBT_W = const(100000)

# In a quarter's last 15 s, allowed_w is computed as for second 885. At second 899, a rise of the demand by 1 W
# would otherwise lower allowed_w by 900 W.
_HELD_S = const(885)
# A step back of the meter's clock by at most 15 s counts as a correction of the clock. More than 15 s between two
# telegrams count as a gap.
_JITTER_S = const(15)
# A quarter's energy is the rise of the import register since the last telegram before the quarter. If the quarter's
# first telegram came more than 10 s after that telegram, the rise is counted from the first telegram.
_LINK_S = const(10)
_SAMPLES_60S = const(12)
_RISK_AFTER_S = const(180)
_RISK_ON_S = const(120)
_HALF_S = const(450)
# The warning comes sooner in a quarter's second half, because less time is left and the projection is more certain.
_RISK_ON_LATE_S = const(80)
_RISK_OFF_S = const(60)


def projected_w(demand_w, power_w, t):
    """Return the average in W with which the quarter ends if the import stays at `power_w`."""
    return demand_w + power_w * (QUARTER_S - t) // QUARTER_S


def allowed_w(target_w, demand_w, t, limit_w=CONNECTION_W):
    """Return the import of the whole house, in W, with which the quarter ends at the target: from 0 to `limit_w`."""
    allowed = (target_w - demand_w) * QUARTER_S // (QUARTER_S - min(t, _HELD_S))
    return min(max(allowed, 0), limit_w)


class Coach:
    """The figures of the running quarter, updated by each telegram. Powers are in W, times in s.

    Before the first telegram, the figures are None and the flags are False.
    quarter_id     id of the quarter
    start          start of the quarter, in local time: seconds since 2000-01-01 00:00:00
    summer         True if the quarter starts in summer time
    elapsed        seconds since the start of the quarter
    demand_w       import since the start of the quarter, divided by 15 minutes. Rises to the quarter's average
    source         source of the demand: "meter" (1.4.0), "registers" (1.8.x) or "samples" (1.7.0 per 5 s)
    projected_w    average at the end of the quarter if the import stays as in the newest telegram
    target_w       average that the quarter should not exceed. None if there is no capacity tariff and no own target
    allowed_w      import of the whole house with which the quarter ends at the target
    headroom_w     power that may still be switched on. A negative value is the power that must be switched off
    at_risk        True after the projection has been above the warning level for 120 s, or for 80 s in the quarter's
                   second half. The projection uses the import of the last 60 s. Never True in the first 180 s
    unavoidable    True if the demand is already at or above the target
    quarter        Quarter object with the 5 s samples

    area, own_target_w and warning_percent are settings, written by settings/apply.py. The warning level is
    warning_percent of the target. limit_w is the highest power of the house's grid connection
    (demand/connection.py). doubt_w is a power in W that no house uses. If the meter's demand, or a rise of the import
    register, would mean more power than doubt_w, the value is ignored.

    The running quarter follows the meter's clock, also if somebody sets the clock:
    - A step back of at most 15 s is a correction. If the new time is before the start of the quarter, the quarter stays
      at 0 s, because the previous quarter is already stored. The waiting times for at_risk begin again.
    - A longer step back within the quarter also restarts the waiting times. The quarter's energy now counts from the
      register at the new time, because the register has already counted the repeated seconds once.
    - Each step back within the quarter discards the samples of the repeated seconds.
    - A step to another quarter begins that quarter without samples. After a step back, the card may already have a file
      of that quarter. When the quarter ends again, the file with more samples stays.
    - In October's doubled hour, the quarters 02:45S and 02:45W have different ids, because the ids contain summer time.
    """

    def __init__(self):
        self.quarter = Quarter()
        self.area = self.own_target_w = None
        self.warning_percent = 100
        self.limit_w = CONNECTION_W
        self.doubt_w = DOUBT_W
        self.quarter_id = self.start = self.summer = self.elapsed = None
        self.demand_w = self.source = self.projected_w = None
        self.target_w = self.allowed_w = self.headroom_w = None
        self.at_risk = self.unavoidable = self._warned = False
        # wh_ref is the value of the import register at second t_ref of the quarter. The energy since that second is the
        # rise of the register above wh_ref. t_ref is negative if wh_ref was read before the quarter started.
        self.wh_ref = self._wh = None
        self.t_ref = self._risk_side = self._side_since_s = 0

    def closes(self, local_s, summer):
        """True if a telegram at `local_s` ends the running quarter. If True, close the quarter before update()."""
        return self.start is not None and self._seconds_into_quarter(local_s, summer) is None

    def average_w(self):
        """Return the average in W of a quarter that ends, None if the device missed the quarter's beginning.

        The result never exceeds the true average, because the energy after the last telegram is missing.
        """
        return self.demand_w if self.source == "meter" or self.t_ref <= _JITTER_S else None

    def resume(self, quarter_id, t, wh_ref, t_ref):
        """Continue a quarter that a restart interrupted. `self.quarter` has the samples up to second `t` already.

        `wh_ref` is the import register in Wh at second `t_ref` of the quarter, None if unknown.
        """
        self.quarter_id = quarter_id
        self.start, self.summer = start_of(quarter_id)
        self.elapsed = t
        self.wh_ref, self.t_ref = wh_ref, t_ref

    def update(self, local_s, summer, power_w, export_w=None, demand_w=None, import_wh=None, peak_w=None):
        """Update all figures from one telegram. True if a warning is due, at most once in each quarter.

        A value that the telegram does not contain is None.
        local_s, summer    0-0:1.0.0
        power_w, export_w  1-0:1.7.0 and 1-0:2.7.0
        demand_w           1-0:1.4.0
        import_wh          sum of the import registers of all tariffs
        peak_w             peak of the running month
        """
        t = self._seconds_into_quarter(local_s, summer)
        if t is None:
            t = self._begin(local_s, summer)
        elif not 0 <= t - self.elapsed <= _JITTER_S:
            self._risk_side = 0
            if t < self.elapsed - _JITTER_S:
                self.wh_ref = None
        self.elapsed = t
        if self.wh_ref is None:
            self.wh_ref, self.t_ref = import_wh, t
        self._wh = import_wh
        if power_w is not None:
            self.quarter.add(t, power_w, export_w)
        self.demand_w = self._demand(t, demand_w, import_wh)
        self.target_w = target.target_w(self.area, peak_w, self.own_target_w)
        return self._judge(t, power_w, export_w or 0)

    def _seconds_into_quarter(self, local_s, summer):
        """Return the seconds since the start of the running quarter, None if `local_s` is in another quarter."""
        if self.start is None:
            return None
        t = timestamp.elapsed(local_s, summer, self.start, self.summer)
        if t < 0 and self.elapsed - t <= _JITTER_S:
            return 0
        return t if 0 <= t < QUARTER_S else None

    def _begin(self, local_s, summer):
        """Begin the quarter that contains `local_s`, and return the seconds since the quarter's start."""
        t = local_s % QUARTER_S
        self.wh_ref = None
        if self.start is not None:
            age = timestamp.elapsed(local_s, summer, self.start + self.elapsed, self.summer)
            if 0 <= age <= _LINK_S:
                self.wh_ref, self.t_ref = self._wh, t - age
        self.start, self.summer = local_s - t, summer
        self.quarter_id = quarter_id(local_s, summer)
        self.quarter.clear(self.quarter_id)
        self.at_risk = self._warned = False
        self._risk_side = 0
        return t

    def _demand(self, t, demand_w, import_wh):
        # Ignore an impossibly high demand. Some meters send the previous quarter's demand just after a quarter starts.
        if demand_w is not None and demand_w * QUARTER_S <= self.doubt_w * (t + _LINK_S):
            self.source = "meter"
            return demand_w
        # Compute the demand from the rise of the import register in the last `seen` seconds. The register counts whole
        # Wh, so that the rise has an error of up to 1 Wh. Therefore the demand at second `t` of the quarter has an
        # error of up to 4 W * t / seen. If this error exceeds 32 W, use the samples, which are more exact. Also use the
        # samples if the rise is impossible: the meter was replaced, or an object of the telegram could not be read.
        seen = t - self.t_ref
        if import_wh is not None and seen > 0 and t <= 8 * seen:
            used_wh = import_wh - self.wh_ref
            if 0 <= used_wh * 3600 <= self.doubt_w * (seen + _LINK_S):
                self.source = "registers"
                return used_wh * 4 * t // seen
        mean = self.quarter.mean(0, self.quarter.newest_index + 1)
        self.source = None if mean is None else "samples"
        return None if mean is None else mean * t // QUARTER_S

    def _judge(self, t, power_w, export_w):
        """Set the projection, headroom and risk from demand and target. True if a warning is due."""
        demand_w, target_w = self.demand_w, self.target_w
        self.projected_w = self.allowed_w = self.headroom_w = None
        self.unavoidable = False
        side = 0
        if demand_w is not None:
            if power_w is not None:
                self.projected_w = projected_w(demand_w, power_w, t)
            if target_w is not None:
                self.allowed_w = allowed_w(target_w, demand_w, t, self.limit_w)
                self.unavoidable = demand_w >= target_w
                if power_w is not None:
                    self.headroom_w = self.allowed_w - (power_w - export_w)
                    side = self._side_of_level(t, power_w)
        if side != self._risk_side:
            self._risk_side, self._side_since_s = side, t
        return self._update_risk(t, t - self._side_since_s)

    def _side_of_level(self, t, power_w):
        """Return 1 if the projection is above the warning level, -1 if it is 5 % or more below the level, else 0.

        The projection uses the mean import of the last 60 s, or `power_w` if no samples of the last 60 s exist.
        """
        index = t // SAMPLE_S
        power_60s = self.quarter.mean(index - _SAMPLES_60S, index)
        ahead = projected_w(self.demand_w, power_w if power_60s is None else power_60s, t)
        level = self.target_w * self.warning_percent // 100
        if ahead > level:
            return 1
        return -1 if ahead * 20 <= level * 19 else 0

    def _update_risk(self, t, waited):
        if self.target_w is None or (self._risk_side < 0 and waited >= _RISK_OFF_S):
            self.at_risk = False
        elif self._risk_side > 0 and waited >= _RISK_ON_LATE_S and t >= _RISK_AFTER_S and not self.at_risk:
            if waited < _RISK_ON_S and t < _HALF_S:
                return False
            self.at_risk = True
            if not self._warned:
                self._warned = True
                return True
        return False
