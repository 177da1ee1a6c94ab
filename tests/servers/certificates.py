"""A private certificate authority and server certificates, right and wrong ones, made with openssl."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

RIGHT_NAMES = "DNS:localhost,IP:127.0.0.1"


def _openssl(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(("openssl", *arguments), cwd=cwd, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


class Authority:
    """A certificate authority in a folder: `ca` is what clients trust."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.ca = folder / "ca.pem"
        (folder / "index.txt").touch()
        (folder / "serial").write_text("01\n")
        (folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca = here\n[here]\ndatabase = index.txt\nserial = serial\nnew_certs_dir = .\n"
            "certificate = ca.pem\nprivate_key = ca.key\ndefault_md = sha256\npolicy = any\nunique_subject = no\n"
            "copy_extensions = copy\n[any]\ncommonName = supplied\n"
        )
        _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"),
            *("-subj", "/CN=Vigie test authority", "-keyout", "ca.key", "-out", "ca.pem"),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
            cwd=folder,
        )

    def server(
        self, name: str, *, names: str = RIGHT_NAMES, starts_days: int = -1, ends_days: int = 20
    ) -> tuple[Path, Path]:
        """(certificate, key) for a server; the validity is counted in days from now."""
        key, request, cert = f"{name}.key", f"{name}.csr", f"{name}.pem"
        _openssl(
            *("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}"),
            *("-keyout", key, "-out", request, "-addext", f"subjectAltName={names}"),
            cwd=self._folder,
        )
        now = datetime.now(UTC)
        start, end = ((now + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ") for days in (starts_days, ends_days))
        _openssl(
            *("ca", "-batch", "-notext", "-config", "ca.cnf", "-startdate", start, "-enddate", end),
            *("-in", request, "-out", cert),
            cwd=self._folder,
        )
        (self._folder / key).chmod(0o644)  # Dovecot's auth-less processes read it as nobody
        return self._folder / cert, self._folder / key
