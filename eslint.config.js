/** Lint rules for the page's sources. Types and undefined names are left to `tsc`, which reads the page's JSDoc. */

import css from "@eslint/css";
import js from "@eslint/js";
import stylistic from "@stylistic/eslint-plugin";
import baseline from "eslint-plugin-baseline-js";
import html from "eslint-plugin-html";
import { missingMembers, supportedFeatures } from "./scripts/tools/oldest_browsers.js";

// The page supports the browsers of "browserslist" in package.json, such as Safari 15.4 and Chrome 90. ESLint refuses
// functions and styles that one of these browsers lacks. New syntax is not refused, because the build translates it.
const OLDEST_BROWSERS = {
  "baseline-js/use-baseline": ["error", {
    available: 1995, // earlier than any feature, so that the list below decides
    includeWebApis: { preset: "auto" },
    includeJsBuiltins: { preset: "auto" },
    ignoreFeatures: [
      ...supportedFeatures,
      "top-level-await", // older Safari fails only if two modules import a module that uses it
    ],
  }],
  // use-baseline does not know the type of an object. Therefore this rule refuses a member by its name, on any object.
  "no-restricted-properties": ["error", ...missingMembers()
    .filter((name) => name !== "connection") // of the page's state, and of Navigator in Chrome
    .map((property) => ({ property, message: "The oldest browsers of package.json lack it." }))],
};

export default [
  {
    files: ["firmware/page/**/*.js", "scripts/tools/*.js", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { "@stylistic": stylistic, "baseline-js": baseline },
    rules: {
      ...js.configs.recommended.rules,
      "no-undef": "off", // tsc checks undefined names
      ...OLDEST_BROWSERS,
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
  {
    files: ["firmware/page/*.html"],
    plugins: { html, "baseline-js": baseline },
    rules: OLDEST_BROWSERS,
  },
  {
    files: ["firmware/page/**/*.css"],
    language: "css/css",
    plugins: { css },
    rules: {
      "css/use-baseline": ["error", {
        // Allow the styles that all browsers of 2020 had, because the browsers of package.json are newer. Also allow
        // the newer styles below. The browsers of package.json have these styles, or only look plainer without them.
        available: 2020,
        allowProperties: [
          "color-scheme", "inset", "padding-inline", "scroll-padding",
          "accent-color", "outline", "text-wrap",
        ],
        allowPropertyValues: { "overflow-wrap": ["anywhere"] },
        allowSelectors: ["backdrop", "focus-visible", "is"],
      }],
    },
  },
];
