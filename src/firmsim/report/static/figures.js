"use strict";
// Static figures. Python made them, except for the colours of the theme and their width.

{
  const options = { ...report.options, displayModeBar: false };

  // Plotly cannot look up a colour such as var(--ink).
  const look = (_, value) => {
    const name = typeof value === "string" && value.match(/^var\(--([a-z]+)\)$/)?.[1];
    return name ? report.colour(name) : value;
  };

  const read = (element) => JSON.parse(element.textContent, look);

  const draw = () => {
    const template = read(document.getElementById("template"));
    for (const host of document.querySelectorAll("[data-figure]")) {
      const { data, layout } = read(host.nextElementSibling);
      const hovermode = template.layout.hovermode;
      Plotly.react(host, data, report.layout({ template, hovermode, ...layout }), options);
    }
  };

  report.dark.addEventListener("change", draw);
  draw();
}
