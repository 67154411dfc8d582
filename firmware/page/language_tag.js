/** Correction of invalid language tags from the browser. Import this module before modules that format numbers. */

try {
  new Intl.NumberFormat(navigator.languages.concat(navigator.language));
} catch {
  // Chromium without a locale reports "en-US@posix". Intl throws an error for this language tag.
  const tags = navigator.languages.map((name) => /^[a-z]{2}(-[a-z]{2})?\b/i.exec(name)?.[0] ?? "en");
  Object.defineProperty(navigator, "language", { value: tags[0] });
  Object.defineProperty(navigator, "languages", { value: tags });
}
