// Safari on an iPad says that it is a Mac; only its touch screen tells. Without this script the page
// still has the link to install.
if (navigator.maxTouchPoints > 1 && /Macintosh/.test(navigator.userAgent)) {
  document.documentElement.classList.add("tablet");
}
