/** To the clipboard, also where the browser has none to give: pages of plain HTTP are no secure context. */

import { element } from "./dom.js";

/**
 * Whether the text was taken.
 * @param {string} text
 */
export function copyText(text) {
  const field = element("textarea", { class: "visually-hidden", "aria-hidden": "true", tabindex: "-1" });
  field.value = text;
  document.body.append(field);
  field.select();
  // Deprecated, and the only way without a secure context.
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
