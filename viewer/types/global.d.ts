import type FramecastView from "./framecast-view.js";
import type { ClipboardDetail, OpenDetail, ResizeDetail, RoleDetail, StateDetail, TitleDetail } from "./framecast-view.js";

declare global {
  interface HTMLElementTagNameMap {
    "framecast-view": FramecastView;
  }
  interface HTMLElementEventMap {
    "framecast-state": CustomEvent<StateDetail>;
    "framecast-role": CustomEvent<RoleDetail>;
    "framecast-resize": CustomEvent<ResizeDetail>;
    "framecast-title": CustomEvent<TitleDetail>;
    "framecast-clipboard": CustomEvent<ClipboardDetail>;
    "framecast-open": CustomEvent<OpenDetail>;
  }
}
