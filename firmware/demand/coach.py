"""The running quarter's demand, projection, headroom and risk.

Source: Fluvius, capacity tariff (the mean import of a quarter-hour of the clock counts); P1 object 1-0:1.4.0.
"""

from micropython import const

from demand import target
from demand.quarter import QUARTER_S, SAMPLE_S, Quarter, quarter_id, start_of
from meter import timestamp

CONNECTION_W = const(25000)  # the most that a connection gives, if its limit is unknown

_HELD_S = const(
    885
)  # allowed_w is computed as at this time in the last 15 s, because it would jump with every watt
_JITTER_S = const(15)  # a clock that steps back by less is being corrected; telegrams further apart are a gap
_LINK_S = const(10)  # a register read at most this long before the quarter serves as its beginning
_SAMPLES_60S = const(12)
_RISK_AFTER_S = const(180)
_RISK_ON_S = const(120)
_HALF_S = const(450)
_RISK_ON_LATE_S = const(
    80
)  # in the second half, because there is less time to act and the projection is more certain
_RISK_OFF_S = const(60)


def projected_w(demand_w, power_w, t):
    """Return the quarter's average in W if power_w does not change until its end."""
    return demand_w + power_w * (QUARTER_S - t) // QUARTER_S


def allowed_w(target_w, demand_w, t, limit_w=CONNECTION_W):
    """Return the import in W of the whole house that ends the quarter at the target."""
    allowed = (target_w - demand_w) * QUARTER_S // (QUARTER_S - min(t, _HELD_S))
    return min(max(allowed, 0), limit_w)


class Coach:
    """The figures of the running quarter, updated by each telegram.

    All None (flags False) before the first telegram: powers in W, times in s.
    quarter_id, start, summer  the quarter; start as local_s, summer: True for summer time
    elapsed        seconds since its start
    demand_w       energy since its start / 15 min, which rises to the quarter's average
    source         its source: "meter" (1.4.0), "registers" (1.8.x) or "samples" (1.7.0 per 5 s)
    projected_w    the average at its end if the import of this telegram does not change
    target_w       the average that it should not exceed; None: no capacity tariff and no user's target
    allowed_w      import that ends it at the target
    headroom_w     power that may be switched on; negative: must be switched off
    at_risk        the projection with the last 60 s' import has been above the warning level for 120 s,
                   or 80 s in the quarter's second half; not in its first 180 s
    unavoidable    demand is already at or above the target
    area, own_target_w, warning_percent (of the target: the warning level), limit_w  are settings (settings/apply.py)
    quarter        its 5 s samples (Quarter)

    The meter's clock decides, even when it is set:
    - Back by at most 15 s is a correction. If it crosses the start of the quarter, the quarter waits at 0 s, so that
      the previous quarter, already stored, does not begin again. The waiting times of "at risk" begin again.
    - Back further within the quarter: the waiting times begin again, and the register counts from here on, because
      its rise so far belongs to other seconds. Samples of the seconds that come again are discarded.
    - Forward within the quarter counts as a gap in the telegrams: after more than 15 s the waiting times begin
      again; registers and 1.4.0 continue.
    - To another quarter, forward or back, by minutes or a day: that quarter begins, empty. After a step back it may
      be stored already; then storage keeps the one with more samples.
    - The quarters 02:45S and 02:45W of October's doubled hour differ in summer time, and so do their ids.
    """

    def __init__(self):
        self.quarter = Quarter()
        self.area = self.own_target_w = None
        self.warning_percent = 100
        self.limit_w = CONNECTION_W
        self.quarter_id = self.start = self.summer = self.elapsed = None
        self.demand_w = self.source = self.projected_w = None
        self.target_w = self.allowed_w = self.headroom_w = None
        self.at_risk = self.unavoidable = self._warned = False
        # The register from which the quarter's energy counts, and its second in the quarter (before it: negative).
        self.wh_ref = self._wh = None
        self.t_ref = self._risk_side = self._side_since_s = 0

    def closes(self, local_s, summer):
        """True if the telegram of this moment ends the running quarter, which is then stored before update()."""
        return self.start is not None and self._seconds_into_quarter(local_s, summer) is None

    def average_w(self):
        """Return the running quarter's average, at its end; None if its beginning was not seen.

        Never more than the true average, because energy after the last telegram is not in it.
        """
        return self.demand_w if self.source == "meter" or self.t_ref <= _JITTER_S else None

    def resume(self, quarter_id, t, wh_ref, t_ref):
        """Continue a quarter that a restart interrupted; its samples, up to second t, are already in `quarter`.

        wh_ref is the import register in Wh at its second t_ref; None: unknown.
        """
        self.quarter_id = quarter_id
        self.start, self.summer = start_of(quarter_id)
        self.elapsed = t
        self.wh_ref, self.t_ref = wh_ref, t_ref

    def update(self, local_s, summer, power_w, export_w=None, demand_w=None, import_wh=None, peak_w=None):
        """Update all figures from one telegram (None: not sent); peak_w is the running month's peak.

        local_s, summer 0-0:1.0.0; power_w, export_w 1-0:1.7.0 and 2.7.0; demand_w 1-0:1.4.0; import_wh the import
        register, all tariffs. True if a warning is due, because the quarter is at risk for the first time.
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
        """Return the seconds into the running quarter, None if this moment is in another quarter."""
        if self.start is None:
            return None
        t = timestamp.elapsed(local_s, summer, self.start, self.summer)
        if t < 0 and self.elapsed - t <= _JITTER_S:
            return 0
        return t if 0 <= t < QUARTER_S else None

    def _begin(self, local_s, summer):
        """Begin the quarter of this moment, and return the seconds into it."""
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
        # Just after the start some meters still send the previous quarter's demand. It is impossibly high.
        if demand_w is not None and demand_w * QUARTER_S <= self.limit_w * (t + _LINK_S):
            self.source = "meter"
            return demand_w
        # The register steps in Wh, so the demand is exact to 4 W * t / seen. Above 32 W, samples are better.
        # An impossible rise (another meter, or a tariff's line that cannot be read) is not used either.
        seen = t - self.t_ref
        if import_wh is not None and seen > 0 and t <= 8 * seen:
            used_wh = import_wh - self.wh_ref
            if 0 <= used_wh * 3600 <= self.limit_w * (seen + _LINK_S):
                self.source = "registers"
                return used_wh * 4 * t // seen
        mean = self.quarter.mean(0, self.quarter.newest_index + 1)
        self.source = None if mean is None else "samples"
        return None if mean is None else mean * t // QUARTER_S

    def _judge(self, t, power_w, export_w):
        """Set the projection, headroom and risk from demand and target. True if the warning is due."""
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
        """Return 1 if the last 60 s' import projects above the warning level, -1 if 5 % or more below it, else 0."""
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
