// Renders every icon the desktop package needs from the SVGs beside it: `npm run icons` in ui/. The results are committed,
// so that a build needs no renderer. Never draws: a change of shape or colour is made in an SVG.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Resvg } = createRequire(new URL("../ui/package.json", import.meta.url))("@resvg/resvg-js");

const here = (name) => new URL(name, import.meta.url);
const png = (svg, size) => new Resvg(readFileSync(here(svg), "utf8"), { fitTo: { mode: "width", value: size } }).render().asPng();
const app = (size) => png(size < 48 ? "app-small.svg" : "app.svg", size);

/** A Windows icon: a directory of PNGs. */
function ico(sizes) {
  const images = sizes.map(app);
  const head = Buffer.alloc(6 + 16 * sizes.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(sizes.length, 4);
  let offset = head.length;
  sizes.forEach((size, at) => {
    const entry = 6 + 16 * at;
    head.writeUInt8(size % 256, entry); // 256 is written as 0
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(images[at].length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += images[at].length;
  });
  return Buffer.concat([head, ...images]);
}

/** An Apple icon: PNGs, each behind its four-letter type and its length. */
function icns(types) {
  const chunk = (type, body) => {
    const head = Buffer.alloc(8);
    head.write(type, "latin1");
    head.writeUInt32BE(body.length + 8, 4);
    return Buffer.concat([head, body]);
  };
  return chunk("icns", Buffer.concat(types.map(([type, size]) => chunk(type, app(size)))));
}

const write = (name, bytes) => writeFileSync(here(name), bytes);

write("32x32.png", app(32));
write("64x64.png", app(64));
write("128x128.png", app(128));
write("128x128@2x.png", app(256));
write("icon.png", app(512));
write("icon.ico", ico([32, 16, 24, 48, 64, 256])); // 32 first: Tauri takes the first as the window's icon
write("icon.icns", icns([["ic11", 32], ["ic12", 64], ["ic07", 128], ["ic13", 256], ["ic08", 256], ["ic14", 512], ["ic09", 512], ["ic10", 1024]]));
for (const name of ["tray", "tray-live", "tray-reveal"]) write(`${name}.png`, png(`${name}.svg`, 32));
