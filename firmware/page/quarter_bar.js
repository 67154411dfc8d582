/** The running quarter as a bar, for the page and for Home Assistant's dashboard card. */

import { level } from "./advice.js";
import { element, setText } from "./dom.js";
import { kilowatts, t } from "./i18n.js";
import { QUARTER_S } from "./meter_time.js";

const BLANK = "\u00a0"; // text that reserves the line of a figure until the figure is known
const MIN_SCALE_W = 2500; // power that the bar's scale always includes

/** Return a bar that shows the demand so far, the projected demand and the target. */
export function quarterBar() {
  const demandBar = element("div", { class: "demand" });
  const projectedBar = element("div", { class: "projected" });
  const targetMark = element("div", { class: "target" });
  const elapsedBar = element("div", { class: "elapsed" });
  const figures = {
    average: element("dd", {}, BLANK),
    projected: element("dd", {}, BLANK),
    target: element("dd", {}, BLANK),
  };
  const bar = element("div", { class: "bar", role: "img" }, projectedBar, demandBar, targetMark);
  const root = element("div", { class: "quarter" },
    bar,
    element("div", { class: "time", "aria-hidden": "true" }, elapsedBar),
    element("dl", { class: "figures" },
      element("div", {}, element("dt", {}, t("average")), figures.average),
      element("div", {}, element("dt", {}, t("endsAt")), figures.projected),
      element("div", {}, element("dt", {}, t("target")), figures.target)),
  );

  /** @param {import("./api_types.js").Quarter} quarter */
  function show(quarter) {
    const { demand_w, projected_w, target_w, elapsed_s } = quarter;
    const scaleW = Math.max(MIN_SCALE_W, target_w ?? 0, projected_w ?? 0) * 1.12;
    /** @param {number | null} watts */
    const share = (watts) => `${(100 * (watts ?? 0)) / scaleW}%`;
    root.dataset.level = level(quarter);
    demandBar.style.width = share(demand_w);
    projectedBar.style.width = share(projected_w);
    targetMark.hidden = target_w === null;
    targetMark.style.left = share(target_w);
    elapsedBar.style.width = `${(100 * (elapsed_s ?? 0)) / QUARTER_S}%`;
    // `average` is the mean power so far. The demand is the energy so far divided by 15 minutes. Therefore the demand
    // is lower than `average` until the quarter's end.
    setText(figures.average, kilowatts(elapsed_s && demand_w !== null ? (demand_w * QUARTER_S) / elapsed_s : null));
    setText(figures.projected, kilowatts(projected_w));
    setText(figures.target, kilowatts(target_w));
    bar.setAttribute("aria-label", t("barSays", {
      demand: kilowatts(demand_w), projected: kilowatts(projected_w), target: kilowatts(target_w),
    }));
  }
  return { root, show };
}
