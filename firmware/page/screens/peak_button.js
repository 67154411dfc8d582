/** Button that opens the quarter of the month's peak. If that quarter cannot be opened, a text gives the reason. */

import { element, fill, setText } from "../dom.js";
import { hashOf, spanContaining, startOf } from "../history_span.js";
import { date, FORMATS, kilowatts, t } from "../i18n.js";
import { quarterName, toSeconds } from "../meter_time.js";
import { state } from "../state.js";

export function peakButton() {
  let hash = "";
  const button = element("button", {
    type: "button", "aria-describedby": "peak-why", onclick: () => hash && (location.hash = hash),
  });
  const why = element("p", { class: "soft why", id: "peak-why" });
  const root = element("div", { class: "peak-jump" }, button, why);

  /**
   * @param {import("../history_span.js").Span} span
   * @param {import("../history_data.js").HistoryData | null} data
   */
  function show(span, data) {
    const { kind } = span;
    const month = spanContaining("month", startOf(span)).name;
    const peaks = [state.peaks?.running, ...(state.peaks?.months ?? [])];
    const known = kind === "year" ? null : peaks.find((one) => one?.month === month);
    // The meter stores the peaks of the last 13 closed months. The peak of an older month comes from the card.
    const stored = kind === "month" && !known ? data?.highest : null;
    const peak = known ?? stored;
    root.hidden = kind === "year";
    const isStored = Boolean(known?.file || stored);
    hash = peak && isStored ? hashOf({ kind: "quarter", name: quarterName(toSeconds(peak.start)) }) : "";
    fill(button, peak ? `${t("monthPeak")} ${kilowatts(peak.power_w)}` : t("monthPeak"));
    button.setAttribute("aria-disabled", String(!hash));
    setText(why, hash ? "" : peak ? t("peakNotStored", { time: date(peak.start, FORMATS.moment) }) : t("peakUnknown"));
  }
  return { root, show };
}
