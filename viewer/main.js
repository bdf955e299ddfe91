import "./framecast-view.js";
import token from "./core/transport/token.js";
import views from "./core/views.js";
import words from "./ui/words.js";

const element = /** @type {import("./framecast-view.js").default} */ (document.getElementById("view"));

function takeToken() {
  return token.take(location, history, () => sessionStorage);
}

element.token = takeToken();
// The WebSocket is at the page's own directory, whatever that is called from outside; others are at the addresses of `--also`.
element.src = `. ${element.dataset.also ?? ""}`;
element.connect();
/** For people with a console, and for tests. */
export const view = /** @type {import("./core/view.js").default} */ (views.get(element));

// Another link to this page was opened in this tab.
window.addEventListener("hashchange", () => {
  const other = token.parse(location.hash).token && takeToken();
  if (other) element.token = other;
});

function tab() {
  const { title } = view.info;
  document.title = words(view.info).tab;
  const heading = document.getElementById("title");
  if (heading && heading.textContent !== (title || "framecast")) heading.textContent = title || "framecast";
}

view.addEventListener("change", tab);
tab();
