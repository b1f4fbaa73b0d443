"use strict";
// Connect the controls, then draw.

{
  const method = document.getElementById("method");
  method.addEventListener("change", () => report.selectMethod(method.value));

  const firm = document.getElementById("firm");
  const find = () => {
    const wanted = firm.value.trim().toLowerCase();
    if (!wanted) return report.selectFirm(null);
    const exact = report.tickers.findIndex((ticker) => ticker.toLowerCase() === wanted);
    const named = report.names.findIndex((name) => name.toLowerCase().includes(wanted));
    const found = exact >= 0 ? exact : named;
    firm.setCustomValidity(found < 0 ? "No such firm in this run" : "");
    firm.reportValidity();
    if (found >= 0) report.selectFirm(found);
    return undefined;
  };
  firm.addEventListener("change", find);

  report.dark.addEventListener("change", report.redraw);
  report.redraw();
}
