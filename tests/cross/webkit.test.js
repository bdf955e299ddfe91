// WebKitGTK: the core of the browser tests, and what only it does.

import { core } from "../browser/core.js";
import { startWebKit } from "./webkit.js";

core("WebKit", startWebKit);
