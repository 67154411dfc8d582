/** Elements of the page, made in one expression. */

/** @typedef {Node | string | number | null | undefined | false} Part */

/**
 * An element with attributes, listeners (`onclick`) and parts; null, undefined and false leave an attribute or part out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Part | Part[])} parts
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...parts) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else set(made, name, value);
  }
  made.append(...kept(parts));
  return made;
}

/**
 * Put these parts in the place of what an element holds.
 * @param {Element} place
 * @param {...(Part | Part[])} parts
 */
export function fill(place, ...parts) {
  place.replaceChildren(...kept(parts));
}

/**
 * Change a text only when it is another one: a screen reader would read it again.
 * @param {Element} place
 * @param {string} text
 */
export function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/**
 * An icon of the sprite in index.html, which says nothing that words do not.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/**
 * @param {Element} place
 * @param {string} name
 * @param {any} value
 */
function set(place, name, value) {
  if (value === null || value === undefined || value === false) return;
  place.setAttribute(name, value === true ? "" : String(value));
}

/**
 * @param {(Part | Part[])[]} parts
 * @returns {(Node | string)[]}
 */
function kept(parts) {
  return /** @type {any} */ (parts.flat().filter((part) => part !== null && part !== undefined && part !== false))
    .map((/** @type {any} */ part) => (part instanceof Node ? part : String(part)));
}
