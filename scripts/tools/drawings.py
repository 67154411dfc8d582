"""Drawings of docs/hardware.md, in English and Dutch: docs/drawings/*.svg and *.nl.svg.

The tables below list the connections, and the code after the tables only draws. A drawing shows the names that are
printed beside a board's pins. A drawing does not show where these pins are on the board, because only the print on the
board shows the places reliably.
"""

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).parents[2] / "docs" / "drawings"

# Colours of the wires in two kinds of cable, and signals (DSMR P1 5.0.2), in the order of pins 1 to 6 of the plug.
COLOURS = {
    "A": ("white", "black", "red", "green", "yellow", "blue"),
    "B": ("white", "brown", "green", "yellow", "grey", "orange"),
}
SIGNALS = ("5 V", "request", "data ground", "unused", "data", "power ground")


@dataclass(frozen=True)
class Wiring:
    """Connections of a board to the P1 cable.

    `pins` has an item for each of the plug's pins 1 to 6: (name that is printed beside the board's pin, where to find
    this name). The item is None if the plug's pin is not connected.
    """

    board: str
    pins: tuple[tuple[str, str] | None, ...]
    notes: tuple[str, str]


WIRINGS = {
    "t8-c3": Wiring(
        "T8 ESP32-C3",
        (("5V", "near the card"), ("IO08", "output"), None, None, ("IO02", "input"), ("GND", "")),
        (
            "Pins are listed, not placed: go by the board's print.",
            "Keep IO09 free, or the board will not start.",
        ),
    ),
    "t8-s2": Wiring(
        "T8 ESP32-S2",
        (
            ("5V", "near switch"),
            ("19", "2 above 5V"),
            ("GND", "other side"),
            None,
            ("18", "2 above 19"),
            ("GND", "other side"),
        ),
        (
            "Pins are listed, not placed: go by the board's print.",
            "“2 above”: the second hole further in that row.",
        ),
    ),
}
SETS = "A and B: two sets of colours. Yours may differ: count!"

DUTCH = {
    "white": "wit", "black": "zwart", "red": "rood", "green": "groen", "yellow": "geel", "blue": "blauw",
    "brown": "bruin", "grey": "grijs", "orange": "oranje",
    "request": "vraag", "data ground": "massa data", "unused": "niets", "power ground": "massa voeding",
    "ground": "massa", "output": "uitgang", "input": "ingang", "near the card": "bij de kaart",
    "near switch": "bij schakelaar", "2 above 5V": "2 boven 5V", "2 above 19": "2 boven 19",
    "other side": "andere kant", "RJ12 plug": "RJ12-stekker", "isolate": "isoleren", "optional": "mag erbij",
    "Pins are listed, not placed: go by the board's print.": "Pinnen staan niet op hun plaats: volg de opdruk.",
    "Keep IO09 free, or the board will not start.": "Laat IO09 vrij, anders start het bord niet.",
    "“2 above”: the second hole further in that row.": "“2 boven”: het tweede gaatje verder in die rij.",
    SETS: "A en B: twee reeksen kleuren. Andere? Tel de pinnen!",
    "Gold contacts towards you, cable down": "Gouden contacten naar je toe, kabel omlaag",
    "Colours A": "Kleuren A", "Colours B": "Kleuren B",
    "Colours A, other end of a cut cable": "Kleuren A, ander eind van een doorgeknipte kabel",
    "Colours B, other end of a cut cable": "Kleuren B, ander eind van een doorgeknipte kabel",
    "Nose of the plug, clip on top": "Neus van de stekker, lipje boven",
    "6P6C: good": "6P6C: goed", "6P4C: no power": "6P4C: geen voeding",
    "for the monitor": "voor de monitor", "destroys the monitor": "maakt de monitor stuk",
    "Two sockets that look the same": "Twee gelijke aansluitingen",
    "One supply at a time": "Eén voeding tegelijk", "board": "bord",
}  # fmt: skip

INK = {
    "white": "#ffffff", "black": "#1b1b1b", "red": "#d43a2f", "green": "#2f8f4a", "yellow": "#f4c81e",
    "blue": "#2e68c8", "brown": "#7b4a22", "grey": "#8f979d", "orange": "#f08c1a",
}  # fmt: skip

# A drawing follows the system's colour scheme, light or dark. The page around the drawing may have the other colour
# scheme. Therefore a drawing has its own background (.paper).
STYLE = """
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Open Sans",sans-serif;fill:#16222e}
.small{font-size:14px}.plain{font-size:16px}.bold{font-size:17px;font-weight:700}.big{font-size:22px;font-weight:700}.huge{font-size:34px;font-weight:700}
.mid{text-anchor:middle}.end{text-anchor:end}.soft{fill:#53616e}.bad{fill:#a8221a}.good{fill:#17653a}
.paper{fill:#fcfbf8;stroke:#c8cfd5}.board{fill:#dcebe1;stroke:#2c6a47;stroke-width:2}
.plug{fill:#e6eaed;stroke:#5b6873;stroke-width:2}.gold{fill:#e2ae2c;stroke:#6b5210}.hole{fill:#fcfbf8;stroke:#16222e}
.case{stroke:#16222e;stroke-width:11;fill:none;stroke-linecap:round}.core{stroke-width:7;fill:none;stroke-linecap:round}
.line{stroke:#16222e;stroke-width:2;fill:none}.dash{stroke-dasharray:5 5}.rim{stroke:#16222e;stroke-width:1.5}
.badline{stroke:#c5281d;stroke-width:7;fill:none;stroke-linecap:round}
.goodline{stroke:#1d7d48;stroke-width:7;fill:none;stroke-linecap:round;stroke-linejoin:round}
@media (prefers-color-scheme:dark){
text{fill:#eef2f5}.soft{fill:#adb8c2}.bad{fill:#ff9a90}.good{fill:#86d9a6}
.paper{fill:#151b21;stroke:#3b4650}.board{fill:#1c3527;stroke:#6fb98d}.plug{fill:#2b343c;stroke:#93a0ab}
.hole{fill:#151b21;stroke:#eef2f5}.case,.line,.rim{stroke:#eef2f5}.badline{stroke:#ff6f62}.goodline{stroke:#57c786}}
"""


class Drawing:
    """One SVG of `width` by `height` units, as a list of pieces. `language` is "en" or "nl"."""

    def __init__(self, width: int, height: int, language: str) -> None:
        self.width, self.height, self.language = width, height, language
        self.pieces: list[str] = []
        self.add(f'<rect class="paper" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="14"/>')

    def add(self, piece: str) -> None:
        self.pieces.append(piece)

    def say(self, words: str) -> str:
        return DUTCH.get(words, words) if self.language == "nl" else words

    def text(self, x: float, y: float, words: str, style: str = "plain") -> None:
        self.add(f'<text class="{style}" x="{x:g}" y="{y:g}">{escape(self.say(words))}</text>')

    def box(self, style: str, x: float, y: float, width: float, height: float, corner: float = 8) -> None:
        self.add(
            f'<rect class="{style}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{corner:g}"/>'
        )

    def path(self, style: str, course: str, colour: str = "") -> None:
        stroke = f' stroke="{INK[colour]}"' if colour else ""
        self.add(f'<path class="{style}"{stroke} d="{course}"/>')

    def wire(self, course: str, colour: str) -> None:
        """Draw a wire with an outline, because a white or black wire would vanish on a page of the same colour."""
        self.path("case", course)
        self.path("core", course, colour)

    def swatch(self, x: float, y: float, colour: str, width: float = 16) -> None:
        self.add(
            f'<rect class="rim" x="{x:g}" y="{y:g}" width="{width:g}" height="14" rx="3" fill="{INK[colour]}"/>'
        )

    def cross(self, x: float, y: float, size: float) -> None:
        self.path("badline", f"M{x - size:g} {y - size:g}L{x + size:g} {y + size:g}M{x + size:g} {y - size:g}"
                             f"L{x - size:g} {y + size:g}")  # fmt: skip

    def tick(self, x: float, y: float, size: float) -> None:
        self.path(
            "goodline", f"M{x - size:g} {y:g}l{size * 0.7:g} {size * 0.8:g}l{size * 1.3:g} {-size * 1.7:g}"
        )

    def save(self, name: str, title: str) -> None:
        ending = ".nl.svg" if self.language == "nl" else ".svg"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}" role="img" xml:lang="{self.language}">\n'
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n"
        )
        (FOLDER / f"{name}{ending}").write_text(head + "\n".join(self.pieces) + "\n</svg>\n")


def wiring(name: str, language: str) -> None:
    """Draw the plug on the left, the board on the right, and a row for each of the six wires."""
    plan = WIRINGS[name]
    drawing = Drawing(440, 604, language)
    # Height of a row, y of the first row, x of the plug's contacts, x of the board.
    row, first, plug, board = 76, 104, 72, 290
    drawing.text(16, 34, "RJ12 plug", "bold")
    drawing.text(424, 34, plan.board, "bold end")
    drawing.box("plug", 16, 50, 50, 6 * row + 16)
    drawing.box("board", board, 50, 134, 6 * row + 16)
    for pin in range(1, 7):
        y = first + (pin - 1) * row
        place = plan.pins[pin - 1]
        colour = COLOURS["A"][pin - 1]
        drawing.box("gold", 50, y - 6, 22, 12, 3)
        drawing.text(33, y + 8, str(pin), "big mid")
        drawing.text(84, y - 13, SIGNALS[pin - 1], "plain" if place else "plain soft")
        if place:
            drawing.wire(f"M{plug} {y}H{board + 14}", colour)
            drawing.add(f'<circle class="hole" cx="{board + 14}" cy="{y}" r="8" stroke-width="3"/>')
            drawing.text(board + 30, y + 7, place[0], "big")
            drawing.text(board + 8, y + 28, place[1], "small soft")
        else:
            drawing.wire(f"M{plug} {y}H{plug + 58}", colour)
            drawing.cross(plug + 84, y, 6)
            drawing.text(plug + 104, y + 5, "isolate", "small soft")
        for which, x in (("A", 84), ("B", 184)):
            drawing.text(x, y + 24, which, "small soft")
            drawing.swatch(x + 15, y + 12, COLOURS[which][pin - 1])
            drawing.text(x + 36, y + 24, COLOURS[which][pin - 1], "small")
    capacitor(drawing, board + 121, first, first + 5 * row, board)
    for line, words in enumerate((SETS, *plan.notes)):
        drawing.text(16, 548 + 20 * line, words, "small")
    drawing.save(name, f"{plan.board}, P1")


def capacitor(drawing: Drawing, x: float, top: float, bottom: float, board: float) -> None:
    """Draw a capacitor from 5 V (plus) to ground. Its text is in the row of pin 4, because pin 4 is unused."""
    middle = top + (bottom - top) * 0.6
    drawing.path("line dash", f"M{board + 70:g} {top:g}H{x:g}V{middle - 5:g}")
    drawing.path("line dash", f"M{board + 86:g} {bottom:g}H{x:g}V{middle + 5:g}")
    drawing.path("line", f"M{x - 10:g} {middle - 5:g}h20M{x - 10:g} {middle + 5:g}h20")
    drawing.text(x - 16, middle - 6, "+", "bold end")
    drawing.text(x - 28, middle - 2, "470 µF", "small end")
    drawing.text(x - 16, middle + 18, "optional", "small soft end")


def plug(language: str) -> None:
    """Draw the contacts of the plug, four rows with colours of wires, and the fronts of a good and a wrong plug."""
    drawing = Drawing(440, 684, language)
    columns = [70 + 60 * pin for pin in range(6)]
    drawing.text(220, 34, "Gold contacts towards you, cable down", "bold mid")
    drawing.path("plug", "M34 56q0-8 8-8H398q8 0 8 8V132l-44 30H78L34 132Z")
    for pin, x in enumerate(columns):
        inner = 220 + (x - 220) * 0.8
        drawing.wire(f"M{inner:g} 162V176C{inner:g} 196 {x} 186 {x} 206", COLOURS["A"][pin])
        drawing.box("gold", x - 9, 48, 18, 46, 3)
        drawing.text(x, 122, str(pin + 1), "big mid")
        drawing.text(x, 232, ("5 V", "request", "ground", "unused", "data", "ground")[pin], "small mid")
    for place, (words, names) in enumerate(
        (
            ("Colours A", COLOURS["A"]),
            ("Colours A, other end of a cut cable", COLOURS["A"][::-1]),
            ("Colours B", COLOURS["B"]),
            ("Colours B, other end of a cut cable", COLOURS["B"][::-1]),
        )
    ):
        y = 268 + 66 * place + 8 * (place > 1)
        drawing.text(40, y, words, "small soft")
        for x, colour in zip(columns, names, strict=True):
            drawing.swatch(x - 22, y + 8, colour, 44)
            drawing.text(x, y + 36, colour, "small mid")
    drawing.text(220, 562, "Nose of the plug, clip on top", "bold mid")
    nose(drawing, 40, range(1, 7))
    nose(drawing, 250, range(2, 6))
    drawing.tick(64, 660, 8)
    drawing.text(82, 664, "6P6C: good", "small good")
    drawing.cross(266, 659, 6)
    drawing.text(282, 664, "6P4C: no power", "small bad")
    drawing.save("rj12", "RJ12")


def nose(drawing: Drawing, left: float, contacts: range) -> None:
    """Draw the front of a plug with its contacts."""
    drawing.path("plug", f"M{left:g} 592h44v-14h62v14h44v48h-150Z")
    for pin in contacts:
        x = left + 75 + (pin - 3.5) * 23
        drawing.box("gold", x - 5, 624, 10, 16, 2)
        drawing.text(x, 616, str(pin), "small mid")


def ports(language: str) -> None:
    """Draw the correct and the wrong socket, and the rule that the board may have only one power supply."""
    drawing = Drawing(440, 520, language)
    drawing.text(220, 34, "Two sockets that look the same", "bold mid")
    for left, name, words, style in (
        (28, "P1", "for the monitor", "good"),
        (236, "S1", "destroys the monitor", "bad"),
    ):
        drawing.text(left + 88, 78, name, f"huge mid {style}")
        drawing.box("plug", left, 92, 176, 96)
        drawing.path("hole", f"M{left + 34} 108h108v44h-30v18h-48v-18h-30Z")
        for pin in range(6):
            drawing.box("gold", left + 50 + 14 * pin, 108, 6, 20, 1)
        drawing.text(left + 88, 214, words, f"plain mid {style}")
    drawing.tick(190, 74, 12)
    drawing.cross(398, 70, 10)
    drawing.path("line", "M16 240H424")
    drawing.text(220, 276, "One supply at a time", "bold mid")
    for place, (usb, meter) in enumerate(((True, False), (False, True), (True, True))):
        y = 296 + 72 * place
        fine = usb != meter
        for left, width, words, style in (
            (16, 100, "computer", "plug"),
            (170, 76, "board", "board"),
            (300, 76, "meter", "plug"),
        ):
            drawing.box(style, left, y, width, 50)
            drawing.text(left + width / 2, y + 31, words, "plain mid")
        for left, right, words, joined in ((116, 170, "USB", usb), (246, 300, "P1", meter)):
            if joined:
                drawing.path("goodline" if fine else "badline", f"M{left + 5} {y + 25}H{right - 5}")
            else:
                drawing.path("line", f"M{left} {y + 25}h15m0 -5v10M{right} {y + 25}h-15m0 -5v10")
            drawing.text((left + right) / 2, y + 14, words, "small mid" if joined else "small mid soft")
        if fine:
            drawing.tick(404, y + 26, 11)
        else:
            drawing.cross(404, y + 25, 10)
    drawing.save("ports", "P1, S1, USB")


def main() -> None:
    """Make all drawings."""
    FOLDER.mkdir(exist_ok=True)
    for language in ("en", "nl"):
        for name in WIRINGS:
            wiring(name, language)
        plug(language)
        ports(language)


if __name__ == "__main__":
    main()
