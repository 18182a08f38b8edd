// The emoji people really type and bots really send, as shortcodes and as characters. Those that carry
// meaning here are drawn by us; the others are left to the system, or named where it has no font for them.
import { make } from "./dom.js";
import { emojiArt } from "./emojiart.js";

const TABLE = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|wave 👋|clap 👏|raised_hands 🙌|raised_hand ✋|pray 🙏|muscle 💪|point_right 👉|point_left 👈|point_up ☝️|point_down 👇|eyes 👀|handshake 🤝
smile 😄|smiley 😃|grinning 😀|grin 😁|joy 😂|slightly_smiling_face 🙂|upside_down_face 🙃|wink 😉|blush 😊|heart_eyes 😍|sunglasses 😎|thinking_face 🤔|thinking 🤔|neutral_face 😐|cry 😢|sob 😭|scream 😱|sweat_smile 😅|partying_face 🥳|nerd_face 🤓|zipper_mouth_face 🤐|sleeping 😴|robot_face 🤖|ghost 👻
heart ❤️|yellow_heart 💛|green_heart 💚|blue_heart 💙|broken_heart 💔|fire 🔥|sparkles ✨|star ⭐|star2 🌟|tada 🎉|confetti_ball 🎊|balloon 🎈|gift 🎁|trophy 🏆|medal 🏅|zap ⚡|boom 💥|rocket 🚀|airplane ✈️|ship 🚢|boat ⛵|sailboat ⛵|anchor ⚓|construction 🚧
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|warning ⚠️|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|rotating_light 🚨|exclamation ❗|heavy_exclamation_mark ❗|question ❓|bangbang ‼️|information_source ℹ️|bulb 💡|sos 🆘|new 🆕|ok 🆗|up 🆙|free 🆓
red_circle 🔴|large_orange_circle 🟠|orange_circle 🟠|large_yellow_circle 🟡|yellow_circle 🟡|large_green_circle 🟢|green_circle 🟢|large_blue_circle 🔵|blue_circle 🔵|large_purple_circle 🟣|black_circle ⚫|white_circle ⚪|large_red_square 🟥|large_green_square 🟩|large_blue_square 🟦|large_blue_diamond 🔷|small_blue_diamond 🔹|black_small_square ▪️|white_small_square ▫️
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|alarm_clock ⏰|clock1 🕐|calendar 📆|date 📅|spiral_calendar_pad 🗓️|arrows_counterclockwise 🔄|repeat 🔁|recycle ♻️|arrow_up ⬆️|arrow_down ⬇️|arrow_right ➡️|arrow_left ⬅️|arrow_heading_up ⤴️|fast_forward ⏩|rewind ⏪|leftwards_arrow_with_hook ↩️|twisted_rightwards_arrows 🔀|heavy_plus_sign ➕|heavy_minus_sign ➖
package 📦|iphone 📱|calling 📲|computer 💻|desktop_computer 🖥️|keyboard ⌨️|battery 🔋|electric_plug 🔌|floppy_disk 💾|cd 💿|camera 📷|tv 📺|watch ⌚|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|thought_balloon 💭|email ✉️|envelope ✉️|inbox_tray 📥|outbox_tray 📤|mailbox 📫|link 🔗|paperclip 📎|pushpin 📌|round_pushpin 📍|scissors ✂️
lock 🔒|unlock 🔓|key 🔑|closed_lock_with_key 🔐|shield 🛡️|bug 🐛|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|gear ⚙️|jigsaw 🧩|nut_and_bolt 🔩|test_tube 🧪|microscope 🔬|mag 🔍|mag_right 🔎|memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|page_facing_up 📄|bookmark 🔖|label 🏷️|file_folder 📁|open_file_folder 📂|card_index_dividers 🗂️|wastebasket 🗑️|books 📚|book 📖|newspaper 📰|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|ticket 🎫|receipt 🧾
apple 🍎|green_apple 🍏|banana 🍌|coffee ☕|pizza 🍕|cake 🍰|beer 🍺|beers 🍻|champagne 🍾|sunny ☀️|cloud ☁️|umbrella ☔|snowflake ❄️|rainbow 🌈|earth_africa 🌍|earth_americas 🌎|globe_with_meridians 🌐|seedling 🌱|four_leaf_clover 🍀|dog 🐶|cat 🐱|fox_face 🦊|whale 🐳|octopus 🐙|crab 🦀|turtle 🐢|snake 🐍
bust_in_silhouette 👤|busts_in_silhouette 👥|man-woman-boy 👪|crown 👑|eyeglasses 👓|hatching_chick 🐣|see_no_evil 🙈|hear_no_evil 🙉|speak_no_evil 🙊|zzz 💤|100 💯|checkered_flag 🏁|triangular_flag_on_post 🚩|waving_white_flag 🏳️|house 🏠|office 🏢|factory 🏭|hospital 🏥|bank 🏦
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|keycap_ten 🔟`;

const GLYPHS = new Map();
for (const pair of TABLE.split(/[|\n]/)) {
  const [name, glyph] = pair.trim().split(" ");
  if (name && glyph) GLYPHS.set(name, glyph);
}

const NAMES = new Map([...GLYPHS].reverse().map(([name, glyph]) => [bare(glyph), name]));
const SHORTCODE = /:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/;
const CHARACTER = /((?:\p{Extended_Pictographic}|\p{Emoji_Presentation}|[#*0-9](?=\uFE0F?\u20E3))[\uFE0E\uFE0F\u20E3\p{Emoji_Modifier}]*(?:\u200D\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]*)*)/u;

/** A character without what only says how it is to be shown. */
function bare(glyph) {
  return glyph.replace(/[\uFE0E\uFE0F\u{1F3FB}-\u{1F3FF}]/gu, "");
}

let drawsColours = null;
/** Whether this machine has a font for emoji: something that is drawn in colour though the ink is black. */
function hasFont() {
  if (drawsColours !== null) return drawsColours;
  const canvas = make("canvas", { width: 24, height: 24 });
  const ink = canvas.getContext("2d", { willReadFrequently: true });
  ink.font = `18px ${getComputedStyle(document.body).fontFamily}`;
  ink.textBaseline = "top";
  ink.fillText("\u{1F600}", 1, 1);
  const { data } = ink.getImageData(0, 0, 24, 24);
  drawsColours = data.some((value, at) => at % 4 < 2 && Math.abs(value - data[at + 1]) > 40);
  return drawsColours;
}

function shown(name, glyph) {
  const picture = emojiArt(name) ?? (hasFont() ? glyph : null);
  const kind = picture ? "emoji" : "emoji emoji--named";
  return make("span", { class: kind, role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, picture ?? `:${name}:`);
}

/** The emoji of a shortcode written without its colons. A skin tone is left out; an unknown one stays text. */
export function emoji(name) {
  const known = String(name).replace(/::skin-tone-\d$/, "");
  const glyph = GLYPHS.get(known) ?? null;
  return glyph || emojiArt(known) ? shown(known, glyph) : document.createTextNode(`:${name}:`);
}

/** Text with the emoji that stand in it as characters drawn. */
export function withCharacters(text) {
  const parts = String(text ?? "").split(CHARACTER);
  return parts.filter(Boolean).map((part) => {
    const name = NAMES.get(bare(part));
    if (name) return shown(name, part);
    const isLost = /\p{Emoji_Presentation}/u.test(part) && !hasFont();
    return isLost ? shown("emoji", part) : document.createTextNode(part);
  });
}

/** Plain text with its shortcodes and its characters drawn. */
export function withEmoji(text) {
  const parts = String(text ?? "").split(SHORTCODE);
  return parts.flatMap((part, index) => (index % 2 ? [emoji(part)] : withCharacters(part)));
}
