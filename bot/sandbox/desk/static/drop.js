// Files dropped anywhere on a pane go to its composer.
import { make } from "./dom.js";
import { icon } from "./icon.js";

export function acceptsDrops(pane, where, take) {
  let depth = 0;
  const veil = make(
    "div",
    { class: "drop", "aria-hidden": "true" },
    icon("box"),
    make("strong", null, `Drop it into ${where}`),
  );
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const leave = () => {
    depth = 0;
    veil.remove();
  };
  pane.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    pane.append(veil);
  });
  pane.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  pane.addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth -= 1;
    if (depth <= 0) leave();
  });
  pane.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    leave();
    take(event.dataTransfer.files);
  });
}
