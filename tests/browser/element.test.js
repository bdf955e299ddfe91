// <framecast-view> in pages of other origins.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { crc32 } from "node:zlib";
import { PNG } from "pngjs";
import { cleanUp, endTest, framecast, newPage, open, picture, pixel, probe, root, save, shot, stats, until, view } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const TYPES = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript" };
/** As strict as a page can be, and what the element needs beside it: the two programs. */
const strict = (...servers) =>
  [
    "default-src 'none'; style-src 'self'; base-uri 'none'; require-trusted-types-for 'script'",
    `script-src 'self' ${servers.join(" ")}`,
    `connect-src ${servers.map((server) => server.replace("http", "ws")).join(" ")}`,
  ].join("; ");

const servers = [];

after(cleanUp);
afterEach(async () => {
  await endTest();
  for (const server of servers.splice(0)) server.close();
});

/** Another server, of pages: what it serves by path, and what it answers with besides. Its origin. */
async function site(files, headers = () => ({})) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const body = files[path];
    if (body === undefined) return response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    response.writeHead(200, { "content-type": TYPES[path.split(".").at(-1)] ?? TYPES.html, ...headers() }).end(body);
  });
  servers.push(server.listen(0, "127.0.0.1"));
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://localhost:${server.address().port}`;
}

/** A page with `body`, and the element from `link`'s program. */
function withElement(body, link) {
  return `<!doctype html><title>mine</title>${body}<script type="module" src="${new URL("framecast-view.js", link).href}"></script>`;
}

/** What an element of a page says. */
async function told(page, selector = "framecast-view") {
  return await page.evaluate((at) => ({ ...document.querySelector(at).dataset }), selector);
}

/** Waits for a picture in an element. */
async function shown(page, selector = "framecast-view") {
  return await until(`an exact picture in ${selector}`, async () => {
    const state = await told(page, selector);
    return state.state === "connected" && state.exact === "true" && state;
  });
}

test("a static page of another origin shows two programs: one it drives, one it watches", async () => {
  const folder = join(root, "examples", "static");
  const links = {};
  const files = Object.fromEntries(["two.html", "two.css", "two.js"].map((name) => [`/${name}`, readFileSync(join(folder, name))]));
  const origin = await site(files, () => ({
    "content-security-policy": strict(...Object.values(links).map((link) => new URL(link).origin)),
  }));
  const left = probe([...HTTP, "--allow-origin", origin, "--title", "left"]);
  const right = framecast([...HTTP, "--allow-origin", origin, "--size", "640x400", "demo", "paint"]);
  Object.assign(links, { left: await left.link(), right: await right.link() });
  const page = await newPage({ width: 1100, height: 640 });
  await page.goto(`${origin}/two.html#left=${links.left}&right=${links.right}`);
  await shown(page, "#left");
  await shown(page, "#right");
  await until("it drives", async () => (await told(page, "#left")).role === "presenter");
  // It has a link to drive, and does not want to.
  const state = await told(page, "#right");
  assert.deepEqual([state.role, state.link], ["observer", "drive"]);
  await until("it is not", async () => (await stats(links.right)).clients.every((client) => !client.presenter));

  const box = await page.locator("#left").boundingBox();
  await until("the canvas follows the element", () =>
    left.events("resize").some((event) => event.pwidth === Math.round(box.width) && event.pheight === 360),
  );
  await page.mouse.click(box.x + 60, box.y + 50);
  await page.keyboard.press("g");
  await until("the key", () => left.events("key_down").some((event) => event.key === "g"));
  const [down] = left.events("pointer_down");
  assert.deepEqual([Math.round(down.x), Math.round(down.y)], [60, 50]);
  await until("it is drawn", async () => pixel(await shot(page), box.x + box.width / 2, box.y + 180) === "0,255,0");
  const other = await page.locator("#right").boundingBox();
  await page.mouse.click(other.x + 100, other.y + 100);
  assert.equal((await stats(links.right)).clients[0].presenter, false);
  assert.match(await page.textContent('.state[data-for="left"]'), /^left: you drive$/);
  await page.mouse.move(5, 5);
  await save(page, "static-two");
  await page.setViewportSize({ width: 360, height: 780 });
  await until("it fits", async () => await page.evaluate(() => document.documentElement.scrollWidth === 360));
  await until("it is drawn so", async () => left.events("resize").at(-1).pwidth === 312);
  await shown(page, "#left");
  await save(page, "static-two-narrow");
  assert.deepEqual(page.problems, []);
});

test("the static page runs nothing that only its address names", async () => {
  const folder = join(root, "examples", "static");
  const files = Object.fromEntries(["two.html", "two.css", "two.js"].map((name) => [`/${name}`, readFileSync(join(folder, name))]));
  const origin = await site(files);
  const page = await newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  // The browser finds this name here, as it would find a stranger's there.
  const stranger = `${origin.replace("localhost", "plots.example.org")}/`;
  await page.goto(`${origin}/two.html#left=${stranger}&right=${stranger}`);
  await page.waitForFunction(() => document.querySelector("#left").src);
  await page.waitForLoadState("networkidle");
  assert.deepEqual(asked.filter((url) => !url.startsWith(`${origin}/`)), []);
  assert.deepEqual(page.problems, []);
});

test("an origin that is not allowed gets neither the element nor the canvas", async () => {
  const program = probe(HTTP);
  const link = await program.link();
  const origin = await site({ "/": withElement(`<framecast-view src="${link}"></framecast-view>`, link) });
  const page = await newPage();
  await page.goto(`${origin}/`);
  await until("it is refused", () => page.problems.some((problem) => problem.includes("framecast-view.js")));
  assert.equal(await page.evaluate(() => customElements.get("framecast-view")), undefined);
  assert.equal((await stats(link)).clients.length, 0);
});

test("the token is in no request's address", async () => {
  const asked = [];
  const files = {};
  const origin = await site(files);
  const program = probe([...HTTP, "--allow-origin", origin]);
  const link = await program.link();
  files["/"] = withElement(`<framecast-view src="${link}"></framecast-view>`, link);
  const page = await newPage();
  page.on("request", (request) => asked.push(request.url()));
  page.on("websocket", (socket) => asked.push(socket.url()));
  await page.goto(`${origin}/`);
  await shown(page);
  assert.ok(asked.some((url) => url.startsWith("ws://")), asked.join(" "));
  assert.ok(!asked.some((url) => url.includes(new URL(link).hash.slice("#token=".length))), asked.join(" "));
});

test("an element with its properties set before its module came is as if they were set after", async () => {
  const files = {};
  const origin = await site(files);
  const program = probe([...HTTP, "--allow-origin", origin]);
  const link = await program.link();
  files["/"] = "<!doctype html><title>mine</title><framecast-view></framecast-view>";
  const page = await newPage();
  await page.goto(`${origin}/`);
  await page.evaluate(async ([src, token, url]) => {
    Object.assign(document.querySelector("framecast-view"), { src, token, control: "none" });
    await import(url);
  }, [link.split("#")[0], new URL(link).hash.slice("#token=".length), new URL("framecast-view.js", link).href]);
  await shown(page);
  assert.equal((await told(page)).role, "observer");
  assert.equal(await page.getAttribute("framecast-view", "control"), "none");
});

test("moved in the page it stays connected, taken out it leaves nothing behind, and it can come back", async () => {
  const files = {};
  const origin = await site(files);
  const program = probe([...HTTP, "--allow-origin", origin]);
  const link = await program.link();
  files["/"] = withElement(`<div id="a"><framecast-view src="${link}"></framecast-view></div><div id="b"></div>`, link);
  const page = await newPage();
  await page.goto(`${origin}/`);
  await shown(page);
  const [{ number }] = (await stats(link)).clients;
  for (const how of ["append", "moveBefore"]) {
    await page.evaluate((move) => {
      const element = document.querySelector("framecast-view");
      const to = document.querySelector(element.parentElement.id === "a" ? "#b" : "#a");
      if (move === "moveBefore" && to.moveBefore) to.moveBefore(element, null);
      else to.append(element);
    }, how);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    assert.equal((await told(page)).state, "connected", how);
    assert.deepEqual((await stats(link)).clients.map((client) => client.number), [number], how);
  }
  await page.evaluate(() => {
    window.element = document.querySelector("framecast-view");
    window.element.remove();
  });
  await until("nobody is there", async () => (await stats(link)).clients.length === 0);
  assert.deepEqual(await page.evaluate(() => [element.state, element.shadowRoot.childNodes.length, element.size]), ["idle", 0, null]);
  await page.evaluate(() => document.body.append(element));
  await shown(page);
  // A page that lets go of it lets go of all of it: no listener, timer or socket holds it.
  await page.evaluate(() => {
    window.there = new WeakRef(window.element);
    window.element.remove();
    delete window.element;
  });
  await until("nobody is there", async () => (await stats(link)).clients.length === 0);
  await until("it is collected", async () => {
    await page.requestGC();
    return await page.evaluate(() => window.there.deref() === undefined);
  });
  assert.deepEqual(page.problems, []);
});

test("what a page does at the very news of it holds", async () => {
  const files = {};
  const origin = await site(files);
  const program = probe([...HTTP, "--allow-origin", origin]);
  const link = await program.link();
  files["/"] = withElement(`<framecast-view></framecast-view>`, link);
  const page = await newPage();
  await page.addInitScript(() => {
    window.sockets = 0;
    window.WebSocket = class extends WebSocket {
      constructor(...of) {
        super(...of);
        window.sockets += 1;
      }
    };
  });
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => customElements.get("framecast-view"));
  const sockets = async () => await page.evaluate(() => window.sockets);
  const at = async (state) =>
    await page.evaluate(
      async ([when, src]) => {
        const element = document.querySelector("framecast-view");
        const states = [];
        await new Promise((resolve) => {
          const heard = ({ detail }) => {
            states.push(detail.state);
            if (detail.state === when) element.disconnect();
            if (detail.state === "idle") resolve();
          };
          element.addEventListener("framecast-state", heard);
          element.src = src;
        });
        return states;
      },
      [state, link],
    );
  assert.deepEqual(await at("connecting"), ["connecting", "idle"]);
  assert.equal(await sockets(), 0);
  await page.evaluate(() => document.querySelector("framecast-view").replaceWith(document.createElement("framecast-view")));
  assert.deepEqual(await at("connected"), ["connecting", "connected", "idle"]);
  await until("nobody is there", async () => (await stats(link)).clients.length === 0);
  // An empty address is none, and not the page's own.
  await page.evaluate(() => {
    window.element = document.querySelector("framecast-view");
    element.replaceWith((element = document.createElement("framecast-view")));
    element.src = "";
    element.connect();
  });
  assert.equal(await page.evaluate(() => element.state), "idle");
  // A document that nobody sees, as libraries make to look for differences.
  await page.evaluate((src) => (element.src = src), link);
  await shown(page);
  await page.evaluate(() => document.implementation.createHTMLDocument("").body.append(element));
  await until("nobody is there", async () => (await stats(link)).clients.length === 0);
  await page.evaluate(() => document.body.append(element));
  await shown(page);
  assert.equal(await sockets(), 3);
  assert.deepEqual(page.problems, []);
});

test("in another document of the page, such as a window of its own, it works as well", async () => {
  const files = {};
  const origin = await site(files);
  const program = probe([...HTTP, "--allow-origin", origin]);
  const link = await program.link();
  files["/"] = withElement(`<framecast-view stats src="${link}" style="width: 300px"></framecast-view><iframe width="340" height="300"></iframe>`, link);
  const page = await newPage({ width: 400, height: 700 });
  await page.goto(`${origin}/`);
  await shown(page);
  await page.evaluate(() => {
    window.element = document.querySelector("framecast-view");
    document.querySelector("iframe").contentDocument.body.append(window.element);
  });
  const state = async () => await page.evaluate(() => ({ ...window.element.dataset }));
  await until("a picture there", async () => (await state()).state === "connected" && (await state()).exact === "true");
  assert.equal((await stats(link)).clients.length, 1);
  const there = page.frameLocator("iframe").locator("framecast-view");
  await there.click({ position: { x: 60, y: 50 } });
  await page.keyboard.press("g");
  await until("the key", () => program.events("key_down").some((event) => event.key === "g"));
  const [{ x, y }] = program.events("pointer_down");
  assert.deepEqual([Math.round(x), Math.round(y)], [64, 53]);
  // Its style came with it.
  assert.equal(await there.locator("#status").evaluate((status) => getComputedStyle(status).position), "absolute");
  assert.deepEqual(page.problems, []);
});

test("a snapshot has exactly the application's pixels, in its own size, also where it is shown small", async () => {
  const files = {};
  const origin = await site(files);
  const program = framecast([...HTTP, "--allow-origin", origin, "--size", "900x500", "demo", "paint"]);
  const link = await program.link();
  files["/"] = withElement(`<framecast-view src="${link}" style="width: 300px"></framecast-view>`, link);
  const page = await newPage({ width: 400, height: 400 });
  await page.goto(`${origin}/`);
  await shown(page);
  const { type, base64, exact, size } = await page.evaluate(async () => {
    const element = document.querySelector("framecast-view");
    const blob = await element.snapshot({ exact: true });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    return { type: blob.type, base64: btoa(text), exact: element.exact, size: element.size };
  });
  assert.deepEqual([type, exact, size], ["image/png", true, { width: 900, height: 500, ratio: 1 }]);
  const png = PNG.sync.read(Buffer.from(base64, "base64"));
  assert.deepEqual([png.width, png.height], [900, 500]);
  // Nobody said how high the element is: it has the picture's shape.
  const box = await page.locator("framecast-view").boundingBox();
  assert.deepEqual([box.width, Math.round(box.height)], [300, 167]);
  // Our own page's proof of the same canvas, which another test holds against the server's.
  const own = await newPage({ width: 900, height: 500 });
  await open(own, link);
  const { crc } = await own.evaluate(async () => (await import(document.scripts[0].src)).view.proof());
  const colors = Buffer.alloc(900 * 500 * 3);
  for (let from = 0, to = 0; to < colors.length; from += 4, to += 3) png.data.copy(colors, to, from, from + 3);
  assert.equal(crc32(colors).toString(16).padStart(8, "0"), crc);
});

test("attributes and calls do what they say, and events tell of it", async () => {
  const files = {};
  const origin = await site(files);
  const [one, other] = [probe([...HTTP, "--allow-origin", origin, "--title", "one"]), probe([...HTTP, "--allow-origin", origin, "--title", "other"])];
  const [link, second] = [await one.link(), await other.link()];
  // The slash at the end may be missing.
  files["/"] = withElement(`<framecast-view style="width: 300px; height: 300px"></framecast-view>`, link);
  const page = await newPage({ width: 400, height: 400 });
  await page.addInitScript(() => {
    window.seen = [];
    for (const name of ["state", "role", "title", "resize"]) {
      document.addEventListener(`framecast-${name}`, ({ type, detail, target }) => window.seen.push([type.slice(10), detail, target.localName]));
    }
  });
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => customElements.get("framecast-view"));
  assert.equal((await told(page)).state, "idle");
  const set = async (values) => await page.evaluate((given) => void Object.assign(document.querySelector("framecast-view"), given), values);
  const call = async (name) => await page.evaluate((method) => void document.querySelector("framecast-view")[method](), name);
  await set({ src: link.replace("/#", "#") });
  await shown(page);
  // As it is: 320 × 240, contained.
  assert.deepEqual(await page.evaluate(() => document.querySelector("framecast-view").size), { width: 320, height: 240, ratio: 1 });
  const canvas = async () => await page.locator("framecast-view canvas").boundingBox();
  const box = await page.locator("framecast-view").boundingBox();
  assert.deepEqual([box.width, box.height], [300, 300]);
  assert.deepEqual(await canvas(), { x: box.x, y: box.y + 37, width: 300, height: 225 });
  await set({ fit: "cover" });
  await until("it covers", async () => (await canvas()).height === 300);
  await set({ fit: "none" });
  await until("pixel by pixel", async () => (await canvas()).width === 320);
  await set({ fit: "resize" });
  await until("the canvas follows", () => one.events("resize").some((event) => event.pwidth === 300 && event.pheight === 300));
  await set({ fit: "contain" });
  await page.evaluate(() => (document.querySelector("framecast-view").style.height = "200px"));
  await set({ control: "none" });
  await until("it gave control up", async () => (await told(page)).role === "observer" && !(await stats(link)).clients[0].presenter);
  await set({ control: "auto" });
  await until("it drives again", async () => (await stats(link)).clients[0].presenter);
  await call("releaseControl");
  await until("it let go", async () => !(await stats(link)).clients[0].presenter);
  await call("requestControl");
  await until("it asked", async () => (await stats(link)).clients[0].presenter);
  await call("disconnect");
  await until("nobody is there", async () => (await stats(link)).clients.length === 0);
  assert.equal((await told(page)).state, "idle");
  await call("connect");
  await shown(page);
  await set({ src: second });
  await until("the other canvas", async () => (await page.evaluate(() => document.querySelector("framecast-view").caption)) === "other");
  await shown(page);
  await until("the one is left", async () => (await stats(link)).clients.length === 0);
  await set({ src: "javascript:alert(1)" });
  await until("it is no address", async () => (await told(page)).state === "refused");
  assert.equal(await page.locator("framecast-view #retry").isVisible(), false);
  await set({ src: second });
  await shown(page);
  // Once shown as it is, it never asks for another size.
  assert.ok(!one.events("resize").some((event) => event.pheight === 200));
  const seen = await page.evaluate(() => window.seen);
  const states = seen.filter(([name]) => name === "state").map(([, detail]) => detail.state);
  assert.deepEqual(states, ["connecting", "connected", "idle", "connecting", "connected", "idle", "connecting", "connected", "refused", "idle", "connecting", "connected"]);
  assert.ok(seen.some(([name, detail]) => name === "role" && detail.presenter && detail.link === "drive"));
  assert.ok(seen.some(([name, detail]) => name === "title" && detail.title === "other"));
  assert.ok(seen.some(([name, detail]) => name === "resize" && detail.size?.width === 320));
  assert.ok(seen.every(([, , target]) => target === "framecast-view"));
  assert.deepEqual(page.problems, []);
});

test("what is scrolled out of sight wants no pictures", async () => {
  const files = {};
  const origin = await site(files);
  const program = probe([...HTTP, "--allow-origin", origin, "spin"]);
  const link = await program.link();
  files["/"] = withElement(`<framecast-view src="${link}" control="none"></framecast-view><p style="height: 3000px"></p>`, link);
  const page = await newPage();
  await page.goto(`${origin}/`);
  const sees = async (visible) => await until(`visible: ${visible}`, async () => (await stats(link)).clients[0]?.visible === visible);
  await sees(true);
  await picture(page, { exact: false });
  await page.evaluate(() => scrollTo(0, 2500));
  await sees(false);
  await page.evaluate(() => scrollTo(0, 0));
  await sees(true);
  const { sequence } = await view(page);
  await picture(page, { exact: false, after: Number(sequence) + 5 });
});

test("its colors are the page's to choose", async () => {
  const files = {};
  const origin = await site(files);
  const program = probe([...HTTP, "--allow-origin", origin]);
  const link = await program.link();
  files["/"] = withElement(`<div><framecast-view stats fit="resize" src="${link}" style="width: 300px"></framecast-view></div>`, link);
  const page = await newPage({ width: 400, height: 300 });
  await page.goto(`${origin}/`);
  await shown(page);
  const colors = async () =>
    await page.evaluate(() => {
      const element = document.querySelector("framecast-view");
      const status = element.shadowRoot.getElementById("status");
      return [getComputedStyle(element).backgroundColor, getComputedStyle(status).color, getComputedStyle(status).fontSize];
    });
  assert.deepEqual(await colors(), ["rgb(236, 234, 230)", "rgb(27, 29, 33)", "13px"]);
  const style = async (property, value) => await page.evaluate((pair) => document.querySelector("div").style.setProperty(...pair), [property, value]);
  await style("color-scheme", "dark");
  assert.deepEqual(await colors(), ["rgb(16, 18, 20)", "rgb(238, 240, 243)", "13px"]);
  await style("--framecast-background", "rgb(1, 2, 3)");
  await style("--framecast-text", "rgb(4, 5, 6)");
  await style("--framecast-font", "16px/1.5 serif");
  assert.deepEqual(await colors(), ["rgb(1, 2, 3)", "rgb(4, 5, 6)", "16px"]);
});

test("by keyboard it is reached, says so, and gets what is typed", async () => {
  const files = {};
  const origin = await site(files);
  const program = probe([...HTTP, "--allow-origin", origin]);
  const link = await program.link();
  files["/"] = withElement(`<button id="before">before</button><framecast-view src="${link}" style="width: 300px"></framecast-view><button id="after">after</button>`, link);
  const page = await newPage({ width: 400, height: 300 });
  await page.goto(`${origin}/`);
  await shown(page);
  await page.evaluate(() => {
    window.keys = [];
    for (const type of ["keydown", "keyup"]) document.addEventListener(type, ({ key }) => window.keys.push(`${type} ${key}`));
  });
  // It takes the keyboard from nobody.
  assert.equal(await page.evaluate(() => document.activeElement.localName), "body");
  await page.keyboard.press("g");
  await page.focus("#before");
  await page.keyboard.press("Tab");
  await until("the ring", async () => (await told(page)).focus === "keyboard");
  await page.keyboard.press("r");
  await until("the key", () => program.events("key_down").length > 0);
  assert.deepEqual(program.events("key_down").map(({ key }) => key), ["r"]);
  // A page with shortcuts on letters does not act on it, too.
  assert.deepEqual(await page.evaluate(() => window.keys), ["keydown g", "keyup g", "keydown Tab", "keyup Tab"]);
  await page.mouse.click(20, 100);
  assert.equal((await told(page)).focus, undefined);
  await page.focus("#before");
  await page.evaluate(() => document.querySelector("framecast-view").focus());
  await page.keyboard.press("b");
  await until("the next key", () => program.events("key_down").length === 2);
  // Whatever the browser has F6 for, one is out of the picture after it, and Tab goes on from there.
  for (const [out, tab, to] of [["F6", "Tab", "after"], ["Shift+F6", "Shift+Tab", "before"]]) {
    await page.evaluate(() => document.querySelector("framecast-view").focus());
    await page.keyboard.press(out);
    assert.equal(await page.evaluate(() => document.activeElement.localName), "body", out);
    await page.keyboard.press(tab);
    assert.equal(await page.evaluate(() => document.activeElement.id), to, out);
  }
  assert.deepEqual(program.events("key_down").map(({ key }) => key), ["r", "b", "Shift"]);
  const name = await page.locator("framecast-view textarea").getAttribute("aria-label");
  assert.match(name, /F6 leaves/);
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const named = nodes.map((node) => `${node.role?.value} ${node.name?.value}`);
  assert.ok(named.includes("group probe") && named.includes("image probe"), named.join("; "));
  assert.deepEqual(page.problems, []);
});

test("the picture is saved under the application's title and the time", async () => {
  const program = probe([...HTTP, "--title", "plots/2: a"]);
  const page = await newPage({ width: 500, height: 300 });
  await open(page, await program.link());
  await page.hover("#status");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  assert.match(download.suggestedFilename(), /^plots 2 a \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/);
  const png = PNG.sync.read(readFileSync(await download.path()));
  assert.deepEqual([png.width, png.height, pixel(png, 10, 10)], [500, 300, "255,0,0"]);
  await page.waitForSelector("#note:not([hidden])");
  assert.match(await page.textContent("#note"), /^Saved plots 2 a .*\.png$/);
  await save(page, "saved");
  assert.deepEqual(page.problems, []);
});
