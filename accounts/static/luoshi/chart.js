// Completion by section as bars. The table beside it says the same, with its denominators.
(function () {
  "use strict";

  const place = document.getElementById("chart");
  if (!place || !window.echarts) {
    return;
  }
  const data = JSON.parse(document.getElementById(place.dataset.rows).textContent);
  if (data.rows.length === 0) {
    place.hidden = true;
    return;
  }
  const rows = data.rows.slice().reverse();
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const shorten = (text) => (text.length > 9 ? text.slice(0, 9) + "…" : text);

  place.style.height = Math.max(130, 40 + rows.length * 46) + "px";
  const chart = window.echarts.init(place);
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 64, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: "value", min: 0, max: 100, show: false },
    yAxis: {
      type: "category",
      data: rows.map((row) => row.label),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: colour("--ink"), fontSize: 13, formatter: shorten },
    },
    series: [
      {
        type: "bar",
        name: data.name,
        data: rows.map((row) => row.completion),
        barWidth: 16,
        showBackground: true,
        backgroundStyle: { color: colour("--grey-soft"), borderRadius: 4 },
        itemStyle: { color: colour("--accent"), borderRadius: 4 },
        label: {
          show: true,
          position: "right",
          color: colour("--ink"),
          formatter: (bar) => bar.value.toFixed(2) + "%",
        },
      },
    ],
  });
  window.addEventListener("resize", () => chart.resize());
})();
