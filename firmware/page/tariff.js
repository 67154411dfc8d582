/**
 * What peaks cost by network area, and the colours of Wallonia's tarif Impact.
 *
 * Billed is the mean of max(2.5 kW, peak) over 12 months, so that one month's peak is spread over 12 bills.
 * Sources: Vlaamse Nutsregulator (rates.json); CWaPE, tarif Impact of 2026.
 */

import { getStored, setStored } from "./local_storage.js";
import { meterClock } from "./meter_time.js";
import rates from "./rates.json";

export const AREA_NAMES = {
  antwerpen: "Antwerpen",
  halle_vilvoorde: "Halle-Vilvoorde",
  imewo: "Imewo",
  kempen: "Kempen",
  limburg: "Limburg",
  midden_vlaanderen: "Midden-Vlaanderen",
  west: "West",
  zenne_dijle: "Zenne-Dijle",
};
/** @typedef {keyof typeof AREA_NAMES} Area */

export const RATES_YEAR = rates.year;
export const BILLED_MINIMUM_W = 2500;

/** EUR a year for each kW, by area: the table, with what its reader changed in it. */
export function currentRates() {
  const stored = getStored("rates");
  /** @type {Record<Area, number>} */
  const changes = stored ? JSON.parse(stored) : {};
  return { ...rates.eur_per_kw_year, ...changes };
}

/**
 * @param {Area} area
 * @param {number} rate
 */
export function setRate(area, rate) {
  const changes = JSON.parse(getStored("rates") || "{}");
  setStored("rates", JSON.stringify({ ...changes, [area]: rate }));
}

/** Take the table back to how it came. */
export function resetRates() {
  setStored("rates", "");
}

/**
 * EUR a year for each kW in an area; null where peaks cost nothing, or none is chosen.
 * @param {string | null | undefined} area
 */
export function rateFor(area) {
  return area && area in AREA_NAMES ? currentRates()[/** @type {Area} */ (area)] : null;
}

/**
 * What a month with another 100 W more on its peak adds, over the 12 bills that it is in.
 * @param {number} peak_w
 * @param {number} rate
 */
export function costOf100W(peak_w, rate) {
  const added = Math.max(BILLED_MINIMUM_W, peak_w + 100) - Math.max(BILLED_MINIMUM_W, peak_w);
  return (added / 1000) * rate / 12;
}

/** @typedef {"eco" | "medium" | "pic"} Colour */

/** @type {[number, Colour][]} the hour at which each begins, all days alike */
export const IMPACT = [[0, "medium"], [1, "eco"], [7, "medium"], [11, "eco"], [17, "pic"], [22, "medium"]];

/**
 * The colour of a moment, and when it changes.
 * @param {string} moment
 */
export function impactNow(moment) {
  const hour = meterClock(moment).getUTCHours();
  const index = IMPACT.findLastIndex(([from]) => from <= hour);
  // At midnight medium goes on until 1.
  const next = index + 1 < IMPACT.length ? IMPACT[index + 1][0] : IMPACT[1][0];
  return { colour: IMPACT[index][1], until: `${String(next).padStart(2, "0")}:00` };
}
