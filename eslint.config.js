/** Lint rules for the page's sources. Types and undefined names are left to `tsc`, which reads the page's JSDoc. */

import js from "@eslint/js";
import stylistic from "@stylistic/eslint-plugin";
import baseline from "eslint-plugin-baseline-js";

// A feature is allowed if all browsers had it by the end of that year. The oldest browsers that the page supports are
// of spring 2023: "browserslist" in package.json.
const BASELINE_YEAR = 2022;

export default [
  {
    files: ["firmware/page/**/*.js", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { "@stylistic": stylistic, "baseline-js": baseline },
    rules: {
      ...js.configs.recommended.rules,
      "no-undef": "off", // left to tsc
      "baseline-js/use-baseline": ["error", {
        available: BASELINE_YEAR,
        includeWebApis: { preset: "auto" },
        includeJsBuiltins: { preset: "auto" },
        ignoreFeatures: [
          "abortsignal-timeout", // dated 2024, because older Chrome names its error otherwise: nothing reads the name
          "top-level-await", // dated 2026, because older Safari fails when two modules import the one that awaits
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
    rules: { "@stylistic/max-len": "off" }, // a sentence stays on one line
  },
];
