/** The way to the quarter that made the month's peak; where the card does not have it, the button says so. */

import { element, fill, say } from "../dom.js";
import { date, HOW, kilowatts, t } from "../i18n.js";
import { quarterName, seconds } from "../meter_time.js";
import { address, begin, containing } from "../history_span.js";
import { state } from "../state.js";

export function peakButton() {
  let at = "";
  const button = element("button", { type: "button", "aria-describedby": "peak-why", onclick: () => at && (location.hash = at) });
  const why = element("p", { class: "soft why", id: "peak-why" });
  const place = element("div", { class: "peak-jump" }, button, why);

  /**
   * @param {import("../history_span.js").Span} span
   * @param {import("../history_data.js").Past | null} past
   */
  function show(span, past) {
    const { kind } = span;
    const month = containing("month", begin(span)).at;
    const known = kind === "year" ? null : [state.peaks?.running, ...(state.peaks?.months ?? [])].find((peak) => peak?.month === month);
    // Of months that the meter has forgotten the card knows it.
    const stored = kind === "month" && !known ? past?.highest : null;
    const peak = known ?? stored;
    place.hidden = kind === "year";
    const isStored = Boolean(known?.file || stored);
    at = peak && isStored ? address({ kind: "quarter", at: quarterName(seconds(peak.start)) }) : "";
    fill(button, peak ? `${t("monthPeak")} ${kilowatts(peak.power_w)}` : t("monthPeak"));
    button.setAttribute("aria-disabled", String(!at));
    say(why, at ? "" : peak ? t("peakNotStored", { time: date(peak.start, HOW.moment) }) : t("peakUnknown"));
  }
  return { place, show };
}
