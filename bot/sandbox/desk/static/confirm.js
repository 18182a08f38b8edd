// "Are you sure?": asked by us for a deletion, or by the bot through a confirm object.
import { freshId, make } from "./dom.js";
import { written } from "./text.js";

function asked({ title, body, yes, no, danger }) {
  return new Promise((resolve) => {
    const id = freshId("confirm");
    const answer = (value) => () => dialog.close(value);
    const dialog = make("dialog", {
      class: "modal modal--small",
      role: "alertdialog",
      "aria-labelledby": `${id}-title`,
      "aria-describedby": `${id}-body`,
    },
      make("div", { class: "modal__frame" },
        make("header", { class: "modal__head" }, make("h2", { id: `${id}-title` }, title)),
        make("div", { class: "modal__body", id: `${id}-body` }, body),
        make("footer", { class: "modal__foot" },
          make("button", { type: "button", class: "button", on: { click: answer("no") } }, no),
          make(
            "button",
            {
              type: "button",
              class: `button ${danger ? "button--danger" : "button--primary"}`,
              autofocus: true,
              on: { click: answer("yes") },
            },
            yes,
          ))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Ask with a Slack confirm object; no object is a yes. */
export async function confirmed(confirm) {
  if (!confirm) return true;
  return asked({
    title: written(confirm.title),
    body: written(confirm.text),
    yes: confirm.confirm ? written(confirm.confirm) : "Yes",
    no: confirm.deny ? written(confirm.deny) : "Cancel",
    danger: confirm.style === "danger",
  });
}

/** Ask in our own words whether something may be deleted. */
export function mayDelete(title, body) {
  return asked({ title, body: make("p", null, body), yes: "Delete", no: "Keep it", danger: true });
}
