"""rspamd as a milter, unprivileged, on loopback: a border that evaluates SPF, DKIM and DMARC and writes what it found.

Three of its modules and nothing else: so it starts in half a second, and without Redis.
"""

from __future__ import annotations

import shutil
import subprocess

from tests.servers import processes

CONFIGURATION = """\
options {{
  filters = "dkim";
  tempdir = "{base}";
  hs_cache_dir = "{base}";
  url_tld = "{base}/suffixes";
  disable_hyperscan = true;
  local_addrs = [];
  dns {{ nameserver = ["127.0.0.1:{dns_port}:1"]; timeout = 1s; retransmits = 2; }}
}}
logging {{ type = "file"; filename = "{base}/rspamd.log"; level = "notice"; }}
actions {{ reject = 15000; }}
worker "rspamd_proxy" {{
  bind_socket = "127.0.0.1:{port}";
  milter = yes;
  count = 1;
  upstream "local" {{ default = yes; self_scan = yes; }}
}}
modules {{
  path = "/usr/share/rspamd/plugins/spf.lua";
  path = "/usr/share/rspamd/plugins/dmarc.lua";
  path = "/usr/share/rspamd/plugins/milter_headers.lua";
}}
dkim {{ }}
spf {{ }}
dmarc {{ }}
milter_headers {{ {results} skip_local = false; skip_authenticated = false; }}
"""

BELOW = 'use = ["authentication-results"];'
"""What rspamd does by itself: its results stand below the border's Received field, where a stranger can write, too."""
ABOVE = """\
use = ["results-above"];
custom {
  results-above = <<LUA
return function(task)
  local results = require("lua_auth_results").gen_auth_results(task)
  return nil, {["Authentication-Results"] = {value = results, order = 0}}, {["Authentication-Results"] = 0}, {}
end
LUA;
}"""
"""Where RFC 8601 section 4 wants them: at the top; and those that came with the message are taken out."""


class Rspamd:
    """A running milter: `milter` is what Postfix calls it. It asks the name server on that port and nobody else."""

    def __init__(self, dns_port: int, *, results: str = ABOVE) -> None:
        self.base = processes.short_folder("rs")
        # the whole list of public suffixes takes seconds to compile
        (self.base / "suffixes").write_text("fr\nexample\n")
        self.port = 0
        self._process = self._start(dns_port, results)

    @property
    def milter(self) -> str:
        """For smtpd_milters."""
        return f"inet:127.0.0.1:{self.port}"

    def _start(self, dns_port: int, results: str) -> subprocess.Popen[bytes]:
        for _ in range(5):
            (self.port,) = processes.free_ports(1)
            config = self.base / "rspamd.conf"
            config.write_text(CONFIGURATION.format(base=self.base, port=self.port, dns_port=dns_port, results=results))
            processes.hand_over(self.base)
            process = processes.spawn(["rspamd", "-f", "-c", str(config)], self.base / "stderr.log")
            if processes.listening(process, self.port):
                return process
            processes.stop(process)
        raise processes.ServerError(f"rspamd does not start: {self.log()}")

    def log(self) -> str:
        """The end of what it has logged."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.base.glob("*.log")))[-3000:]

    def stop(self) -> None:
        """Ends it and removes its folder."""
        processes.stop(self._process)
        shutil.rmtree(self.base, ignore_errors=True)
