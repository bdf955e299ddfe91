/** The element itself, and the notice over the picture. */
export default /* css */ `
/* The element itself, its colors, and what all parts of it share. */

:host {
  --ground: var(--framecast-background, light-dark(#eceae6, #101214));
  --surface: var(--framecast-surface, light-dark(rgb(255 255 255 / 0.94), rgb(30 33 38 / 0.94)));
  --panel: var(--framecast-panel, light-dark(rgb(255 255 255 / 0.96), rgb(30 33 38 / 0.96)));
  --line: var(--framecast-line, light-dark(rgb(20 22 26 / 0.1), rgb(255 255 255 / 0.1)));
  --text: var(--framecast-text, light-dark(#1b1d21, #eef0f3));
  --text-quiet: var(--framecast-text-quiet, light-dark(#555a62, #b0b6bf));
  --hover: light-dark(rgb(20 22 26 / 0.07), rgb(255 255 255 / 0.1));
  --accent: var(--framecast-accent, light-dark(#2459c8, #7aa7ff));
  --on-accent: var(--framecast-on-accent, light-dark(#fff, #0c1220));
  --presenter: var(--framecast-presenter, light-dark(#1a9c5b, #3fcf8a));
  --observer: var(--framecast-observer, light-dark(#3b74e8, #7aa7ff));
  --offline: var(--framecast-offline, light-dark(#c9821b, #f0b14a));
  --shadow: 0 1px 2px light-dark(rgb(0 0 0 / 0.08), rgb(0 0 0 / 0.4)),
    0 6px 20px light-dark(rgb(0 0 0 / 0.1), rgb(0 0 0 / 0.4));
  --gap: 12px;
  --edge: 4px;

  display: block;
  position: relative;
  isolation: isolate;
  overflow: hidden;
  contain: layout paint;
  container-type: inline-size;
  /* Where nothing else says how large it is. */
  contain-intrinsic-inline-size: 300px;
  background: var(--ground);
}

/* Not the element itself: its em is the page's. */
:is(#status, #details, #viewers, #above, #notice) {
  color: var(--text);
  /* 13 px, unless the browser's settings say that text is to be larger. */
  font: var(--framecast-font, small/1.4 system-ui, sans-serif);
  letter-spacing: normal;
  text-align: start;
  text-transform: none;
  text-size-adjust: 100%;
}

[hidden],
:host([hidden]) {
  display: none !important;
}

/* Where nothing else says how high it is: the picture's own shape. */
#shape {
  aspect-ratio: 4 / 3;
}

#view {
  position: absolute;
  inset: 0;
  overflow: hidden;
}

#view canvas {
  transition: filter 0.3s;
}

/* An old picture should not pass for a live one. */
:host(:is([data-state="idle"], [data-state="lost"], [data-state="refused"], [data-state="ended"])) #view canvas {
  filter: saturate(0.25) brightness(0.7);
}

#view:focus {
  outline: none;
}

/* What screen readers find over the picture, each at its place in logical pixels: the transform makes that of #tree the origin. */
#tree {
  position: absolute;
  overflow: clip;
  transform-origin: 0 0;
  opacity: 0;
  pointer-events: none;
  user-select: none;
}

#tree * {
  position: fixed;
  min-width: 0;
  margin: 0;
  padding: 0;
  border: 0;
  overflow: hidden;
  white-space: pre;
}

/* A text area always counts as :focus-visible; input.js knows who came here by keyboard. */
#view:focus-visible::after,
:host([data-focus="keyboard"]) #view::after {
  content: "";
  position: absolute;
  inset: 0;
  border: 2px solid var(--accent);
  pointer-events: none;
}

button {
  margin: 0;
  border: 0;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
  touch-action: manipulation;
  -webkit-tap-highlight-color: transparent;
}

:is(button, a, input, select):focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: -1px;
}

/* The notice over the picture. */

#notice {
  position: absolute;
  z-index: 1;
  inset: 0;
  display: flex;
  align-items: center;
  flex-wrap: wrap;
  gap: 12px 14px;
  width: max-content;
  max-width: min(calc(100% - 2 * var(--gap)), 31em);
  height: max-content;
  box-sizing: border-box;
  margin: auto;
  padding: 14px 16px;
  border-radius: 14px;
  /* A connection that is there at once needs no notice. */
  animation: appear 0.25s 0.25s both;
}

#notice.busy {
  padding: 8px 14px;
}

/* Where the button has no room beside this width, it goes below. */
#notice:not(.busy) > div {
  flex: 1 1 11.5em;
}

#notice > div {
  min-width: 0;
}

#notice p {
  margin: 0;
  overflow-wrap: break-word;
}

#notice:not(.busy) #notice-title {
  font-size: 1.15em;
  font-weight: 600;
}

#notice-detail {
  color: var(--text-quiet);
  font-variant-numeric: tabular-nums;
}

#notice-detail:empty {
  display: none;
}

#retry {
  flex: none;
  margin-left: auto;
  /* Seen where colors are taken away. */
  border: 1px solid transparent;
  padding: 6px 13px;
  border-radius: 9px;
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
}

#retry:hover {
  filter: brightness(1.08);
}

.pulse {
  flex: none;
  width: 8px;
  height: 8px;
  border-radius: 50%;
  background: var(--offline);
  animation: pulse 1.6s ease-in-out infinite;
}

@container (max-width: 18.7rem) {
  #notice:not(.busy) {
    gap: 4px 10px;
    padding: 8px 12px;
  }

  #notice:not(.busy) #notice-title {
    font-size: inherit;
  }

  #notice:not(.busy) .pulse {
    display: none;
  }
}

@keyframes appear {
  from {
    opacity: 0;
  }
}

@keyframes pulse {
  50% {
    opacity: 0.25;
  }
}

#announcement {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: 0;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
`;
