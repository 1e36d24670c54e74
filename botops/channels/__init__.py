"""Where dialogues come from: payloads and exports of the outside, turned into messages."""
