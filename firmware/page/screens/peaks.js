/** Peaks screen: the peak of each month, the billable average, its cost, and the tariffs of all network areas. */

import { element, fill } from "../dom.js";
import { date, FORMATS, kilowatts, money, t } from "../i18n.js";
import { meterClock, quarterName, toSeconds } from "../meter_time.js";
import { state, watch } from "../state.js";
import {
  AREA_NAMES, BILLED_MINIMUM_W, costOf100W, currentRates, IMPACT, impactNow, rateFor, RATES_YEAR, resetRates, setRate,
} from "../tariff.js";

/** @typedef {import("../api_types.js").Peak} Peak */
/** @typedef {import("../tariff.js").Area} Area */

const MONTHS = 13;

/** @param {HTMLElement} root */
export function peaksScreen(root) {
  const list = element("section", { class: "panel wide" });
  const cost = element("section", { class: "panel" });
  const tariff = element("section", { class: "panel" });
  fill(root, element("h1", {}, t("peaks")), element("div", { class: "grid" }, list, cost, tariff));
  let shownKey = "";
  const show = () => {
    const area = state.status?.capacity.area ?? null;
    const minute = state.reading?.time?.slice(0, 16);
    const key = JSON.stringify([state.peaks, area, area === "wallonia_impact" ? minute : minute?.slice(0, 4)]);
    if (key === shownKey || !state.peaks) return;
    shownKey = key;
    showList(list);
    showCost(cost, area);
    showTariff(tariff, area, () => showCost(cost, area));
  };
  show();
  return watch(show);
}

/** @param {HTMLElement} root */
function showList(root) {
  const known = [state.peaks?.running, ...(state.peaks?.months ?? [])].filter((peak) => peak).slice(0, MONTHS);
  const peaks = /** @type {Peak[]} */ (known);
  const average = state.peaks?.billable_average_w ?? null;
  const scaleW = Math.max(BILLED_MINIMUM_W * 1.2, ...peaks.map((peak) => peak.power_w)) * 1.02;
  /** @param {number} watts */
  const share = (watts) => (100 * watts) / scaleW;
  const rows = peaks.map((peak) => {
    const bar = element("span", { class: "track" },
      element("span", { class: peak === state.peaks?.running ? "fill running" : "fill" }),
      element("span", { class: "floor" }), average === null ? null : element("span", { class: "mean" }));
    const [fillBar, floor, mean] = /** @type {HTMLElement[]} */ ([...bar.children]);
    fillBar.style.width = `${share(peak.power_w)}%`;
    floor.style.left = `${share(BILLED_MINIMUM_W)}%`;
    if (mean && average !== null) mean.style.left = `${share(average)}%`;
    const moment = date(peak.start, FORMATS.moment);
    return element("li", {},
      element("span", { class: "name" }, date(peak.month, FORMATS.monthOfYear)),
      bar,
      element("strong", {}, kilowatts(peak.power_w)),
      peak.file
        ? element("a", { class: "when", href: `#history/quarter/${quarterName(toSeconds(peak.start))}` }, moment)
        : element("span", { class: "when soft", title: t("peakNotStored", { time: moment }) }, moment));
  });
  fill(root,
    element("h2", {}, t("thirteenMonths")),
    peaks.length
      ? element("ol", { class: "peaks", reversed: true }, rows)
      : element("p", { class: "soft" }, t("noPeakYet")),
    element("p", { class: "legend" },
      element("span", { class: "floor" }, t("floor", { power: kilowatts(BILLED_MINIMUM_W) })),
      average === null ? null : element("span", { class: "mean" }, t("averageIs", { power: kilowatts(average) }))),
    peaks.some((peak) => peak.source === "card") ? element("p", { class: "soft" }, t("fromCard")) : null,
    peaks.some((peak) => !peak.file) ? element("p", { class: "soft" }, t("noLink")) : null);
}

/**
 * @param {HTMLElement} root
 * @param {string | null} area
 */
function showCost(root, area) {
  const average = state.peaks?.billable_average_w ?? null;
  const running = state.peaks?.running ?? null;
  const rate = rateFor(area);
  if (area === "no_capacity_tariff") {
    fill(root, element("h2", {}, t("cost")), element("p", {}, t("noTariff")));
  } else if (area === "wallonia_impact") {
    fill(root, element("h2", {}, t("impact")), ...impactParts());
  } else if (rate === null) {
    fill(root, element("h2", {}, t("cost")), element("p", {}, t("chooseArea")),
      element("p", {}, element("a", { class: "button", href: "#settings/capacity" }, t("choose"))));
  } else {
    const areaName = AREA_NAMES[/** @type {Area} */ (area)];
    const added = running ? costOf100W(running.power_w, rate) : 0;
    const addedText = added > 0
      ? t("another100W", { money: money(added), month: money(added / 12) })
      : t("another100WFree");
    fill(root,
      element("h2", {}, t("cost")),
      element("p", { class: "figure small" },
        average === null ? "–" : t("aYear", { money: money((average / 1000) * rate) })),
      element("p", { class: "soft" }, t("costHow", { power: kilowatts(average), rate: money(rate), area: areaName })),
      running ? element("p", {}, addedText) : null);
  }
}

function impactParts() {
  const time = state.reading?.time;
  if (!time) return [element("p", { class: "soft" }, t("waiting"))];
  const { colour, until } = impactNow(time);
  const hours = element("ol", { class: "hours" }, IMPACT.map(([from, hourColour], index) => {
    const to = IMPACT[index + 1]?.[0] ?? 24;
    const part = element("li", { class: `impact ${hourColour}` },
      element("span", {}, `${from}–${to} `), element("span", { class: "kind" }, t(hourColour)));
    part.style.flexGrow = String(to - from);
    return part;
  }));
  const mark = element("span", { class: "now-mark", "aria-hidden": "true" });
  const clock = meterClock(time);
  mark.style.left = `${(100 * (clock.getUTCHours() * 60 + clock.getUTCMinutes())) / 1440}%`;
  return [
    element("p", { class: `figure small impact ${colour}` }, element("i"), t(colour)),
    element("p", { class: "soft" }, t("impactUntil", { time: until })),
    element("div", { class: "day" }, hours, mark),
  ];
}

/**
 * @param {HTMLElement} root
 * @param {string | null} area
 * @param {() => void} onChange
 */
function showTariff(root, area, onChange) {
  root.hidden = area === "no_capacity_tariff" || area === "wallonia_impact";
  if (root.hidden) return fill(root);
  const year = Number(state.reading?.time?.slice(0, 4) ?? RATES_YEAR);
  const rates = currentRates();
  const rows = Object.entries(AREA_NAMES).map(([key, name]) => {
    const field = element("input", {
      type: "number", min: "0", max: "500", step: "0.01", inputmode: "decimal",
      value: rates[/** @type {Area} */ (key)].toFixed(2), "aria-label": `${name}, ${t("perKwYear")}`,
    });
    field.addEventListener("change", () => {
      if (!field.checkValidity() || !field.value) return;
      setRate(/** @type {Area} */ (key), Number(field.value));
      onChange();
    });
    return element("tr", key === area ? { class: "chosen" } : {},
      element("th", { scope: "row" }, name), element("td", {}, field));
  });
  const reset = () => {
    resetRates();
    showTariff(root, area, onChange);
    onChange();
  };
  fill(root,
    element("h2", {}, t("tariffTable", { year: RATES_YEAR })),
    year > RATES_YEAR ? element("p", { class: "warning" }, t("oldTable", { year: RATES_YEAR })) : null,
    element("p", { class: "soft" }, t("tariffSource")),
    element("details", { class: "disclosure" },
      element("summary", {}, t("editTable")),
      element("table", { class: "rates" },
        element("thead", {}, element("tr", {},
          element("th", { scope: "col" }, t("area")), element("th", { scope: "col" }, t("perKwYear")))),
        element("tbody", {}, rows)),
      element("button", { type: "button", onclick: reset }, t("resetTable"))));
}
