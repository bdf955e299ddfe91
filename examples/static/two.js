// The addresses of the two canvases stand in this page's own: two.html#left=LINK&right=LINK. A page that always shows
// the same ones has them in its `src` attributes, and imports the element by a plain script tag.
const links = new URLSearchParams(location.hash.slice(1));
const views = ["left", "right"].map((id) => document.getElementById(id));
const first = links.get("left");

for (const view of views) {
  const line = document.querySelector(`.state[data-for="${view.id}"]`);
  const button = document.querySelector(`button[data-for="${view.id}"]`);
  const tell = () => {
    const words = { idle: "no link in this page's address", connected: view.presenter ? "you drive" : "you watch" };
    line.textContent = `${view.caption || "a canvas"}: ${words[view.state] ?? view.state}`;
  };
  for (const event of ["framecast-state", "framecast-role", "framecast-title"]) view.addEventListener(event, tell);
  if (button) {
    view.addEventListener("framecast-role", ({ detail }) => (button.hidden = !detail.canAsk));
    button.addEventListener("click", () => view.requestControl());
    button.hidden = true;
  }
  if (links.has(view.id)) view.src = links.get(view.id);
}

// The element itself comes from one of the programs; from npm it would be `import "framecast-viewer"`. It is code, and
// anybody can write an address: run it only from this page's own host and from this machine.
const HOSTS = [location.hostname, "localhost", "127.0.0.1", "[::1]"];
if (first && HOSTS.includes(new URL(first).hostname)) await import(new URL("framecast-view.js", first).href);
