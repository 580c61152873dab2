"use strict";
// Tells a caseworker that the list has changed. The page never moves by itself:
// it shows a link, and counts in the tab's title.
(function () {
  var link = document.getElementById("fresh");
  if (!link || !window.EventSource) { return; }
  var title = document.title.replace(/^\(\d+\) /, "");
  var open = parseInt((/^\((\d+)\)/.exec(document.title) || [0, 0])[1], 10);
  var fresh = 0;
  var source = new EventSource("/api/v1/events");
  source.addEventListener("alert", function (e) {
    var state = JSON.parse(e.data).state;
    if (state === "open") { fresh += 1; }
    document.title = (open + fresh > 0 ? "(" + (open + fresh) + ") " : "") + title;
    link.hidden = false;
    link.className = "button fresh on";
  });
  window.addEventListener("pagehide", function () { source.close(); });
}());
