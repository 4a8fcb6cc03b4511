#include "sim/experiment/page.h"

#include "sim/experiment/chart.h"

namespace sandlot {
namespace {

const char* style() {
  return R"(<style>
:root{--ink:#1d2433;--soft:#5b6577;--line:#e3e7ee;--paper:#fff;--wash:#f5f7fa}
@media(prefers-color-scheme:dark){:root{--ink:#e7ebf3;--soft:#9aa5b8;--line:#2c3444;--paper:#151a24;--wash:#1c2330}}
*{box-sizing:border-box}
body{margin:0;background:var(--wash);color:var(--ink);font:16px/1.55 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1040px;margin:0 auto;padding:40px 24px 80px}
h1{font-size:30px;margin:0 0 4px;letter-spacing:-.01em}h2{font-size:19px;margin:44px 0 12px}
.lead{color:var(--soft);margin:0}.note{color:var(--soft);font-size:14px;margin:4px 0 12px}
section>figure,.card{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:16px 18px;margin:0 0 16px}
figcaption{font-weight:600;margin-bottom:6px}
.chart{width:100%;height:auto;font:12px system-ui,sans-serif}.chart text{fill:var(--soft)}.chart .label{font-size:12px}
.chart .grid{stroke:var(--line)}.chart .axis{stroke:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;font-size:14px;margin-top:6px}
i{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:7px;vertical-align:-1px}
table{border-collapse:collapse;width:100%;font-size:14.5px;font-variant-numeric:tabular-nums}
th{color:var(--soft);font-weight:500;text-align:right;padding:6px 10px;border-bottom:1px solid var(--line)}
td{text-align:right;padding:8px 10px;border-bottom:1px solid var(--line)}th:first-child,td:first-child{text-align:left}
td.main{font-weight:700}small{color:var(--soft)}tr:last-child td{border-bottom:0}.card{overflow-x:auto}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:16px}.pair figure{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:16px 18px;margin:0}
table.matrix{width:auto}.matrix td,.matrix th{text-align:center;min-width:64px}.matrix td{border:2px solid var(--paper);border-radius:8px}
.strip{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:12px}
.strip figure{margin:0}.strip img{width:100%;border-radius:8px;border:1px solid var(--line);display:block}
.strip figcaption{font-weight:400;color:var(--soft);font-size:13px;margin-top:4px}
pre{margin:0;font:13px/1.5 ui-monospace,"DejaVu Sans Mono",monospace;overflow-x:auto}
details{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:12px 18px;margin-bottom:10px}
summary{cursor:pointer;font-weight:600}details pre{margin-top:10px}
</style>
)";
}

}  // namespace

std::string begin_page(const std::string& title, const std::string& lead) {
  return "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>\n<title>" +
         escape_html(title) +
         " · Sandlot</title>\n<meta name='viewport' content='width=device-width'>\n" + style() +
         "</head><body><main>\n<h1>" + escape_html(title) + "</h1>\n<p class='lead'>" +
         escape_html(lead) + "</p>\n";
}

std::string end_page() { return "</main></body></html>\n"; }

}  // namespace sandlot
