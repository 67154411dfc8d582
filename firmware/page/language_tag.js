/** Replacement of a browser's language that is no language tag, imported before code that formats numbers. */

try {
  new Intl.NumberFormat(navigator.languages.concat(navigator.language));
} catch {
  // Chromium without a locale reports "en-US@posix", for which Intl throws an error.
  Object.defineProperty(navigator, "language", { value: "en-US" });
  Object.defineProperty(navigator, "languages", { value: ["en-US"] });
}
