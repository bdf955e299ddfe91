// How a program in TypeScript uses the package; package.test.js compiles it against what is installed.

import FramecastView, { type RoleDetail, type Size, type State } from "framecast-viewer";
import widget from "framecast-viewer/afm.js";

const view: FramecastView = document.createElement("framecast-view");
view.src = "http://127.0.0.1:60649/#token=x";
view.fit = "resize";
view.control = "request";
// @ts-expect-error: there is no such fit
view.fit = "stretch";
// @ts-expect-error: the server decides that
view.presenter = true;

view.addEventListener("framecast-state", ({ detail }) => {
  const state: State = detail.state;
  console.log(state, detail.reason.length);
});
document.addEventListener("framecast-role", (event) => {
  const detail: RoleDetail = (event as CustomEvent<RoleDetail>).detail;
  if (detail.canAsk) view.requestControl();
});
view.addEventListener("framecast-clipboard", (event) => {
  event.preventDefault();
  console.log(event.detail.text.trim());
});
view.addEventListener("framecast-open", (event) => {
  event.preventDefault();
  console.log(new URL(event.detail.url).host);
});

view.src = "talk.fcast";
view.currentTime = view.duration / 2;
view.playbackRate = 2;
view.addEventListener("ended", () => view.play());
// @ts-expect-error: play() and pause() do that
view.paused = false;

const found: FramecastView | null = document.querySelector("framecast-view");
const size: Size | null = found?.size ?? null;
const saved: Promise<Blob> = view.snapshot({ exact: true });
const end: () => void = widget.render({
  model: { get: () => "", set() {}, save_changes() {}, on() {}, off() {} },
  el: document.body,
});
export { end, saved, size };
