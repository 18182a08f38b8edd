// Which control draws which interactive element.
import { button, overflow, workflowNote } from "./button.js";
import { checkboxes, radioButtons } from "./choice.js";
import { make } from "./dom.js";
import { select } from "./select.js";
import { dateInput, textInput } from "./input.js";
import { picture } from "./picture.js";

const CONTROLS = {
  button,
  overflow,
  workflow_button: workflowNote,
  checkboxes,
  radio_buttons: radioButtons,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  datepicker: dateInput,
  timepicker: dateInput,
  datetimepicker: dateInput,
  image: (element) => picture(element, "picture--accessory"),
};

for (const kind of ["static_select", "external_select", "users_select", "conversations_select", "channels_select"]) {
  CONTROLS[kind] = select;
  CONTROLS[`multi_${kind}`] = select;
}

/**
 * Draw one element. `use` = { surface, block, dispatches, labelledBy?, describedBy? }: `dispatches` says whether
 * a change is told to the server at once (always, but in an input block only with dispatch_action).
 */
export function control(element, use) {
  const draw = CONTROLS[element?.type];
  if (draw) return draw(element, use);
  return make("span", { class: "unshown" }, `The sandbox does not draw “${element?.type}” elements.`);
}
