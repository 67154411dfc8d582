/** First screen: the running quarter, its advice, the month's peak and the live chart. */

import { advice, level, LEVEL_WORDS } from "../advice.js";
import { chart } from "../chart.js";
import { element, fill, icon, setText } from "../dom.js";
import { amount, date, FORMATS, kilowatts, power, t } from "../i18n.js";
import { SAMPLE_S, samples, SAMPLES_PER_QUARTER } from "../live_samples.js";
import { QUARTER_S, quarterName, toSeconds } from "../meter_time.js";
import { quarterBar } from "../quarter_bar.js";
import { staleness } from "../staleness.js";
import { isRead, state, watch } from "../state.js";
import { table } from "../table.js";
import { impactNow } from "../tariff.js";

const BLANK = "\u00a0"; // text that reserves a line until the line's text is known

/** @param {HTMLElement} root */
export function nowScreen(root) {
  const figure = element("p", { class: "figure" });
  const direction = element("p", { class: "direction" });
  const badge = element("p", { class: "badge" });
  const adviceLine = element("p", { class: "advice" });
  const bar = quarterBar();
  const title = element("h2", {}, BLANK);
  const timeLeft = element("p", { class: "soft" });
  const peak = element("section", { class: "panel", "aria-labelledby": "peak-title" });
  const areaHint = element("section", { class: "panel", hidden: true },
    element("p", {}, t("chooseArea")),
    element("p", {}, element("a", { class: "button", href: "#settings/capacity" }, t("choose"))));
  const impact = element("section", { class: "panel", hidden: true });
  const livePanel = element("section", { class: "panel wide", "aria-labelledby": "live-title" });
  const hero = element("section", { class: "panel hero", "aria-label": t("now") },
    direction, figure, badge, adviceLine);
  fill(
    root,
    element("h1", { class: "visually-hidden" }, t("now")),
    element("div", { class: "grid" },
      hero,
      element("div", { class: "side" },
        element("section", { class: "panel" }, element("div", { class: "row" }, title, timeLeft), bar.root),
        peak, impact, areaHint),
      livePanel),
  );
  const plot = liveChart(livePanel);

  const show = () => {
    const { reading, quarter, peaks, status } = state;
    const stale = staleness();
    hero.classList.toggle("stale", stale !== null && stale !== "waiting");
    if (isRead(reading)) {
      const exported = reading.power_export_w ?? 0;
      setText(figure, power(exported || reading.power_import_w));
      setText(direction, t(exported ? "toGrid" : "fromGrid"));
    } else {
      setText(figure, "–");
      setText(direction, t("waiting"));
    }
    if (quarter?.start && quarter.end) {
      const current = level(quarter);
      hero.dataset.level = current;
      if (badge.dataset.level !== current) fill(badge, icon(current), t(LEVEL_WORDS[current]));
      badge.dataset.level = current;
      setText(adviceLine, advice(quarter));
      setText(title, `${date(quarter.start, FORMATS.time)} – ${date(quarter.end, FORMATS.time)}`);
      const left = QUARTER_S - (quarter.elapsed_s ?? 0);
      setText(timeLeft, t("timeLeft", { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` }));
      bar.show(quarter);
      plot.show();
    }
    showPeak(peak, peaks);
    areaHint.hidden = !status || status.capacity.area !== null;
    showImpact(impact, status?.capacity.area ?? null);
  };
  show();
  const stop = watch(show);
  return () => {
    stop();
    plot.destroy();
  };
}

/** @param {HTMLElement} root */
function liveChart(root) {
  const readout = element("p", { class: "readout" });
  const host = element("div", { class: "chart" });
  const details = element("details", { class: "disclosure" }, element("summary", {}, t("asTable")));
  fill(root,
    element("div", { class: "row" }, element("h2", { id: "live-title" }, t("thisQuarter")), readout),
    host, details);
  /** @param {number} index */
  const timeOf = (index) => (state.quarter?.start ? toSeconds(state.quarter.start) : 0) + index * SAMPLE_S;
  const plot = chart(host, {
    kind: "line",
    label: t("liveChart"),
    imported: () => samples.imported,
    exported: () => samples.exported,
    target: () => state.quarter?.target_w ?? null,
    unit: 1000,
    tick: (index) => date(timeOf(index), FORMATS.time),
    every: 60,
    onPoint: (index) => setText(readout, index === null ? "" : pointText(index)),
  });
  /** @param {number} index */
  function pointText(index) {
    const [imported, exported] = [samples.imported[index], samples.exported[index]];
    if (imported === null) return "";
    return `${date(timeOf(index), FORMATS.second)} · ${power(exported ? -exported : imported)}`;
  }
  details.addEventListener("toggle", () => {
    if (!details.open) return;
    const rows = [];
    for (let index = 0; index < SAMPLES_PER_QUARTER; index += 12) {
      rows.push([
        date(timeOf(index), FORMATS.time), minuteMean(samples.imported, index), minuteMean(samples.exported, index),
      ]);
    }
    details.append(table(t("liveChart"), [t("time"), t("import"), t("export")], rows));
  });
  details.addEventListener("toggle", () => !details.open && details.querySelector(".table")?.remove());
  return plot;
}

/**
 * Return the mean of a minute's samples.
 * @param {(number | null)[]} values
 * @param {number} from index of the minute's first sample
 */
function minuteMean(values, from) {
  const known = values.slice(from, from + 12).filter((value) => value !== null);
  return known.length ? amount(known.reduce((a, b) => a + b, 0) / known.length, "W") : "–";
}

/** @type {import("../api_types.js").Peaks | null | undefined} */
let shownPeaks;

/**
 * @param {HTMLElement} root
 * @param {import("../api_types.js").Peaks | null} peaks
 */
function showPeak(root, peaks) {
  if (shownPeaks === peaks && root.childElementCount) return;
  shownPeaks = peaks;
  const peak = peaks?.running;
  const withoutPeak = peaks ? t("noPeakYet") : BLANK;
  const moment = peak ? date(peak.start, { ...FORMATS.shortDay, weekday: "long", ...FORMATS.time }) : withoutPeak;
  fill(root,
    element("h2", { id: "peak-title" }, t("monthPeak")),
    element("p", { class: "figure small" }, kilowatts(peak?.power_w)),
    peak?.file
      ? element("p", {}, element("a", { href: `#history/quarter/${quarterName(toSeconds(peak.start))}` }, moment))
      : element("p", { class: "soft" }, moment),
  );
}

/**
 * @param {HTMLElement} root
 * @param {string | null} area
 */
function showImpact(root, area) {
  root.hidden = area !== "wallonia_impact" || !state.reading?.time;
  if (root.hidden || !state.reading?.time) return;
  const { colour, until } = impactNow(state.reading.time);
  const key = `${colour}${until}`;
  if (root.dataset.key === key) return;
  root.dataset.key = key;
  fill(root,
    element("h2", {}, t("impactNow")),
    element("p", { class: `figure small impact ${colour}` }, element("i"), t(colour)),
    element("p", { class: "soft" }, t("impactUntil", { time: until })),
  );
}
