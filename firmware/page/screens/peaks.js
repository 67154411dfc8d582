/** What the household pays for: the highest quarter of each month, and their mean. */

import { element, fill } from "../dom.js";
import { date, HOW, kilowatts, money, t } from "../i18n.js";
import { clock, quarterName, seconds } from "../meter_time.js";
import { state, watch } from "../state.js";
import { AREA_NAMES, costOf100W, FLOOR_W, IMPACT, impactNow, rateOf, RATES_YEAR, ratesNow, resetRates, setRate } from "../tariff.js";

/** @typedef {import("../api_types.js").Peak} Peak */
/** @typedef {import("../tariff.js").Area} Area */

const MONTHS = 13;

/** @param {HTMLElement} place */
export function peaks(place) {
  const list = element("section", { class: "card wide" });
  const cost = element("section", { class: "card" });
  const tariff = element("section", { class: "card" });
  fill(place, element("h1", {}, t("peaks")), element("div", { class: "grid" }, list, cost, tariff));
  let shown = "";
  const show = () => {
    const area = state.status?.capacity.area ?? null;
    const minute = state.reading?.time?.slice(0, 16);
    const key = JSON.stringify([state.peaks, area, area === "wallonia_impact" ? minute : minute?.slice(0, 4)]);
    if (key === shown || !state.peaks) return;
    shown = key;
    showList(list);
    showCost(cost, area);
    showTariff(tariff, area, () => showCost(cost, area));
  };
  show();
  return watch(show);
}

/** @param {HTMLElement} place */
function showList(place) {
  const known = [state.peaks?.running, ...(state.peaks?.months ?? [])].filter((peak) => peak).slice(0, MONTHS);
  const all = /** @type {Peak[]} */ (known);
  const average = state.peaks?.billable_average_w ?? null;
  const most = Math.max(FLOOR_W * 1.2, ...all.map((peak) => peak.power_w)) * 1.02;
  /** @param {number} watts */
  const share = (watts) => (100 * watts) / most;
  const rows = all.map((peak) => {
    const bar = element("span", { class: "track" },
      element("span", { class: peak === state.peaks?.running ? "fill running" : "fill" }),
      element("span", { class: "floor" }), average === null ? null : element("span", { class: "mean" }));
    const [fill_, floor, mean] = /** @type {HTMLElement[]} */ ([...bar.children]);
    fill_.style.width = `${share(peak.power_w)}%`;
    floor.style.left = `${share(FLOOR_W)}%`;
    if (mean && average !== null) mean.style.left = `${share(average)}%`;
    const moment = date(peak.start, HOW.moment);
    return element("li", {},
      element("span", { class: "name" }, date(peak.month, HOW.monthOfYear)),
      bar,
      element("strong", {}, kilowatts(peak.power_w)),
      peak.file ? element("a", { class: "when", href: `#history/quarter/${quarterName(seconds(peak.start))}` }, moment)
        : element("span", { class: "when soft", title: t("peakNotStored", { time: moment }) }, moment));
  });
  fill(place,
    element("h2", {}, t("thirteenMonths")),
    all.length ? element("ol", { class: "peaks", reversed: true }, rows) : element("p", { class: "soft" }, t("noPeakYet")),
    element("p", { class: "legend" }, element("span", { class: "floor" }, t("floor", { power: kilowatts(FLOOR_W) })),
      average === null ? null : element("span", { class: "mean" }, t("averageIs", { power: kilowatts(average) }))),
    all.some((peak) => peak.source === "card") ? element("p", { class: "soft" }, t("fromCard")) : null,
    all.some((peak) => !peak.file) ? element("p", { class: "soft" }, t("noLink")) : null);
}

/**
 * @param {HTMLElement} place
 * @param {string | null} area
 */
function showCost(place, area) {
  const average = state.peaks?.billable_average_w ?? null;
  const running = state.peaks?.running ?? null;
  const rate = rateOf(area);
  if (area === "no_capacity_tariff") {
    fill(place, element("h2", {}, t("cost")), element("p", {}, t("noTariff")));
  } else if (area === "wallonia_impact") {
    fill(place, element("h2", {}, t("impact")), ...impactParts());
  } else if (rate === null) {
    fill(place, element("h2", {}, t("cost")), element("p", {}, t("chooseArea")),
      element("p", {}, element("a", { class: "button", href: "#settings/capacity" }, t("choose"))));
  } else {
    const added = running ? costOf100W(running.power_w, rate) : 0;
    fill(place, element("h2", {}, t("cost")),
      element("p", { class: "figure small" }, average === null ? "–" : t("aYear", { money: money((average / 1000) * rate) })),
      element("p", { class: "soft" }, t("costHow", { power: kilowatts(average), rate: money(rate), area: AREA_NAMES[/** @type {Area} */ (area)] })),
      running ? element("p", {}, added > 0 ? t("another100W", { money: money(added), month: money(added / 12) }) : t("another100WFree")) : null);
  }
}

function impactParts() {
  const time = state.reading?.time;
  if (!time) return [element("p", { class: "soft" }, t("waiting"))];
  const { colour, until } = impactNow(time);
  const hours = element("ol", { class: "hours" }, IMPACT.map(([from, kind], at) => {
    const to = IMPACT[at + 1]?.[0] ?? 24;
    const part = element("li", { class: `impact ${kind}` }, element("span", {}, `${from}–${to} `), element("span", { class: "kind" }, t(kind)));
    part.style.flexGrow = String(to - from);
    return part;
  }));
  const mark = element("span", { class: "hand", "aria-hidden": "true" });
  const at = clock(time);
  mark.style.left = `${(100 * (at.getUTCHours() * 60 + at.getUTCMinutes())) / 1440}%`;
  return [
    element("p", { class: `figure small impact ${colour}` }, element("i"), t(colour)),
    element("p", { class: "soft" }, t("impactUntil", { time: until })),
    element("div", { class: "day" }, hours, mark),
  ];
}

/**
 * @param {HTMLElement} place
 * @param {string | null} area
 * @param {() => void} changed
 */
function showTariff(place, area, changed) {
  place.hidden = area === "no_capacity_tariff" || area === "wallonia_impact";
  if (place.hidden) return fill(place);
  const year = Number(state.reading?.time?.slice(0, 4) ?? RATES_YEAR);
  const rates = ratesNow();
  const rows = Object.entries(AREA_NAMES).map(([key, name]) => {
    const field = element("input", { type: "number", min: "0", max: "500", step: "0.01", inputmode: "decimal",
      value: rates[/** @type {Area} */ (key)].toFixed(2), "aria-label": `${name}, ${t("perKwYear")}` });
    field.addEventListener("change", () => {
      if (!field.checkValidity() || !field.value) return;
      setRate(/** @type {Area} */ (key), Number(field.value));
      changed();
    });
    return element("tr", key === area ? { class: "chosen" } : {}, element("th", { scope: "row" }, name), element("td", {}, field));
  });
  fill(place,
    element("h2", {}, t("tariffTable", { year: RATES_YEAR })),
    year > RATES_YEAR ? element("p", { class: "warning" }, t("oldTable", { year: RATES_YEAR })) : null,
    element("p", { class: "soft" }, t("tariffSource")),
    element("details", { class: "behind" }, element("summary", {}, t("editTable")),
      element("table", { class: "rates" }, element("thead", {}, element("tr", {},
        element("th", { scope: "col" }, t("area")), element("th", { scope: "col" }, t("perKwYear")))), element("tbody", {}, rows)),
      element("button", { type: "button", onclick: () => { resetRates(); showTariff(place, area, changed); changed(); } }, t("resetTable"))));
}
