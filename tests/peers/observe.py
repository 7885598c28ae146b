# SPDX-License-Identifier: MIT
"""What a server makes of some bytes: its answers, taken apart for comparison.

After the bytes of a case comes one more request, the sentinel. Whether that is
answered says if the connection was kept, and if both ends agreed on where the
first request ended.
"""

import hashlib
import socket

SENTINEL = (b"GET /sentinel.txt HTTP/1.1\r\nHost: x\r\n"
            b"Connection: close\r\n\r\n")
SENTINEL_BODY = b"the sentinel\n"
PATIENCE = 3  # seconds without a byte: it waits for more

# Of answers that carry something; of refusals only the status counts.
FIELDS = ("content-length", "content-range", "content-type", "last-modified",
          "location", "accept-ranges", "vary", "content-encoding")


def read_all(port, data):
    """All that comes until the end, and how it ended."""
    received = []
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.settimeout(PATIENCE)
        try:
            s.sendall(data + SENTINEL)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            while piece := s.recv(1 << 16):
                received.append(piece)
            end = "end"
        except TimeoutError:
            end = "waits"
        except ConnectionResetError:
            end = "end"
    return b"".join(received), end


def unchunk(rest):
    body = b""
    while True:
        size, _, rest = rest.partition(b"\r\n")
        n = int(size.split(b";")[0] or b"0", 16)
        body += rest[:n]
        rest = rest[n + 2:]
        if n == 0:
            return body, rest


def split_answer(data, bodiless):
    """The first answer of some bytes, and the bytes behind it."""
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found or not head.startswith(b"HTTP/1."):
        return None, b""
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1])
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip()
    if status < 200 or status in (204, 304) or bodiless:
        body = b""
    elif fields.get("transfer-encoding") == "chunked":
        body, rest = unchunk(rest)
    elif "content-length" in fields:
        n = int(fields["content-length"])
        body, rest = rest[:n], rest[n:]
    else:
        body, rest = rest, b""
    return (status, fields, body), rest


def normal(name, value):
    if name == "content-type":
        return value.split(";")[0].strip().lower().replace(
            "application/javascript", "text/javascript")
    if name == "location":
        return value.split("://", 1)[-1].partition("/")[2].join("/ ").strip()
    return value


def multipart(fields, body):
    """The pieces of a multipart body, whatever its boundary is."""
    boundary = fields["content-type"].split("boundary=", 1)[1].strip('"')
    parts = body.split(b"--" + boundary.encode())
    pieces = []
    for part in parts[1:-1]:
        head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
        ranges = [line for line in head.split(b"\r\n")
                  if line.lower().startswith(b"content-range")]
        pieces.append((ranges[0].split(b":")[1].strip().decode(),
                       hashlib.sha256(content).hexdigest()[:8]))
    return pieces


def facts_of(status, fields, body):
    facts = {"status": str(status)}
    if status in (200, 206):
        if "multipart/byteranges" in fields.get("content-type", ""):
            facts["parts"] = str(multipart(fields, body))
            return facts
        for name in FIELDS:
            if name in fields:
                facts[name] = normal(name, fields[name])
        if not fields.get("content-type", "").startswith("text/html"):
            facts["body"] = hashlib.sha256(body).hexdigest()[:8]
    elif status in (301, 308):
        facts["location"] = normal("location", fields.get("location", ""))
    elif status == 416:
        facts["content-range"] = fields.get("content-range", "none")
    elif status == 405 or (status in (200, 204) and "allow" in fields):
        facts["allow"] = "yes" if "allow" in fields else "no"
    return facts


def observe(port, data):
    """Facts by name, of one case at one server."""
    received, end = read_all(port, data)
    bodiless = data.startswith(b"HEAD ")
    answers = []
    while received:
        answer, received = split_answer(received, bodiless and not answers)
        if answer is None:
            break
        answers.append(answer)
    kept = bool(answers) and answers[-1][2] == SENTINEL_BODY
    finals = [a for a in answers if a[0] >= 200]
    facts = {"kept": "yes" if kept else end if end == "waits" else "no",
             "interim": "yes" if len(finals) < len(answers) else "no"}
    if kept:
        finals = finals[:-1]
    facts["answers"] = str(len(finals))
    for status, fields, body in finals[:1]:
        facts.update(facts_of(status, fields, body))
    return facts
