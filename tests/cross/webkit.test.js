// WebKitGTK: the core of the browser tests, and what only it does.

import { core } from "../browser/core.js";
import { startWebKit } from "./webkit.js";

// MiniBrowser zooms with the wheel and Control, and the page is not told.
core("WebKit", startWebKit, { ctrlWheel: false });
