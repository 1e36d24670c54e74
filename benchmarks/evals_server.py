"""An OpenAI-compatible server on loopback that thinks for a fixed time. Run by `evals.py` in a process of its own:

    python evals_server.py REPLIES.json DELAY_MS

Prints its port. `REPLIES.json` gives the reply to each last message of a user. Only the standard library, no framework:
what answers must not be what is measured.
"""

import asyncio
import json
import sys
from pathlib import Path


def answers(replies):
    """The whole HTTP answer to each question."""
    made = {}
    for number, (asked, reply) in enumerate(replies.items()):
        body = {
            "id": f"chatcmpl-{number}", "object": "chat.completion", "created": 1, "model": "bench",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": reply}}],
            "usage": {"prompt_tokens": 1200, "completion_tokens": 60, "total_tokens": 1260},
        }  # fmt: skip
        data = json.dumps(body, ensure_ascii=False).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        made[asked] = head.encode() + data
    return made


class Connection(asyncio.Protocol):
    def __init__(self, made, delay):
        self._made, self._delay = made, delay
        self._arrived = bytearray()

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._arrived += data
        while (end := self._arrived.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._arrived[:end]).lower()
            at = head.find(b"content-length:")
            whole = end + 4 + (int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0)
            if len(self._arrived) < whole:
                return
            body = bytes(self._arrived[end + 4 : whole])
            del self._arrived[:whole]
            asyncio.get_running_loop().call_later(self._delay, self._answer, self._made[_asked(body)])

    def _answer(self, answer):
        if not self._transport.is_closing():
            self._transport.write(answer)


def _asked(body):
    said = json.loads(body)["messages"]
    content = next(message["content"] for message in reversed(said) if message["role"] == "user")
    return content if isinstance(content, str) else content[0]["text"]


async def serve(made, delay):
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(made, delay), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    replies = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    asyncio.run(serve(answers(replies), float(sys.argv[2]) / 1000))
