// The viewer's own files are still there: the element, and what takes a link's token out of the address bar.
import "../framecast-view.js";
import token from "../token.js";

const view = document.getElementById("view");

function update() {
  const does = view.presenter ? "you drive" : view.link === "drive" ? "somebody else drives" : "you watch";
  document.getElementById("state").textContent = view.state === "connected" ? does : view.state;
}

view.addEventListener("framecast-state", update);
view.addEventListener("framecast-role", update);
view.token = token.take(location, history, () => sessionStorage);
view.src = ".";
