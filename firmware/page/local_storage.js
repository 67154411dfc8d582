/** Choices of the reader, stored in the browser. If storing fails, the choices last until the page is closed. */

/** @type {Record<string, string>} */
const memory = {};

/**
 * @param {string} name
 * @returns {string} the stored text; "" if no text is stored
 */
export function getStored(name) {
  try {
    return sessionStorage.getItem(`p1.${name}`) ?? localStorage.getItem(`p1.${name}`) ?? "";
  } catch {
    return memory[name] ?? "";
  }
}

/**
 * @param {string} name
 * @param {string} value text to store; "" removes the stored text
 * @param {boolean} [stays] false to remove the text when the browser's tab is closed
 */
export function setStored(name, value, stays = true) {
  memory[name] = value;
  try {
    for (const storage of [sessionStorage, localStorage]) storage.removeItem(`p1.${name}`);
    if (value) (stays ? localStorage : sessionStorage).setItem(`p1.${name}`, value);
  } catch {
    // The browser refuses to store anything. The value is in `memory` only.
  }
}
