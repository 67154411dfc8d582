/** The reader's choices in this browser. If the browser stores nothing, they last until the page is closed. */

/** @type {Record<string, string>} */
const memory = {};

/**
 * @param {string} name
 * @returns {string} "" if nothing is stored
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
 * @param {string} value "" removes it
 */
export function setStored(name, value) {
  memory[name] = value;
  try {
    if (value) localStorage.setItem(`p1.${name}`, value);
    else localStorage.removeItem(`p1.${name}`);
  } catch {
    // The browser stores nothing.
  }
}
