/** What some people need, over all the rest. */
export default /* css */ `
@media (prefers-reduced-motion: reduce) {
  *,
  *::before,
  *::after {
    transition: none !important;
    animation: none !important;
  }
}

@media (prefers-reduced-transparency: reduce), (prefers-contrast: more), (forced-colors: active) {
  #status.small {
    opacity: 1;
  }

  #status:not(.small),
  #status.small .dot,
  #notice {
    -webkit-backdrop-filter: none;
    backdrop-filter: none;
  }

  #status:not(.small),
  #details,
  #viewers,
  #prompt,
  #offer,
  #visit,
  #note,
  #notice {
    background: Canvas;
  }

  #status.small .dot {
    box-shadow: 0 0 0 3px Canvas;
  }
}

/* Colors of our own are taken away there, and shadows. */
@media (forced-colors: active) {
  .dot {
    border: 1px solid Canvas;
    background: CanvasText;
    forced-color-adjust: none;
  }

  .track > span {
    background: CanvasText;
    forced-color-adjust: none;
  }
}

@media (prefers-contrast: more) {
  :host {
    --text-quiet: var(--text);
    --line: currentcolor;
  }
}
`;
