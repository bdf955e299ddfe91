// Firefox as the system has it (Debian's firefox-esr), driven over WebDriver BiDi, which it speaks itself.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atCleanUp, start, until } from "../harness.js";
import { Bidi } from "./bidi.js";
import { Page } from "./page.js";

const FIREFOX = process.env.FIREFOX ?? "firefox-esr";

/** Besides what Firefox sets itself while it is driven: nothing is asked of the network, nothing is shown at the start. */
const PREFS = {
  "browser.aboutwelcome.enabled": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "browser.tabs.warnOnClose": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "toolkit.telemetry.enabled": false,
};

/**
 * Starts Firefox, without windows or on a display. `prefs` are those of about:config, and come on top of ours:
 * `startFirefox({ prefs: { "privacy.resistFingerprinting": true } })`.
 */
export async function startFirefox({ display, prefs = {} } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "framecast-firefox-"));
  atCleanUp(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10 }));
  const lines = Object.entries({ ...PREFS, ...prefs }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, "user.js"), lines.join(""));
  const args = ["--profile", profile, "--no-remote", "--remote-debugging-port=0"];
  if (!display) args.push("--headless");
  const program = start(FIREFOX, args, { display });
  const address = await until("Firefox listens", () => {
    if (program.result) throw new Error(`Firefox ended: ${program.errors.join("\n")}`);
    const line = program.errors.find((text) => text.includes("WebDriver BiDi listening on"));
    return line?.match(/ws:\S+/)?.[0];
  });
  const bidi = await Bidi.connect(address);
  const firefox = new Firefox(bidi);
  await bidi.send("session.subscribe", { events: ["log.entryAdded"] });
  return firefox;
}

class Firefox {
  #bidi;
  #pages = new Map();

  constructor(bidi) {
    this.#bidi = bidi;
    bidi.listen((method, params) => {
      if (method !== "log.entryAdded" || params.level !== "error") return;
      this.#pages.get(params.source.context)?.problems.push(params.text);
    });
  }

  /**
   * A new page. With `width`, `height` and `ratio` it has that size, whatever its window's; with `own` it is in a
   * window and a profile of its own.
   */
  async page({ width, height, ratio, own = true } = {}) {
    const bidi = this.#bidi;
    const place = own ? { userContext: (await bidi.send("browser.createUserContext")).userContext } : {};
    const { context } = await bidi.send("browsingContext.create", { type: own ? "window" : "tab", ...place });
    const driver = {
      navigate: async (url) => await bidi.send("browsingContext.navigate", { context, url, wait: "complete" }),
      call: async (functionDeclaration, json) => {
        const { type, result, exceptionDetails } = await bidi.send("script.callFunction", {
          functionDeclaration,
          arguments: [{ type: "string", value: json }],
          target: { context },
          awaitPromise: true,
          userActivation: false,
        });
        if (type !== "success") throw new Error(exceptionDetails.text);
        return result.value;
      },
      perform: async (actions) => await bidi.send("input.performActions", { context, actions }),
      capture: async () => {
        const { data } = await bidi.send("browsingContext.captureScreenshot", { context, origin: "viewport" });
        return Buffer.from(data, "base64");
      },
      resize: async (size) => {
        const viewport = { width: size.width, height: size.height };
        const devicePixelRatio = size.ratio ?? ratio ?? null;
        await bidi.send("browsingContext.setViewport", { context, viewport, devicePixelRatio });
      },
      close: async () => {
        if (this.#pages.delete(context)) await bidi.send("browsingContext.close", { context });
      },
    };
    const page = new Page(driver);
    this.#pages.set(context, page);
    // Else it goes on to look for its program, in a window that stays.
    atCleanUp(driver.close);
    if (width && height) await driver.resize({ width, height });
    return page;
  }
}
