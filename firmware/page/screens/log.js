/** The newest lines of the device's log. */

import { ask, Refused } from "../api.js";
import { element, fill } from "../dom.js";
import { t } from "../i18n.js";
import { state } from "../state.js";

/** @param {HTMLElement} place */
export function log(place) {
  const lines = element("pre", { class: "raw", role: "group", tabindex: "0", "aria-label": t("log") });
  const again = element("button", { type: "button", onclick: () => load(lines) }, t("again"));
  fill(place, element("h1", {}, t("log")), element("div", { class: "grid" }, element("section", { class: "card wide" },
    element("p", { class: "buttons" }, again, element("a", { class: "button", href: "#settings" }, t("back"))),
    state.status?.crash ? element("p", { class: "warning" }, `${t("crash")}: ${state.status.crash}`) : null, lines)));
  load(lines);
}

/** @param {HTMLElement} lines */
async function load(lines) {
  try {
    lines.textContent = await (await ask("/api/log")).text();
  } catch (error) {
    lines.textContent = error instanceof Refused ? error.message : t("noAnswer");
  }
}
