"""Makes room on a card that is full: the oldest 5 s files go, day.csv and days.csv stay. Loaded while used.

Only where the owner has set card.remove_oldest; by itself nothing is ever removed.
"""

import os

from history.card import ROOT

_ENOUGH = 384  # quarters: four days


def make_room(card):
    """Remove files, the oldest first, until there is room for four days: a generator, one file a step."""
    for year in card.names(""):
        for month in card.names(year) if year.isdigit() else ():
            for day in card.names("%s/%s" % (year, month)) if month.isdigit() else ():
                folder = "%s/%s/%s" % (year, month, day)
                for name in card.names(folder) if day.isdigit() else ():
                    if card.free_files >= _ENOUGH:
                        return
                    if name[:4].isdigit() and name[4:] in ("S.json", "W.json"):
                        os.remove("%s/meter/%s/%s" % (ROOT, folder, name))
                        card.forget_stored()
                        card.measure()
                        yield
                yield
