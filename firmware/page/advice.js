/**
 * Level and advice for the running quarter. A level has a colour, an icon and a word, because some readers cannot
 * distinguish the colours.
 */

import { amount, t } from "./i18n.js";
import { QUARTER_S } from "./meter_time.js";

/** @typedef {"good" | "watch" | "over" | "none"} Level */
/** @typedef {import("./api_types.js").Quarter} Quarter */

export const LEVEL_WORDS = /** @type {const} */ ({
  good: "onCourse", watch: "takeCare", over: "tooHigh", none: "noLimit",
});

// In a quarter's last 15 s the advice does not change, because almost any power would be allowed in these seconds.
const FROZEN_S = 15;
const STEP_W = 100;

/** Headroom (W) in the page's advice, and the id of the quarter. In the last 15 s of a quarter neither changes. */
const shownOnPage = { id: /** @type {number | null} */ (null), headroom: 0 };

/**
 * @param {Quarter} quarter
 * @returns {Level}
 */
export function level({ target_w, projected_w, headroom_w, at_risk, unavoidable }) {
  if (target_w === null || projected_w === null) return "none";
  if (at_risk || unavoidable) return "over";
  // Headroom is also negative if the house uses more than its connection allows.
  return projected_w > target_w || Number(headroom_w) < 0 ? "watch" : "good";
}

/**
 * Return a sentence with the power that may be added until the quarter's end, or with the power that must be switched
 * off.
 * @param {Quarter} quarter
 * @param {typeof shownOnPage} shown headroom in the previous advice, updated by this function. Each dashboard card
 *   passes an object of its own, because two cards may show two meters.
 */
export function advice(quarter, shown = shownOnPage) {
  const { id, elapsed_s, headroom_w, unavoidable } = quarter;
  if (elapsed_s === null) return t("waiting");
  if (headroom_w === null) return t("noTarget");
  if (unavoidable) return t("passed");
  const left = QUARTER_S - elapsed_s;
  if (left > FROZEN_S) Object.assign(shown, { id, headroom: headroom_w });
  const headroom = shown.id === id ? shown.headroom : headroom_w;
  const time = left < 60
    ? t("seconds", { count: left })
    : t(left < 120 ? "minute" : "minutes", { count: Math.floor(left / 60) });
  // Round down, also below 0. The advice must not offer more power than the headroom. If the headroom is negative, the
  // advice must not ask to switch off less power than is needed.
  const watts = Math.abs(Math.floor(headroom / STEP_W) * STEP_W);
  const power = watts < 1000 ? amount(watts, "W") : amount(watts / 1000, "kW", 1);
  if (headroom < 0) return t("mustGo", { power });
  if (watts === 0) return t("nothingMore", { time });
  return t("mayCome", { power, time });
}
