"""The built book at an address of this machine: `python dlcore/book/serve.py --port 8000`.

Only the standard library, so that the port can be checked before anything is installed.
"""

import argparse
import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"


class Handler(SimpleHTTPRequestHandler):
    """Serves files; says nothing of the requests that went well; lets no browser keep a stale page."""

    def end_headers(self):
        """Ask browsers to check for a newer page each time."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_request(self, code="-", size="-"):
        """Report what went wrong, and nothing else."""
        if not str(code).startswith(("2", "3")):
            super().log_request(code, size)


def server(port: int, directory: str) -> ThreadingHTTPServer:
    """A server bound to the loopback address alone; OSError if the port cannot be had."""
    return ThreadingHTTPServer((HOST, port), functools.partial(Handler, directory=directory))


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; with --check only see whether the port is free."""
    parser = argparse.ArgumentParser(description="Serve the built book on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--directory", default="_build/html")
    parser.add_argument("--check", action="store_true", help="only see whether the port is free")
    options = parser.parse_args(arguments)
    try:
        serving = server(options.port, options.directory)
    except (OSError, OverflowError) as error:
        print(
            f"Port {options.port} of {HOST} cannot be used ({error}). Choose another one: make serve PORT=8001",
            file=sys.stderr,
        )
        return 1
    with serving:
        if options.check:
            return 0
        print(f"The book is at http://{HOST}:{serving.server_port}/  (stop with Ctrl-C)", flush=True)
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
