/** What is around a recording; style-base.js comes before it. */
export default /* css */ `
:is(#controls, #speeds, #heading, #preview) {
  color: var(--text);
  /* 13 px, unless the browser's settings say that text is to be larger. */
  font: var(--framecast-font, small/1.4 system-ui, sans-serif);
  letter-spacing: normal;
  text-align: start;
  text-transform: none;
  text-size-adjust: 100%;
  -webkit-user-select: none;
  user-select: none;
}

#controls,
#speeds,
#heading,
#notice {
  border: 1px solid var(--line);
  background: var(--surface);
  box-shadow: var(--shadow);
  -webkit-backdrop-filter: blur(14px) saturate(1.4);
  backdrop-filter: blur(14px) saturate(1.4);
}

#controls,
#heading {
  transition: opacity 0.3s;
}

/* While it plays and nobody does anything. Goes slowly, comes at once. */
.quiet:is(#controls, #heading) {
  opacity: 0;
  pointer-events: none;
}

#view.quiet {
  cursor: none;
}

#controls {
  position: absolute;
  z-index: 2;
  right: max(8px, env(safe-area-inset-right));
  bottom: max(8px, env(safe-area-inset-bottom));
  left: max(8px, env(safe-area-inset-left));
  display: flex;
  align-items: center;
  gap: 4px;
  box-sizing: border-box;
  /* A picture that is very wide needs no time line that is. */
  max-width: 72em;
  height: 3.1em;
  margin-inline: auto;
  padding: 0 6px;
  border-radius: 14px;
  white-space: nowrap;
}

#controls > button {
  display: grid;
  flex: none;
  place-items: center;
  min-width: 2.3em;
  height: 2.3em;
  padding: 0;
  border-radius: 1.15em;
  color: var(--text-quiet);
  transition: background-color 0.15s, color 0.15s;
}

#controls > #play {
  color: var(--text);
}

#controls > #speed {
  min-width: 3.2em;
  font-weight: 600;
  font-variant-numeric: tabular-nums;
}

#controls > button:hover,
#controls > [aria-expanded="true"] {
  background: var(--hover);
  color: var(--text);
}

:is(#controls > button, #begin) svg {
  width: 1.23em;
  height: 1.23em;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.4;
  stroke-linecap: round;
  stroke-linejoin: round;
}

:is(#controls > #play, #begin) svg {
  fill: currentColor;
  stroke-width: 1;
}

#play[data-playing="false"] .pause,
#play[data-playing="true"] svg:not(.pause) {
  display: none;
}

#time {
  flex: none;
  padding: 0 6px;
  font-variant-numeric: tabular-nums;
}

#time-all {
  color: var(--text-quiet);
}

#time-all::before {
  content: "/";
  margin: 0 0.35em;
}

/* The time line: where much changed it is high. */

#timeline {
  position: relative;
  flex: 1;
  min-width: 3em;
  align-self: stretch;
  margin: 0 6px;
  cursor: pointer;
  touch-action: none;
  -webkit-tap-highlight-color: transparent;
}

#timeline:focus {
  outline: none;
}

.rail {
  position: absolute;
  inset: 0;
  --played: 0%;
}

.rail > * {
  position: absolute;
  pointer-events: none;
}

.strip {
  bottom: calc(50% + 2px);
  left: 0;
  width: 100%;
  height: calc(50% - 7px);
  fill: var(--text-quiet);
  opacity: 0.32;
}

.strip.played {
  fill: var(--accent);
  opacity: 0.6;
  clip-path: inset(0 calc(100% - var(--played)) 0 0);
}

.line {
  top: calc(50% - 2px);
  left: 0;
  right: 0;
  height: 4px;
  border-radius: 2px;
  background:
    linear-gradient(var(--accent), var(--accent)) 0 0 / var(--played) 100% no-repeat,
    color-mix(in srgb, var(--text-quiet) 45%, transparent);
}

.knob {
  top: calc(50% - 6.5px);
  left: var(--played);
  width: 13px;
  height: 13px;
  margin-left: -6.5px;
  border-radius: 50%;
  background: var(--accent);
  /* Seen where colors are taken away. */
  border: 1px solid transparent;
  box-sizing: border-box;
  transition: scale 0.15s;
}

#timeline:is(:hover, .dragged) .knob {
  scale: 1.25;
}

#timeline:focus-visible .knob {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}

#preview {
  position: absolute;
  bottom: calc(100% + 8px);
  left: 0;
  display: grid;
  justify-items: center;
  gap: 3px;
  padding: 4px;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--panel);
  box-shadow: var(--shadow);
  font-variant-numeric: tabular-nums;
  pointer-events: none;
}

#preview canvas {
  display: block;
  border-radius: 6px;
}

#preview canvas[width="0"] {
  display: none;
}

#preview span {
  padding: 0 4px;
}

#speeds {
  position: absolute;
  z-index: 3;
  right: max(8px, env(safe-area-inset-right));
  bottom: calc(max(8px, env(safe-area-inset-bottom)) + 3.1em + 8px);
  display: grid;
  box-sizing: border-box;
  max-height: calc(100% - 3.1em - 24px);
  overflow-y: auto;
  padding: 4px;
  border-radius: 14px;
  background: var(--panel);
}

#speeds button {
  min-width: 5.2em;
  padding: 0.28em 0.8em;
  border-radius: 9px;
  font-variant-numeric: tabular-nums;
  text-align: end;
}

#speeds button:hover {
  background: var(--hover);
}

#speeds [aria-checked="true"] {
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
}

/* What it is, and what is wrong with it. */

#heading {
  position: absolute;
  z-index: 2;
  top: max(8px, env(safe-area-inset-top));
  left: max(8px, env(safe-area-inset-left));
  box-sizing: border-box;
  max-width: calc(100% - 16px);
  margin: 0;
  padding: 5px 12px;
  border-radius: 14px;
  overflow-wrap: anywhere;
}

#heading-title {
  font-weight: 600;
}

#heading-detail {
  color: var(--text-quiet);
}

#heading-title:not(:empty) + #heading-detail:not(:empty) {
  margin-inline-start: 0.8em;
}

#begin {
  position: absolute;
  z-index: 1;
  inset: 0;
  display: grid;
  place-items: center;
  width: 4.6rem;
  height: 4.6rem;
  margin: auto;
  padding: 0;
  border-radius: 50%;
  background: var(--accent);
  box-shadow: var(--shadow);
  color: var(--on-accent);
  font-size: 1.75rem;
  transition: scale 0.15s;
}

#begin:hover {
  scale: 1.06;
}

/* A narrow element: the time line has a row of its own. */
@container (max-width: 27rem) {
  #controls {
    flex-wrap: wrap;
    height: auto;
    padding: 0 6px 3px;
    gap: 0 2px;
  }

  #timeline {
    order: -1;
    flex: 1 0 calc(100% - 16px);
    height: 2.3em;
    margin: 0 8px;
  }

  #time {
    flex: 1;
  }

  #speeds {
    bottom: calc(max(8px, env(safe-area-inset-bottom)) + 5em + 8px);
    max-height: calc(100% - 5em - 24px);
  }

  #begin {
    width: 3.4rem;
    height: 3.4rem;
    font-size: 1.3rem;
  }
}

@container (max-width: 13rem) {
  #time-all,
  #controls > #speed {
    display: none;
  }
}

@media (pointer: coarse) {
  #controls > button {
    min-width: 2.8em;
    height: 2.8em;
  }

  #speeds button {
    padding-block: 0.6em;
  }
}

@media (prefers-reduced-transparency: reduce), (prefers-contrast: more), (forced-colors: active) {
  :is(#controls, #speeds, #heading, #notice) {
    background: Canvas;
    -webkit-backdrop-filter: none;
    backdrop-filter: none;
  }
}

@media (forced-colors: active) {
  .line {
    background: linear-gradient(Highlight, Highlight) 0 0 / var(--played) 100% no-repeat, GrayText;
    forced-color-adjust: none;
  }

  .knob {
    background: Highlight;
    forced-color-adjust: none;
  }

  .strip,
  .strip.played {
    fill: CanvasText;
  }

  #speeds [aria-checked="true"] {
    forced-color-adjust: none;
    background: Highlight;
    color: HighlightText;
  }
}
`;
