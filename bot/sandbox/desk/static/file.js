// A file in a message.
import { api } from "./api.js";
import { sizeOf } from "./bytes.js";
import { mayDelete } from "./confirm.js";
import { make } from "./dom.js";
import { icon } from "./icon.js";
import { failed } from "./notice.js";
import { fileAddress, picture } from "./picture.js";
import { tool } from "./tool.js";

const BUILD = /\.(ipa|apk|aab|apks|xapk|dmg|pkg|msix|msi|appx|exe|zip)$/i;

async function remove(file) {
  if (!(await mayDelete("Delete this file?", `${file.name} will be gone for everybody.`))) return;
  await api.send("DELETE", `/desk/files/${encodeURIComponent(file.id)}`).catch(failed);
}

export function fileCard(file, { mine }) {
  if (file.deleted) return make(
    "div",
    { class: "file file--gone" },
    icon("bin"),
    make("span", null, "This file was deleted."),
  );
  const href = fileAddress(file.url);
  const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(file.mimetype ?? "");
  const ending = /\.([a-z0-9]{1,5})$/i.exec(file.name ?? "")?.[1]?.toUpperCase();
  return make("div", { class: "file" },
    make(
      "span",
      { class: `file__kind${BUILD.test(file.name ?? "") ? " file__kind--build" : ""}`, "aria-hidden": "true" },
      BUILD.test(file.name ?? "") ? icon("box") : icon("file"),
    ),
    make(
      "span",
      { class: "file__words" },
      make("strong", null, file.name ?? "A file"),
      make("small", null, [ending, sizeOf(file.size)].filter(Boolean).join(" · ")),
    ),
    href ? make(
      "a",
      {
        class: "plain",
        href,
        download: file.name ?? "file",
        rel: "noopener",
        "aria-label": `Download ${file.name}`,
        title: "Download",
      },
      icon("download"),
    ) : null,
    mine ? tool("bin", `Delete ${file.name}`, () => remove(file)) : null,
    isPicture && file.url ? picture({ slack_file: { url: file.thumb || file.url }, alt_text: file.name }) : null);
}
