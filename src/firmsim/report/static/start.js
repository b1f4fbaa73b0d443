"use strict";
// Connect the controls above the linked views, then draw these.

{
  const method = document.getElementById("method");
  method.addEventListener("change", () => report.selectMethod(method.value));

  const box = document.getElementById("firm");
  box.addEventListener("change", () => {
    const wanted = box.value.trim().toLowerCase();
    if (!wanted) return report.selectFirm(null);
    const exact = report.tickers.findIndex((ticker) => ticker.toLowerCase() === wanted);
    const named = report.names.findIndex((name) => name.toLowerCase().includes(wanted));
    const found = exact >= 0 ? exact : named;
    box.setCustomValidity(found < 0 ? "No such firm in this run" : "");
    box.reportValidity();
    if (found >= 0 && found !== report.firm) report.selectFirm(found);
  });

  report.dark.addEventListener("change", report.redraw);
  report.redraw();
}
