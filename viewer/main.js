import Status from "./status.js";
import token from "./token.js";
import View from "./view.js";

/** Between two looks at the rates, in milliseconds. */
const REFRESH = 500;

// The WebSocket is at the page's own directory, whatever that is called from outside.
const url = new URL(".", location.href);
url.protocol = url.protocol === "https:" ? "wss:" : "ws:";

const root = /** @type {HTMLElement} */ (document.getElementById("view"));
/** For people with a console, and for tests. */
export const view = new View(root, url.href, takeToken());
const status = new Status(view);

function update() {
  document.title = status.update();
}

function takeToken() {
  return token.take(location, history, () => sessionStorage);
}

// Another link to this page was opened in this tab.
window.addEventListener("hashchange", () => {
  const other = token.parse(location.hash).token && takeToken();
  if (other) view.useToken(other);
});
view.addEventListener("change", update);
setInterval(() => document.visibilityState === "visible" && update(), REFRESH);
update();
view.start();
