/** Choices of the reader, stored in the browser. If storage is refused, the choices last until the page is closed. */

/** @type {Record<string, string>} */
const memory = {};

/**
 * @param {string} name
 * @returns {string} the stored text; "" if there is none
 */
export function getStored(name) {
  try {
    return localStorage.getItem(`p1.${name}`) ?? "";
  } catch {
    return memory[name] ?? "";
  }
}

/**
 * @param {string} name
 * @param {string} value text to store; "" removes the stored text
 */
export function setStored(name, value) {
  memory[name] = value;
  try {
    if (value) localStorage.setItem(`p1.${name}`, value);
    else localStorage.removeItem(`p1.${name}`);
  } catch {
    // The browser refuses storage, so the value is in `memory` only.
  }
}
