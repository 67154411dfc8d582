/** Correction of invalid language tags that the browser reports. Import this before code that formats numbers. */

try {
  new Intl.NumberFormat(navigator.languages.concat(navigator.language));
} catch {
  // Chromium without a locale reports "en-US@posix", for which Intl throws an error.
  const tags = navigator.languages.map((name) => /^[a-z]{2}(-[a-z]{2})?\b/i.exec(name)?.[0] ?? "en");
  Object.defineProperty(navigator, "language", { value: tags[0] });
  Object.defineProperty(navigator, "languages", { value: tags });
}
