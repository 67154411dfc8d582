"""Removal of the oldest 5 s files from a card that is almost full; day.csv and days.csv stay. Loaded on demand.

Only if the owner has set card.remove_oldest; otherwise nothing is ever removed.
"""

import os
from micropython import const

from board.mount_point import CARD

_FEW_FREE = const(192)  # quarters: two days
_ENOUGH_FREE = const(384)  # quarters: four days


def queue_if_full(recorder):
    """Queue the removal of the oldest files, if the owner has set it and the card is almost full."""
    card = recorder.card
    wanted = recorder.device.config["remove_oldest"]
    if wanted and card.mounted and card.free_files < _FEW_FREE and not recorder.jobs:
        recorder.jobs.append(
            ["storage.retention", "remove_oldest_files", "remove the oldest files", card, None]
        )


def remove_oldest_files(card):
    """Remove files, the oldest first, until there is room for four days: a job of the recorder, a file a step."""
    for year in card.names(""):
        for month in card.names(year) if year.isdigit() else ():
            for day in card.names("%s/%s" % (year, month)) if month.isdigit() else ():
                folder = "%s/%s/%s" % (year, month, day)
                for name in card.names(folder) if day.isdigit() else ():
                    if card.free_files >= _ENOUGH_FREE:
                        return
                    if name[:4].isdigit() and name[4:] in ("S.json", "W.json"):
                        os.remove("%s/meter/%s/%s" % (CARD, folder, name))
                        card.forget_quarters()
                        card.measure()
                        yield
                yield
