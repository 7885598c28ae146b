# SPDX-License-Identifier: MIT
"""nginx, lighttpd and pour over one folder, each with a configuration of its own."""

import os
import shutil
import socket
import subprocess
import time

from program import POUR, environment, prepared

NGINX = """
daemon off;
master_process off;
pid {tmp}/nginx.pid;
error_log {tmp}/nginx.log;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    sendfile on;
    keepalive_timeout 20;
    client_body_temp_path {tmp}/body;
    proxy_temp_path {tmp}/proxy;
    fastcgi_temp_path {tmp}/fastcgi;
    uwsgi_temp_path {tmp}/uwsgi;
    scgi_temp_path {tmp}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {root};
        autoindex on;
        index index.html;
    }}
}}
"""

LIGHTTPD = """
server.document-root = "{root}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{tmp}/lighttpd.log"
server.modules = ( "mod_dirlisting" )
index-file.names = ( "index.html" )
dir-listing.activate = "enable"
mimetype.assign = ( ".html" => "text/html", ".txt" => "text/plain",
                    "" => "application/octet-stream" )
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def command(name, tmp, root, port):
    if name == "pour":
        return [POUR, "serve", "-l", f"127.0.0.1:{port}", "--log", "off",
                "-t", "1", str(root)]
    if name == "nginx":
        conf = tmp / "nginx.conf"
        conf.write_text(NGINX.format(tmp=tmp, root=root, port=port))
        return ["nginx", "-p", str(tmp), "-c", str(conf), "-e",
                str(tmp / "nginx.err")]
    conf = tmp / "lighttpd.conf"
    conf.write_text(LIGHTTPD.format(tmp=tmp, root=root, port=port))
    return ["lighttpd", "-D", "-f", str(conf)]


def path_with_sbin():
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def has(name):
    return name == "pour" or shutil.which(name, path=path_with_sbin())


class Peer:
    """One server in the background, on a port of its own."""

    def __init__(self, name, tmp, root):
        self.name = name
        self.port = free_port()
        self.run = subprocess.Popen(
            command(name, tmp, root, self.port), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment(PATH=path_with_sbin()), preexec_fn=prepared(None))
        end = time.monotonic() + 20
        while not answers(self.port):
            assert self.run.poll() is None, f"{name} did not start"
            assert time.monotonic() < end, f"{name} does not answer"
            time.sleep(0.02)

    def stop(self):
        self.run.terminate()
        try:
            self.run.wait(10)
        except subprocess.TimeoutExpired:
            self.run.kill()
            self.run.wait()
