// Input of a real display in Chromium; other browsers have the same tests among those of core.js.

import { after, afterEach, before } from "node:test";
import { cleanUp, endAllSince, startBrowser, startDisplay, startedSoFar } from "./harness.js";
import { realInput } from "./real-input.js";

let display;
let browser;
let mark;

before(async () => {
  ({ display } = await startDisplay({ size: "1200x900", manager: true }));
  browser = await startBrowser(display);
  mark = startedSoFar();
});
afterEach(async () => await endAllSince(mark));
after(cleanUp);

// Playwright has every page believe that it has the focus; element.test.js has F6 in Chromium.
realInput("Chromium", () => ({ display, page: async () => await browser.window() }), { losesFocus: false });
