// What people meet who do not see or point well: axe over every state of the page, focus, what is announced.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, framecast, freePort, newPage, open, probe, save, until, view } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

after(cleanUp);
afterEach(endTest);

/** Ends what still moves or changes its color. */
async function settle(page) {
  await page.evaluate(() => {
    for (const animation of document.querySelector("#view").shadowRoot.getAnimations()) {
      if (animation.effect.getTiming().iterations !== Infinity) animation.finish();
    }
  });
}

/** What axe finds wrong, by all of its rules. */
async function violations(page) {
  await settle(page);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return await page.evaluate(async () => {
    const { violations } = await window.axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.flat().join(" ")}: ${failureSummary}`));
  });
}

/** Nothing is wrong in this state, in light and in dark. */
async function fine(page, state) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await settle(page);
    await save(page, `accessible-${state.replaceAll(" ", "-")}-${colorScheme}`);
    assert.deepEqual(await violations(page), [], `${state}, ${colorScheme}`);
  }
}

const focused = (page) =>
  page.evaluate(() => {
    const { activeElement } = document;
    return activeElement?.shadowRoot?.activeElement?.id || activeElement?.shadowRoot?.activeElement?.tagName || activeElement?.tagName;
  });
const said = (page) => page.locator("#announcement").textContent();

/** Everything that was announced from now on. */
async function listen(page) {
  await page.evaluate(() => {
    const region = document.querySelector("#view").shadowRoot.querySelector("#announcement");
    window.heard = [];
    new MutationObserver(() => window.heard.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
  });
  return (text) => until(`"${text}" is announced`, async () => (await page.evaluate(() => window.heard)).some((it) => text.test(it)));
}

test("axe looks inside of the element: it finds a button without a name there, and text that is too pale", async () => {
  const page = await newPage({ width: 800, height: 500 });
  await open(page, await probe(HTTP).link());
  await page.hover("#status");
  await page.evaluate(() => {
    const root = document.querySelector("#view").shadowRoot;
    root.querySelector("#details-show").removeAttribute("aria-label");
    root.querySelector("#details-show").removeAttribute("title");
    root.querySelector("#status").style.background = "#fff";
    root.querySelector("#role").style.color = "#ccc";
  });
  const found = await violations(page);
  assert.ok(found.some((it) => it.startsWith("button-name: #view #details-show")), found.join("\n"));
  assert.ok(found.some((it) => it.startsWith("color-contrast: #view #role")), found.join("\n"));
});

for (const [name, size] of Object.entries({ desk: { width: 900, height: 560 }, phone: { width: 360, height: 640 }, tiny: { width: 240, height: 180 } })) {
  test(`axe finds nothing wrong in any state of the page: ${name}`, async () => {
    const program = framecast([...HTTP, "--control", "request", "--link", "desk=drive", "--link", "lab=drive", "demo", "paint"]);
    const [desk, lab] = await program.links(2);
    const [host, guest] = [await newPage(size), await newPage(size)];
    // A server that takes the connection and says nothing.
    await host.routeWebSocket(/./, () => {});
    await host.goto(desk);
    await until("it connects", async () => (await view(host)).state === "connecting");
    await fine(host, `${name} connecting`);
    await host.unrouteAll();
    await host.close();
    const presenter = await newPage(size);
    await open(presenter, desk, { exact: false });
    await open(guest, lab, { exact: false });
    const show = async (page) => {
      // As somebody who came by keyboard: it stays open.
      await page.evaluate(() => document.querySelector("#view").shadowRoot.querySelector("#status-show").focus());
      await until("it is open", () => page.locator("#status-more").evaluate((more) => !more.hidden));
    };
    await show(presenter);
    await fine(presenter, `${name} presenter`);
    await show(guest);
    await fine(guest, `${name} observer`);
    if (name !== "tiny") {
      await presenter.locator("#details-show").focus();
      await presenter.keyboard.press("Enter");
      await fine(presenter, `${name} details`);
      await presenter.keyboard.press("Escape");
      // A viewer that nobody looks at is told in quiet letters.
      const hidden = await newPage(size);
      await open(hidden, lab, { exact: false });
      await hidden.evaluate(() => {
        Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      });
      await presenter.locator("#viewers-show").focus();
      await presenter.keyboard.press("Enter");
      await presenter.waitForSelector("#viewers-list .quiet");
      await presenter.waitForSelector("#links:not([hidden])");
      await fine(presenter, `${name} viewers`);
      await presenter.locator("#link-name").focus();
      await presenter.keyboard.type("guest");
      await presenter.keyboard.press("Enter");
      await presenter.waitForSelector("#link-made:not([hidden])");
      await fine(presenter, `${name} new link`);
      await presenter.keyboard.press("Escape");
    }
    await guest.evaluate(async () => (await import(document.scripts[0].src)).view.requestControl());
    await presenter.waitForSelector("#prompt:not([hidden])");
    await fine(presenter, `${name} request`);
    await fine(guest, `${name} asking`);
    await presenter.locator("#prompt-grant").focus();
    await presenter.keyboard.press("Enter");
    await until("it is granted", async () => (await view(guest)).role === "presenter");
    await fine(presenter, `${name} host without control`);
    await presenter.evaluate(() => {
      const root = document.querySelector("#view").shadowRoot;
      root.querySelector("#note").textContent = "Saved paint 2026-11-28 10.00.00.png";
      root.querySelector("#note").hidden = false;
      root.querySelector("#offer-text").textContent = "some text";
      root.querySelector("#offer").hidden = false;
      root.querySelector("#visit-address").textContent = "https://example.com/";
      root.querySelector("#visit-open").setAttribute("href", "https://example.com/");
      root.querySelector("#visit").hidden = false;
    });
    await fine(presenter, `${name} notes`);
    for (const key of ["ArrowUp", "ArrowLeft"]) {
      await presenter.locator("#status-show").focus();
      await presenter.keyboard.press(key);
      await fine(presenter, `${name} ${key}`);
    }
    await presenter.evaluate(() => document.querySelector("#view").shadowRoot.activeElement.blur());
    // It takes its time, in which another page loses its program.
    const other = framecast([...HTTP, "demo", "paint"]);
    const last = await newPage(size);
    await open(last, await other.link(), { exact: false });
    other.child.kill("SIGKILL");
    await until("it is lost", async () => (await view(last)).state === "lost");
    await fine(last, `${name} lost`);
    await until("it collapses", () => presenter.locator("#status.small").count());
    await fine(presenter, `${name} collapsed`);
    await presenter.evaluate(() => document.querySelector("#view").shadowRoot.querySelector("#status-hide").click());
    await fine(presenter, `${name} hidden`);
    // By hand, as nobody knows its number.
    await presenter.evaluate(async () => {
      const { view } = await import(document.scripts[0].src);
      for (const { number, you } of view.info.clients) if (!you) view.disconnect(number);
    });
    await until("it is sent away", async () => (await view(guest)).state === "refused");
    await fine(guest, `${name} refused`);
    await presenter.evaluate(() => document.querySelector("#view").shadowRoot.querySelector("#viewers-show").click());
    await until("it is listed", () => presenter.locator("#away-list li").count());
    await fine(presenter, `${name} sent away`);
    await program.interrupt();
    await until("it ended", async () => (await view(presenter)).state === "ended");
    await fine(presenter, `${name} ended`);
  });
}

test("Escape closes every panel and gives the focus back, and after Grant by Enter it is still somewhere", async () => {
  const program = framecast([...HTTP, "--control", "request", "--link", "desk=drive", "--link", "lab=drive", "demo", "paint"]);
  const [desk, lab] = await program.links(2);
  const [host, guest] = [await newPage({ width: 900, height: 560 }), await newPage({ width: 900, height: 560 })];
  await open(host, desk, { exact: false });
  for (const name of ["details", "viewers"]) {
    await host.locator("#status-show").focus();
    await host.locator(`#${name}-show`).focus();
    await host.keyboard.press("Enter");
    await host.locator(`#${name}-hide`).focus();
    await host.keyboard.press("Escape");
    assert.equal(await host.locator(`#${name}`).isVisible(), false);
    assert.equal(await focused(host), `${name}-show`);
    // From the button that opened it, too.
    await host.keyboard.press("Enter");
    await host.keyboard.press("Escape");
    assert.equal(await host.locator(`#${name}`).isVisible(), false);
    assert.equal(await focused(host), `${name}-show`);
  }
  await open(guest, lab, { exact: false });
  const heard = await listen(host);
  const ask = () => guest.evaluate(async () => (await import(document.scripts[0].src)).view.requestControl());
  await ask();
  await host.waitForSelector("#prompt:not([hidden])");
  await heard(/^lab .* asks for control/);
  await host.locator("#prompt-grant").focus();
  await host.keyboard.press("Escape");
  assert.equal(await host.locator("#prompt").isVisible(), false);
  assert.equal(await focused(host), "viewers-show");
  await guest.evaluate(async () => (await import(document.scripts[0].src)).view.releaseControl());
  await until("it is withdrawn", () => host.evaluate(async () => (await import(document.scripts[0].src)).view.info.clients.every(({ asks }) => !asks)));
  await ask();
  await host.waitForSelector("#prompt:not([hidden])");
  await host.locator("#prompt-grant").focus();
  await host.keyboard.press("Enter");
  await until("it is granted", async () => (await view(guest)).role === "presenter");
  await until("the prompt is gone", async () => !(await host.locator("#prompt").isVisible()));
  assert.notEqual(await focused(host), "BODY");
  // So does a button that has no more to do.
  await host.locator("#ask").focus();
  await host.keyboard.press("Enter");
  await until("it drives", async () => (await view(host)).role === "presenter");
  await until("the button is gone", async () => !(await host.locator("#ask").isVisible()));
  assert.notEqual(await focused(host), "BODY");
});

test("what happens is announced: connected, who comes and goes, control, the loss and the return", async () => {
  const port = await freePort();
  const start = () => framecast(["--backend", "http", "--listen", `127.0.0.1:${port}`, "--no-auth", "demo", "paint"]);
  let program = start();
  const page = await newPage();
  await open(page, await program.link(), { exact: false });
  await until("it is announced", async () => /^Connected as presenter/.test(await said(page)));
  const heard = await listen(page);
  const other = await newPage();
  await open(other, `http://127.0.0.1:${port}/`, { exact: false });
  await heard(/ joined\.$/);
  await other.close();
  await heard(/ left\.$/);
  program.child.kill("SIGKILL");
  await heard(/^Connection lost/);
  await program.ended;
  program = start();
  await program.link();
  await heard(/^Connected as presenter/);
  await program.interrupt();
  await heard(/^The application ended/);
});

test("text follows the browser's font size, and nothing is cut off", async () => {
  const page = await newPage({ width: 900, height: 560 });
  await open(page, await probe(HTTP).link());
  const sizes = () =>
    page.evaluate(() => {
      const root = document.querySelector("#view").shadowRoot;
      return ["role", "status", "save"].map((id) => {
        const element = root.getElementById(id);
        return id === "role" ? parseFloat(getComputedStyle(element).fontSize) : element.getBoundingClientRect().height;
      });
    });
  await page.hover("#status");
  const before = await sizes();
  const client = await page.context().newCDPSession(page);
  await client.send("Page.enable");
  await client.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
  await page.hover("#status");
  const after = await sizes();
  after.forEach((size, index) => assert.ok(size > 1.7 * before[index] && size < 2.3 * before[index], `${before} became ${after}`));
  await fine(page, "large text");
});
