// The sample builds that the demo serves, posted as if they had been dropped.
import { api, DeskError } from "./api.js";

const WORDS = {
  "harbour.ipa": "Harbour for iOS: the tide table opens at today, and the map is twice as quick.",
  "harbour.apk": "Harbour for Android: the tide table opens at today, and the map is twice as quick.",
};

/** Fetch a sample and post it to a channel as the person I am. Answers with what the server said. */
export async function postSample(name, channel) {
  const response = await fetch(`/desk/samples/${name}`).catch(() => null);
  if (!response?.ok) throw new DeskError("The sample build could not be fetched from the sandbox's server.");
  const form = new FormData();
  form.append("channel", channel);
  form.append("text", WORDS[name] ?? "");
  form.append("file", new File([await response.blob()], name, { type: "application/octet-stream" }), name);
  return api.upload("/desk/messages", form, () => {}).done;
}
