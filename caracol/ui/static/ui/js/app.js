// Starts every behaviour of the shell, and again on what htmx brings in.
import { startBulk } from "./bulk.js";
import { startCells } from "./cells.js";
import { startDialogs } from "./dialogs.js";
import { startErrors } from "./errors.js";
import { startFields } from "./fields.js";
import { startFolds } from "./folds.js";
import { startGuard } from "./guard.js";
import { startOccupancy } from "./occupancy.js";
import { startColumns, startMenus } from "./menus.js";
import { startPalette } from "./palette.js";
import { startPasskeys } from "./passkeys.js";
import { startPresence } from "./presence.js";
import { startResults } from "./results.js";
import { startShell } from "./shell.js";
import { startShortcuts } from "./shortcuts.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toasts.js";

startTheme();
startShell();
startDialogs();
startPalette();
startShortcuts();
startToasts();
startResults();
startPasskeys();
startPresence();
startFolds();
startMenus();
startCells();

const startParts = (part) => {
  startFields(part);
  startErrors(part);
  startBulk(part);
  startColumns(part);
  startGuard(part);
  startOccupancy(part);
};
startParts(document);
document.body.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) startParts(event.detail.elt);
});
document.documentElement.dataset.ready = "true";
