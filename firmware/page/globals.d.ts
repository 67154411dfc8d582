declare module "*.svg" {
  const text: string;
  export default text;
}
/** True if esbuild serves the page from its sources. */
declare const DEVELOPING: boolean;
declare module "*.css" {
  const text: string;
  export default text;
}
