/** Copying to the clipboard without the Clipboard API, which browsers offer only to pages served over HTTPS. */

import { element } from "./dom.js";

/**
 * Copy a text. True if the browser copied it.
 * @param {string} text
 */
export function copyText(text) {
  const field = element("textarea", { class: "visually-hidden", "aria-hidden": "true", tabindex: "-1" });
  field.value = text;
  document.body.append(field);
  field.select();
  // execCommand is deprecated, but no other function can copy on a page that is served over plain HTTP.
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
