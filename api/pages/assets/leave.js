"use strict";
// Leaves at once: the page goes out of sight before anything is asked for, and the
// next one takes its place in the way back.
(function () {
  var link = document.getElementById("leave");
  var all = document.documentElement;
  link.addEventListener("click", function (e) {
    e.preventDefault();
    all.hidden = true;
    document.title = "\u2026";
    document.cookie = "foyer-away=1; path=/; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
    location.replace(link.getAttribute("data-to"));
  });
  // A browser may bring a page back as it was: it is asked for again instead.
  window.addEventListener("pageshow", function (e) {
    if (e.persisted) {
      all.hidden = true;
      location.reload();
    }
  });
}());
