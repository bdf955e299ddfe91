// What a page shows against what it should show, to the last bit: the page's own checksum against the picture that a
// client of the older protocol is sent, which is made in another way.

import { crc32 } from "node:zlib";
import { PNG } from "pngjs";
import { until } from "./harness.js";

/** Has the page look at its own server in the older protocol, too, and keep the exact pictures until they are read. */
export async function watchWhole(page) {
  await page.evaluate(() => {
    const kept = (window.kept = []);
    const socket = new WebSocket(location.href.replace("http", "ws"));
    socket.binaryType = "arraybuffer";
    let head = null;
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") {
        head = JSON.parse(data);
        return;
      }
      const { index, timestamp, mimetype } = head;
      socket.send(JSON.stringify({ type: "_framefeedback", index, timestamp, localtime: Date.now() / 1000 }));
      if (mimetype !== "image/png") return;
      const bytes = new Uint8Array(data);
      let text = "";
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      kept.push(btoa(text));
    };
  });
}

/** The checksum of the colors of `png`, as the page's own. */
export function checksum({ data }) {
  const colors = Buffer.alloc((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) data.copy(colors, to, from, from + 3);
  return crc32(colors).toString(16).padStart(8, "0");
}

/** The checksums of the exact pictures so far; each picture is read once. */
async function truths(page) {
  const kept = await page.evaluate(() => window.kept.splice(0));
  page.truths ??= [];
  for (const base64 of kept) page.truths.push(checksum(PNG.sync.read(Buffer.from(base64, "base64"))));
  return page.truths;
}

/** Waits until the page shows exactly a picture that is known to be right; its proof. */
export async function proven(page, seen = new Set()) {
  return await until("an exact picture whose checksum is right", async () => {
    const proof = await page.evaluate(async () => (await import(document.scripts[0].src)).view.proof());
    return (await truths(page)).includes(proof.crc) && proof.exact && !seen.has(proof.crc) && proof;
  });
}
