/** What this browser keeps of its reader's choices. Where it keeps nothing, they hold until the page is closed. */

/** @type {Record<string, string>} */
const memory = {};

/**
 * @param {string} name
 * @returns {string} "" when nothing was chosen
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
 * @param {string} value "" forgets it
 */
export function setStored(name, value) {
  memory[name] = value;
  try {
    if (value) localStorage.setItem(`p1.${name}`, value);
    else localStorage.removeItem(`p1.${name}`);
  } catch {
    // a browser that keeps nothing
  }
}
