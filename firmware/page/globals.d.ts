declare module "*.svg" {
  const text: string;
  export default text;
}
/** Whether esbuild serves the page from source. */
declare const DEVELOPING: boolean;
declare module "*.css" {
  const text: string;
  export default text;
}
