/** Table with the values of a chart, for screen readers and for people who prefer figures. */

import { element } from "./dom.js";

/**
 * @param {string} caption
 * @param {string[]} heads
 * @param {import("./dom.js").Child[][]} rows cells of each row, with the row's heading as the first cell
 */
export function table(caption, heads, rows) {
  return element("div", { class: "table", tabindex: "0", role: "group", "aria-label": caption },
    element("table", {},
      element("caption", { class: "visually-hidden" }, caption),
      element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, rows.map(([name, ...cells]) =>
        element("tr", {}, element("th", { scope: "row" }, name), cells.map((cell) => element("td", {}, cell)))))));
}
