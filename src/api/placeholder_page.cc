#include "api/placeholder_page.h"

#include <string_view>

namespace bulwark::api {

std::string_view PlaceholderPage() {
  return R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bulwark</title>
<style>
  body { background: #0d1117; color: #d5dbe3; font: 16px/1.6 system-ui, sans-serif; margin: 10vh auto;
         max-width: 36rem; padding: 0 1rem }
  a { color: #79b8ff } code { background: #1b222c; padding: .1em .4em; border-radius: 4px }
</style>
<h1>Bulwark</h1>
<p>The interface runs, but its page was not built. Build it, then reload:</p>
<p><code>cd web &amp;&amp; npm ci &amp;&amp; npm run build</code></p>
<p>Meanwhile: <a href="/health">/health</a>, <a href="/api/state">/api/state</a>,
<a href="/metrics">/metrics</a>. Stop trading with <code>bulwark halt --reason ...</code></p>
</html>
)";
}

}  // namespace bulwark::api
