"use strict";
// Static figures: Python made them whole, except for the colours of the theme and the width.

{
  const options = { ...report.options, displayModeBar: false };

  // A colour such as var(--ink) means the theme's value of it, which plotly cannot look up.
  const colour = (_, value) => {
    const name = typeof value === "string" && value.match(/^var\((--[a-z]+)\)$/)?.[1];
    return name ? getComputedStyle(document.documentElement).getPropertyValue(name).trim() : value;
  };

  const parse = (element) => JSON.parse(element.textContent, colour);

  const draw = () => {
    const template = parse(document.getElementById("template"));
    for (const host of document.querySelectorAll("[data-figure]")) {
      const { data, layout } = parse(host.nextElementSibling);
      Plotly.react(host, data, report.layout({ template, ...layout }), options);
    }
  };

  report.dark.addEventListener("change", draw);
  draw();
}
