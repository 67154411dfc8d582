"""The version of the firmware (semantic versioning), and the numbers that order the packages."""

from micropython import const

VERSION = "0.1.0"
# The number of the release. Each release has a higher number than the release before it.
BUILD = const(1)
# A board that has run this release needs BOOT to install a lower build, also after its owner has gone back to an older
# version by BOOT. Raise FLOOR to BUILD in a release that closes a security hole. Only the build reads this number.
FLOOR = const(0)
