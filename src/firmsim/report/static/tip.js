"use strict";
// The tooltip: text beside an element that has data-tip, or wherever a view asks for it.

{
  const tip = document.getElementById("tip");

  report.hideTip = () => {
    tip.hidden = true;
  };

  // Text below a place, or above it where there is no room, and always inside the window.
  report.showTip = (text, { left, top, bottom }) => {
    tip.textContent = text;
    tip.hidden = false;
    const fits = bottom + 8 + tip.offsetHeight < innerHeight;
    tip.style.left = `${Math.min(Math.max(8, left), innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${fits ? bottom + 8 : top - 8 - tip.offsetHeight}px`;
  };

  const follow = (event) => {
    const target = event.target.closest?.("[data-tip]");
    if (target) report.showTip(target.dataset.tip, target.getBoundingClientRect());
    else report.hideTip();
  };

  for (const kind of ["mouseover", "focusin", "click"]) document.addEventListener(kind, follow);
  addEventListener("scroll", report.hideTip, { passive: true });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") report.hideTip();
  });
}
