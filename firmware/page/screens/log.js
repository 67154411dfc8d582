/** Log screen: the newest lines of the device's log. */

import { request } from "../api.js";
import { element, fill } from "../dom.js";
import { errorText } from "../error_text.js";
import { t } from "../i18n.js";
import { state } from "../state.js";

/** @param {HTMLElement} root */
export function logScreen(root) {
  const lines = element("pre", { class: "raw", role: "group", tabindex: "0", "aria-label": t("log") });
  const reloadButton = element("button", { type: "button", onclick: () => loadLines(lines) }, t("again"));
  fill(root, element("h1", {}, t("log")), element("div", { class: "grid" }, element("section", { class: "panel wide" },
    element("p", { class: "buttons" }, reloadButton, element("a", { class: "button", href: "#settings" }, t("back"))),
    state.status?.crash ? element("p", { class: "warning" }, `${t("crash")}: ${state.status.crash}`) : null, lines)));
  loadLines(lines);
}

/** @param {HTMLElement} lines */
async function loadLines(lines) {
  try {
    lines.textContent = await (await request("/api/log")).text();
  } catch (error) {
    lines.textContent = errorText(error);
  }
}
