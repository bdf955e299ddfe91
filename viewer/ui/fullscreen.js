/**
 * Has the element fill the screen, or no more. A button that the browser, or the site that embeds us, makes useless is hidden.
 *
 * @param {HTMLElement} host
 * @param {HTMLElement} button
 */
export default async function fullscreen(host, button) {
  try {
    if (host.matches(":fullscreen")) await host.ownerDocument.exitFullscreen();
    else await host.requestFullscreen({ navigationUI: "hide" });
  } catch {
    button.hidden = true;
  }
}
