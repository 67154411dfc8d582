/** The first screen: will this quarter cost me? */

import { advice, level } from "../advice.js";
import { chart } from "../chart.js";
import { element, fill, icon, say } from "../dom.js";
import { amount, date, HOW, kilowatts, number, power, t } from "../i18n.js";
import { QUARTER_S, quarterName, seconds } from "../meter_time.js";
import { quarterBar } from "../quarter_bar.js";
import { samples, SLOT_S, SLOTS } from "../live_samples.js";
import { staleness, state, watch } from "../state.js";
import { impactNow } from "../tariff.js";
import { table } from "../table.js";

const LEVELS = /** @type {const} */ ({ good: "onCourse", watch: "takeCare", over: "tooHigh", none: "noLimit" });
const BLANK = "\u00a0"; // holds the place of a line that is still to come

/** @param {HTMLElement} place */
export function now(place) {
  const figure = element("p", { class: "figure" });
  const direction = element("p", { class: "direction" });
  const badge = element("p", { class: "badge" });
  const words = element("p", { class: "advice" });
  const bar = quarterBar();
  const title = element("h2", {}, BLANK);
  const clock = element("p", { class: "soft" });
  const peak = element("section", { class: "card", "aria-labelledby": "peak-title" });
  const choose = element("section", { class: "card", hidden: true }, element("p", {}, t("chooseArea")),
    element("p", {}, element("a", { class: "button", href: "#settings/capacity" }, t("choose"))));
  const colours = element("section", { class: "card", hidden: true });
  const live = element("section", { class: "card wide", "aria-labelledby": "live-title" });
  const hero = element("section", { class: "card hero", "aria-label": t("now") }, direction, figure, badge, words);
  fill(
    place,
    element("h1", { class: "unseen" }, t("now")),
    element("div", { class: "grid" },
      hero,
      element("div", { class: "side" },
        element("section", { class: "card" }, element("div", { class: "row" }, title, clock), bar.whole),
        peak, colours, choose),
      live),
  );
  const graph = liveChart(live);

  const show = () => {
    const { reading, quarter, peaks, status } = state;
    const stale = staleness();
    hero.classList.toggle("stale", stale !== null && stale !== "waiting");
    if (reading?.time) {
      const exported = reading.power_export_w ?? 0;
      say(figure, power(exported || reading.power_import_w));
      say(direction, t(exported ? "toGrid" : "fromGrid"));
    } else {
      say(figure, "–");
      say(direction, t("waiting"));
    }
    if (quarter?.start && quarter.end) {
      const now = level(quarter);
      hero.dataset.level = now;
      if (badge.dataset.level !== now) fill(badge, icon(now), t(LEVELS[now]));
      badge.dataset.level = now;
      say(words, advice(quarter));
      say(title, `${date(quarter.start, HOW.time)} – ${date(quarter.end, HOW.time)}`);
      const left = QUARTER_S - (quarter.elapsed_s ?? 0);
      say(clock, t("timeLeft", { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` }));
      bar.show(quarter);
      graph.show();
    }
    showPeak(peak, peaks);
    choose.hidden = !status || status.capacity.area !== null;
    showColours(colours, status?.capacity.area ?? null);
  };
  show();
  const stop = watch(show);
  return () => {
    stop();
    graph.destroy();
  };
}

/** @param {HTMLElement} place */
function liveChart(place) {
  const readout = element("p", { class: "readout" });
  const host = element("div", { class: "chart" });
  const behind = element("details", { class: "behind" }, element("summary", {}, t("asTable")));
  fill(place, element("div", { class: "row" }, element("h2", { id: "live-title" }, t("thisQuarter")), readout), host, behind);
  /** @param {number} at */
  const moment = (at) => (state.quarter?.start ? seconds(state.quarter.start) : 0) + at * SLOT_S;
  const drawn = chart(host, {
    kind: "line",
    label: t("liveChart"),
    imported: () => samples.imported,
    exported: () => samples.exported,
    target: () => state.quarter?.target_w ?? null,
    format: (watts) => number(watts / 1000, 1),
    tick: (at) => date(moment(at), HOW.time),
    every: 60,
    onPoint: (at) => say(readout, at === null ? "" : pointText(at)),
  });
  /** @param {number} at */
  function pointText(at) {
    const imported = samples.imported[at];
    if (imported === null) return "";
    return `${date(moment(at), HOW.second)} · ${power(samples.exported[at] ? -(samples.exported[at] ?? 0) : imported)}`;
  }
  behind.addEventListener("toggle", () => {
    if (!behind.open) return;
    const rows = [];
    for (let at = 0; at < SLOTS; at += 12) {
      rows.push([date(moment(at), HOW.time), mean(samples.imported, at), mean(samples.exported, at)]);
    }
    behind.append(table(t("liveChart"), [t("time"), t("import"), t("export")], rows));
  });
  behind.addEventListener("toggle", () => !behind.open && behind.querySelector(".table")?.remove());
  return drawn;
}

/**
 * Mean of a minute.
 * @param {(number | null)[]} values
 * @param {number} from
 */
function mean(values, from) {
  const known = values.slice(from, from + 12).filter((value) => value !== null);
  return known.length ? amount(known.reduce((a, b) => a + b, 0) / known.length, "W") : "–";
}

/** @type {import("../api_types.js").Peaks | null | undefined} */
let shownPeaks;

/**
 * @param {HTMLElement} place
 * @param {import("../api_types.js").Peaks | null} peaks
 */
function showPeak(place, peaks) {
  if (shownPeaks === peaks && place.childElementCount) return;
  shownPeaks = peaks;
  const peak = peaks?.running;
  const moment = peak ? date(peak.start, { ...HOW.shortDay, weekday: "long", ...HOW.time }) : peaks ? t("noPeakYet") : BLANK;
  fill(place,
    element("h2", { id: "peak-title" }, t("monthPeak")),
    element("p", { class: "figure small" }, kilowatts(peak?.power_w)),
    peak?.file
      ? element("p", {}, element("a", { href: `#history/quarter/${quarterName(seconds(peak.start))}` }, moment))
      : element("p", { class: "soft" }, moment),
  );
}

/**
 * @param {HTMLElement} place
 * @param {string | null} area
 */
function showColours(place, area) {
  place.hidden = area !== "wallonia_impact" || !state.reading?.time;
  if (place.hidden || !state.reading?.time) return;
  const { colour, until } = impactNow(state.reading.time);
  const key = `${colour}${until}`;
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  fill(place,
    element("h2", {}, t("impactNow")),
    element("p", { class: `figure small impact ${colour}` }, element("i"), t(colour)),
    element("p", { class: "soft" }, t("impactUntil", { time: until })),
  );
}
