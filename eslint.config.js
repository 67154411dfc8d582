/** Lint rules for the page's sources. Types and undefined names are left to `tsc`, which reads the page's JSDoc. */

import js from "@eslint/js";
import stylistic from "@stylistic/eslint-plugin";
import baseline from "eslint-plugin-baseline-js";

// ESLint allows a web feature if all browsers had the feature by the end of 2022. The oldest browsers that the page
// supports date from spring 2023. "browserslist" in package.json lists these browsers.
const BASELINE_YEAR = 2022;

export default [
  {
    files: ["firmware/page/**/*.js", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { "@stylistic": stylistic, "baseline-js": baseline },
    rules: {
      ...js.configs.recommended.rules,
      "no-undef": "off", // tsc checks undefined names
      "baseline-js/use-baseline": ["error", {
        available: BASELINE_YEAR,
        includeWebApis: { preset: "auto" },
        includeJsBuiltins: { preset: "auto" },
        ignoreFeatures: [
          // Baseline lists AbortSignal.timeout() under 2024, because its error has another name in older Chrome.
          // The page does not read the name of this error.
          "abortsignal-timeout",
          // Baseline lists top-level await under 2026, because older Safari fails if two modules import a third module
          // with top-level await.
          "top-level-await",
        ],
      }],
      "eqeqeq": ["error", "always", { null: "ignore" }],
      "no-shadow": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "sort-imports": ["error", { ignoreCase: true, ignoreDeclarationSort: true }],
      "@stylistic/arrow-parens": "error",
      "@stylistic/comma-dangle": ["error", "always-multiline"],
      "@stylistic/eol-last": "error",
      "@stylistic/indent": ["error", 2],
      "@stylistic/max-len": ["error", 120],
      "@stylistic/no-trailing-spaces": "error",
      "@stylistic/quotes": ["error", "double", { avoidEscape: true }],
      "@stylistic/semi": "error",
    },
  },
  {
    files: ["firmware/page/i18n/*.js"],
    rules: { "@stylistic/max-len": "off" }, // each translated text stays on one line
  },
];
