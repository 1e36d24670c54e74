"""Asks one address over kept connections as fast as it answers. Run by `serving.py` in a process of its own:

    python serving_load.py PORT PATH SECONDS CONNECTIONS [TAG]

Prints one JSON line: how many answers of each status, in how many seconds, and the time of one.
"""

import json
import selectors
import socket
import sys
import time


def main():
    port, path, seconds, connections = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    tag = f"If-None-Match: {sys.argv[5]}\r\n" if len(sys.argv) > 5 else ""
    question = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{tag}\r\n".encode()
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(question)
        selector.register(connection, selectors.EVENT_READ, [bytearray(), time.perf_counter()])
    statuses, times = {}, []
    started = time.perf_counter()
    while (now := time.perf_counter()) - started < seconds:
        for key, _ in selector.select(1):
            arrived, asked = key.data
            arrived += key.fileobj.recv(1 << 16)
            end = arrived.find(b"\r\n\r\n")
            if end < 0:
                continue
            head = bytes(arrived[:end]).lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(arrived) < end + 4 + length:
                continue
            status = head[9:12].decode()
            statuses[status] = statuses.get(status, 0) + 1
            now = time.perf_counter()
            times.append(now - asked)
            arrived.clear()
            key.data[1] = now
            key.fileobj.sendall(question)
    times.sort()
    row = {"statuses": statuses, "seconds": now - started, "requests": len(times)}
    print(json.dumps(row | {"p50_ms": times[len(times) // 2] * 1e3, "p99_ms": times[int(len(times) * 0.99)] * 1e3}))


if __name__ == "__main__":
    main()
