/**
 * Web app manifest and icons for a phone's home screen. The page is a single file. Therefore this module writes the
 * manifest and the icons as data: URLs. The icons are made from the brand's SVG icon.
 */

import { element } from "./dom.js";
import ICON from "../../docs/brand/icon.svg";

const SIZE = 180;

export function addAppManifest() {
  const svg = `data:image/svg+xml,${encodeURIComponent(ICON)}`;
  const manifest = {
    name: "P1 monitor",
    short_name: "P1",
    start_url: `${location.origin}/`,
    scope: `${location.origin}/`,
    display: "standalone",
    background_color: "#153753",
    theme_color: "#153753",
    icons: [{ src: svg, sizes: "any", type: "image/svg+xml", purpose: "any maskable" }],
  };
  document.head.append(
    element("link", { rel: "icon", href: svg }),
    element("link", {
      rel: "manifest",
      href: `data:application/manifest+json,${encodeURIComponent(JSON.stringify(manifest))}`,
    }));
  // Draw the icon of the home screen as PNG, because iPhones do not accept an SVG icon.
  const image = new Image(SIZE, SIZE);
  image.addEventListener("load", () => {
    const canvas = element("canvas", { width: SIZE, height: SIZE });
    canvas.getContext("2d")?.drawImage(image, 0, 0, SIZE, SIZE);
    document.head.append(element("link", { rel: "apple-touch-icon", href: canvas.toDataURL() }));
  });
  image.src = svg;
}
