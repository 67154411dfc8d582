/** Table with a chart's values, for screen readers and for readers who want the figures. */

import { element } from "./dom.js";

/**
 * @param {string} caption
 * @param {string[]} heads
 * @param {import("./dom.js").Child[][]} rows the first cell names the row
 */
export function table(caption, heads, rows) {
  return element("div", { class: "table", tabindex: "0", role: "group", "aria-label": caption },
    element("table", {},
      element("caption", { class: "visually-hidden" }, caption),
      element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, rows.map(([name, ...cells]) =>
        element("tr", {}, element("th", { scope: "row" }, name), cells.map((cell) => element("td", {}, cell)))))));
}
