// WebKitGTK's MiniBrowser as the system has it (Debian's webkit2gtk-driver), driven over WebDriver
// (https://w3c.github.io/webdriver/): one HTTP request per command.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { atCleanUp, freePort, start, until } from "../browser/harness.js";
import { Page } from "../browser/webdriver/page.js";

const DRIVER = process.env.WEBKIT_DRIVER ?? "WebKitWebDriver";
const LIBRARIES = "/usr/lib";

/** Debian keeps it beside the library, in a folder named after the machine and the library's version. */
function miniBrowser() {
  if (process.env.WEBKIT) return process.env.WEBKIT;
  for (const machine of readdirSync(LIBRARIES)) {
    for (const version of ["webkitgtk-6.0", "webkit2gtk-4.1"]) {
      const path = join(LIBRARIES, machine, version, "MiniBrowser");
      if (existsSync(path)) return path;
    }
  }
  throw new Error(`no MiniBrowser below ${LIBRARIES}; install webkit2gtk-driver, or name it in WEBKIT`);
}

/** WebKit on a display, which it needs. */
export async function startWebKit({ display }) {
  return new WebKit(display);
}

class WebKit {
  #display;

  constructor(display) {
    this.#display = display;
  }

  /** A new page, in a browser and with a driver of its own: a driver has one session. */
  async page({ width, height } = {}) {
    const address = await startDriver(this.#display);
    const send = (method, path, body) => command(address, method, path, body);
    const options = { binary: miniBrowser(), args: ["--automation"] };
    const alwaysMatch = { "webkitgtk:browserOptions": options, acceptInsecureCerts: false };
    const { sessionId, capabilities } = await send("POST", "/session", { capabilities: { alwaysMatch } });
    const session = (method, path, body) => send(method, `/session/${sessionId}${path}`, body);
    let open = true;
    const close = async () => {
      if (!open) return;
      open = false;
      await session("DELETE", "");
    };
    atCleanUp(close);
    const driver = {
      version: capabilities.browserVersion,
      navigate: async (url) => await session("POST", "/url", { url }),
      call: async (source, json) => {
        const script = `const [json, done] = arguments;
          (${source})(json).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
        const { value, error } = await session("POST", "/execute/async", { script, args: [json] });
        if (error) throw new Error(error);
        return value;
      },
      perform: async (actions) => await session("POST", "/actions", { actions }),
      capture: async () => Buffer.from(await session("GET", "/screenshot"), "base64"),
      /** The window is as large as it takes for the page to have that size. */
      resize: async (size) => {
        const around = await session("POST", "/execute/sync", {
          script: "return [outerWidth - innerWidth, outerHeight - innerHeight]",
          args: [],
        });
        await session("POST", "/window/rect", { width: size.width + around[0], height: size.height + around[1] });
      },
      close,
    };
    if (width && height) await driver.resize({ width, height });
    return new Page(driver);
  }
}

async function startDriver(display) {
  const port = await freePort();
  const driver = start(DRIVER, [`--port=${port}`], { display, env: { GDK_BACKEND: "x11" } });
  const address = `http://127.0.0.1:${port}`;
  await until("WebKit's driver listens", async () => {
    if (driver.result) throw new Error(`${DRIVER} ended: ${driver.errors.join("\n")}`);
    const answer = await fetch(`${address}/status`).catch(() => null);
    return answer?.ok;
  });
  return address;
}

async function command(address, method, path, body) {
  const answer = await fetch(`${address}${path}`, { method, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
  return value;
}
