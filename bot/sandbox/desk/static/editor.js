// A message being edited where it stands.
import { api } from "./api.js";
import { make } from "./dom.js";
import { failed } from "./notice.js";
import { deed } from "./tool.js";
import { toTyped, toWire } from "./wire.js";

export function editor(message, place) {
  const field = make(
    "textarea",
    { class: "field", rows: "2", "aria-label": "Edit the message", value: toTyped(message.text) },
  );
  const save = async () => {
    const text = toWire(field.value.trim());
    if (!text && !message.files?.length) return;
    try {
      if (text !== message.text) await api.send(
        "PATCH",
        "/desk/messages",
        { channel: place.channel, ts: message.ts, text },
      );
      place.onEdit(null);
    } catch (problem) {
      failed(problem);
    }
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") place.onEdit(null);
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    save();
  });
  requestAnimationFrame(() => {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  });
  return make("div", { class: "editor" }, field, make("div", { class: "editor__foot" },
    deed("Cancel", () => place.onEdit(null)),
    deed("Save", save, "button--primary")));
}
