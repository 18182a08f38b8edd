// The shortcodes people really type and bots really send. Unknown ones stay as they were written.
import { make } from "./dom.js";
import { emojiArt } from "./emojiart.js";

const TABLE = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|wave 👋|clap 👏|raised_hands 🙌|raised_hand ✋|pray 🙏|muscle 💪|point_right 👉|point_left 👈|point_up ☝️|point_down 👇|eyes 👀|handshake 🤝
smile 😄|smiley 😃|grinning 😀|grin 😁|joy 😂|slightly_smiling_face 🙂|upside_down_face 🙃|wink 😉|blush 😊|heart_eyes 😍|sunglasses 😎|thinking_face 🤔|thinking 🤔|neutral_face 😐|cry 😢|sob 😭|scream 😱|sweat_smile 😅|partying_face 🥳|nerd_face 🤓|zipper_mouth_face 🤐|sleeping 😴|robot_face 🤖|ghost 👻
heart ❤️|yellow_heart 💛|green_heart 💚|blue_heart 💙|broken_heart 💔|fire 🔥|sparkles ✨|star ⭐|star2 🌟|tada 🎉|confetti_ball 🎊|balloon 🎈|gift 🎁|trophy 🏆|medal 🏅|zap ⚡|boom 💥|rocket 🚀|airplane ✈️|ship 🚢|boat ⛵|sailboat ⛵|anchor ⚓|construction 🚧
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|warning ⚠️|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|rotating_light 🚨|exclamation ❗|heavy_exclamation_mark ❗|question ❓|bangbang ‼️|information_source ℹ️|bulb 💡|sos 🆘|new 🆕|ok 🆗|up 🆙|free 🆓
red_circle 🔴|large_orange_circle 🟠|orange_circle 🟠|large_yellow_circle 🟡|yellow_circle 🟡|large_green_circle 🟢|green_circle 🟢|large_blue_circle 🔵|blue_circle 🔵|large_purple_circle 🟣|black_circle ⚫|white_circle ⚪|large_red_square 🟥|large_green_square 🟩|large_blue_square 🟦|large_blue_diamond 🔷|small_blue_diamond 🔹|black_small_square ▪️|white_small_square ▫️
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|alarm_clock ⏰|clock1 🕐|calendar 📆|date 📅|spiral_calendar_pad 🗓️|arrows_counterclockwise 🔄|repeat 🔁|recycle ♻️|arrow_up ⬆️|arrow_down ⬇️|arrow_right ➡️|arrow_left ⬅️|arrow_heading_up ⤴️|fast_forward ⏩|rewind ⏪|heavy_plus_sign ➕|heavy_minus_sign ➖
package 📦|iphone 📱|calling 📲|computer 💻|desktop_computer 🖥️|keyboard ⌨️|battery 🔋|electric_plug 🔌|floppy_disk 💾|cd 💿|camera 📷|tv 📺|watch ⌚|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|thought_balloon 💭|email ✉️|envelope ✉️|inbox_tray 📥|outbox_tray 📤|mailbox 📫|link 🔗|paperclip 📎|pushpin 📌|round_pushpin 📍|scissors ✂️
lock 🔒|unlock 🔓|key 🔑|closed_lock_with_key 🔐|shield 🛡️|bug 🐛|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|gear ⚙️|nut_and_bolt 🔩|test_tube 🧪|microscope 🔬|mag 🔍|mag_right 🔎|memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|page_facing_up 📄|bookmark 🔖|label 🏷️|file_folder 📁|open_file_folder 📂|card_index_dividers 🗂️|wastebasket 🗑️|books 📚|book 📖|newspaper 📰|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|ticket 🎫|receipt 🧾
apple 🍎|green_apple 🍏|banana 🍌|coffee ☕|pizza 🍕|cake 🍰|beer 🍺|beers 🍻|champagne 🍾|sunny ☀️|cloud ☁️|umbrella ☔|snowflake ❄️|rainbow 🌈|earth_africa 🌍|earth_americas 🌎|globe_with_meridians 🌐|seedling 🌱|four_leaf_clover 🍀|dog 🐶|cat 🐱|fox_face 🦊|whale 🐳|octopus 🐙|crab 🦀|turtle 🐢|snake 🐍
bust_in_silhouette 👤|busts_in_silhouette 👥|man-woman-boy 👪|crown 👑|eyeglasses 👓|hatching_chick 🐣|see_no_evil 🙈|hear_no_evil 🙉|speak_no_evil 🙊|zzz 💤|100 💯|checkered_flag 🏁|triangular_flag_on_post 🚩|waving_white_flag 🏳️|house 🏠|office 🏢|factory 🏭|hospital 🏥|bank 🏦
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|keycap_ten 🔟`;

const GLYPHS = new Map();
for (const pair of TABLE.split(/[|\n]/)) {
  const [name, glyph] = pair.trim().split(" ");
  if (name && glyph) GLYPHS.set(name, glyph);
}

/** The glyph of a shortcode written without its colons, or null. A skin tone is left out. */
function glyph(name) {
  return GLYPHS.get(String(name).replace(/::skin-tone-\d$/, "")) ?? null;
}

export function emoji(name) {
  const found = emojiArt(name) ?? glyph(name);
  if (!found) return document.createTextNode(`:${name}:`);
  return make("span", { class: "emoji", role: "img", "aria-label": String(name).replaceAll("_", " "), title: `:${name}:` }, found);
}

/** Plain text with its shortcodes drawn. */
export function withEmoji(text) {
  const parts = String(text ?? "").split(/:([a-z0-9_+'-]+):/);
  return parts.map((part, index) => (index % 2 ? emoji(part) : document.createTextNode(part)));
}
