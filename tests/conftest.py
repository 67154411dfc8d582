"""What holds for the tests of every folder."""

from hypothesis import HealthCheck, settings

# An example that took long tells only that the computer was busy. Whatever else the profile of a CI has stays.
settings.register_profile(
    "busy", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy")
